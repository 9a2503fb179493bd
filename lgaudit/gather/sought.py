"""Pages that councils must have, known by the words of a link or an address.

A large site has more pages than a visit may ask for. Whether it publishes its accounts cannot be
told when the visit ended among the news, so some of the visit is kept for pages named here.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from lgaudit import urls

LONGEST = 120  # characters of a link's text that can be a name; more is a sentence
# Subject to words, English and Welsh, each as whole words of a link text or an address.
_SUBJECTS: dict[str, str] = {
    "statement": r"accessibility|hygyrchedd",
    "privacy": r"privacy|data protection|preifatrwydd|diogelu data",
    "cookies": r"cookies?|cwcis",
    "information": r"freedom of information|foi|publication scheme|rhyddid gwybodaeth"
    r"|cynllun cyhoeddi",
    "transparency": r"transparency|open data|published data|tryloywder|data agored",
    "spending": r"(?:spend(?:ing)?|expenditure|payments?|invoices?)(?: \w+){0,3} (?:250|500)"
    r"|supplier (?:spend|payments)|council spending|procurement cards?",
    "accounts": r"(?:statements? of|annual|draft|audited) accounts|financial statements?"
    r"|datganiad o gyfrifon|cyfrifon",
    "pay": r"pay policy|pay multiple|senior salar(?:y|ies)|gender pay|polisi tal",
    "contracts": r"contracts? register|register of contracts|tenders and contracts",
    "structure": r"organisation(?:al)? (?:chart|structure)|council structure",
    "land": r"land and (?:buildings?|property) assets|property assets|asset register"
    r"|brownfield(?: land)?(?: register)?|infrastructure funding statement",
    "constitution": r"constitution|cyfansoddiad",
    "councillors": r"councillors|find your councillor|your councillors?|cynghorwyr",
    "interests": r"registers? of (?:\w+ )?interests|allowances|lwfansau|cofrestr buddiannau",
    "meetings": r"meetings|agendas?(?: and minutes)?|minutes|committees|webcasts?|cyfarfodydd"
    r"|agendau?|cofnodion|pwyllgorau",
    "complaints": r"complaints?|compliments and complaints|cwynion",
    "equality": r"equality(?: and diversity)?|equalities|cydraddoldeb",
    "offer": r"local offer|special educational needs|send services?",
    "welsh": r"welsh language(?: standards)?|safonau(?:'r)? (?:y )?gymraeg|iaith gymraeg",
    "taking part": r"public participation|have your say|consultations?|cymryd rhan|petitions?",
    "contact": r"contact us|contact the council|cysylltu(?: a ni)?",
    "map": r"a to z|a z|site ?map|map or? safle",
}
_ANY = re.compile(
    "|".join(rf"(?P<s{number}>\b(?:{words})\b)" for number, words in enumerate(_SUBJECTS.values()))
)
_NAMES = tuple(_SUBJECTS)
# News and plans of one day speak of such pages and are none of them.
_NOT = re.compile(
    r"/(?:(?:latest-|council-)?news|newsroom|press(?:-releases?)?|newyddion|blogs?|events?"
    r"|digwyddiadau)(?:/|$)",
    re.I,
)


def subject_of(url: str, text: str = "") -> str:
    """The subject that a link or the last part of its address names, or ''."""
    path = urls.path_of(url)
    if _NOT.search(path):
        return ""
    said = text if len(text) <= LONGEST else ""
    for words in (said, unquote(path.rstrip("/").rsplit("/", 1)[-1])[:LONGEST]):
        found = _ANY.search(_plain(words))
        if found is not None and found.lastgroup is not None:
            return _NAMES[int(found.lastgroup[1:])]
    return ""


def _plain(words: str) -> str:
    words = re.sub(r"\.(?:html?|aspx?|php|jsp)$", "", words.lower())
    words = words.replace("£", "").replace("â", "a").replace("’", "'")
    return " ".join(re.sub(r"[^\w']+|_", " ", words).split())
