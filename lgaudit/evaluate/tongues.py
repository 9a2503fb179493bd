"""Which language a short text is in, and only when it is plain: script first, small words next.

A script belongs to few languages, so a few letters settle it. Among languages in Latin letters
the small words decide that belong to one of them alone; py3langid must agree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import islice
from typing import Any

from lgaudit.evaluate.plainwords import plain_words

READ = 4_000  # characters of a text that are looked at
LEAST_WORDS = 5
_SHARE = 0.2  # of a text's words that are small words of its language alone
_FOREIGN = 0.02  # the same of the language it is said to be, above which nothing is said
_SURE = 0.8
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

NAMES: Mapping[str, str] = {
    "en": "English", "cy": "Welsh", "gd": "Scottish Gaelic", "ga": "Irish", "nl": "Dutch",
    "fr": "French", "de": "German", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "pl": "Polish", "ro": "Romanian", "da": "Danish", "sv": "Swedish", "lt": "Lithuanian",
    "tr": "Turkish", "so": "Somali", "sq": "Albanian",
}  # fmt: skip
_LISTS: Mapping[str, str] = {
    "en": "the of and to for is that by this with you it be from your all have was we will can if"
    " has which their our not but they he she its are an been would into there when what who",
    "cy": "yn yr ac ei eu wedi gan mae sydd bod eich ein neu gyda gyfer ar hyn oes nid cael gael"
    " dylai gallwch byddwn bydd rydym fel hefyd sy chi oedd ond i'r a'r o'r",
    "gd": "agus tha air anns nan bha ann chan bidh airson aig dhan leis sinn sibh ris iad chaidh"
    " ach gus gach againn agaibh fo",
    "ga": "agus tá bhí sé siad ní leis chun don dá atá bheith féidir dul faoi sibh againn den gach"
    " nach",
    "nl": "het een van en met op voor niet zijn dat die aan ook bij naar maar hij wij zij ze wordt"
    " worden deze dit geen om uw je ging moet",
    "fr": "le les des et est pour dans une sur avec vous nous qui pas au aux cette sont ce ou votre"
    " vos notre être avoir leur mais plus",
    "de": "der die das und ist nicht ein eine mit für auf von zu den dem sich auch sie wir werden"
    " oder bei aus nach wird sind ihre",
    "es": "el los las y es para por con una del que su se más pero como está son esta este usted",
    "it": "il gli della di che è per con una non sono del nel alla dei questo questa più anche"
    " come",
    "pt": "os as não uma para com do da dos das que em um por mais como são está você seu sua ao",
    "pl": "się nie jest na do że jak dla od przez oraz są lub po przy tego być może który w z i",
    "ro": "și este pentru din care nu pe cu sau mai sunt dumneavoastră prin între fost această la",
    "da": "og er ikke det af til en den der på som med har kan jeg ved blive skal fra",
    "sv": "och är inte det av till en den som på med har kan jag vid att för ska från",
    "lt": "ir yra kad su iš apie jūsų gali kaip arba tai nuo per bus jei",
    "tr": "ve bir bu için ile olarak olan daha değil çok veya gibi kadar sonra",
    "so": "iyo waa ka ku in oo uu ay ama aad si loo waxa haddii waxaa",
    "sq": "dhe është për nga një të në që me ose nuk janë do ju",
}
_SCRIPTS: Mapping[str, tuple[str, frozenset[str]]] = {
    "Arabic": (r"\u0600-\u06ff\u0750-\u077f", frozenset("ar fa ur ps ku ckb sd ug prs".split())),
    "Hebrew": (r"\u0590-\u05ff", frozenset("he iw yi".split())),
    "Cyrillic": (r"\u0400-\u04ff", frozenset("ru uk bg sr mk be kk ky mn tg tt".split())),
    "Greek": (r"\u0370-\u03ff", frozenset(("el", "grc"))),
    "Devanagari": (r"\u0900-\u097f", frozenset("hi mr ne sa".split())),
    "Bengali": (r"\u0980-\u09ff", frozenset(("bn", "as"))),
    "Gurmukhi": (r"\u0a00-\u0a7f", frozenset(("pa",))),
    "Gujarati": (r"\u0a80-\u0aff", frozenset(("gu",))),
    "Tamil": (r"\u0b80-\u0bff", frozenset(("ta",))),
    "Thai": (r"\u0e00-\u0e7f", frozenset(("th",))),
    "Ethiopic": (r"\u1200-\u137f", frozenset(("am", "ti"))),
    "Korean": (r"\uac00-\ud7af", frozenset(("ko",))),
    "Chinese or Japanese": (r"\u3040-\u30ff\u4e00-\u9fff", frozenset("zh ja yue ko".split())),
}
OWN_NAMES = frozenset(  # what languages call themselves, as language switchers list them
    "العربية عربي فارسی دری اردو پښتو کوردی سۆرانی עברית বাংলা ਪੰਜਾਬੀ ગુજરાતી हिन्दी हिंदी नेपाली"
    " मराठी தமிழ் русский українська български српски македонски ελληνικά ไทย አማርኛ ትግርኛ"
    " 한국어 日本語 中文 简体中文 繁體中文 繁体中文 廣東話 粵語".split()
)
RIGHT_TO_LEFT = ("Arabic", "Hebrew")
OTHER_SCRIPT = re.compile("[" + "".join(letters for letters, _ in _SCRIPTS.values()) + "]")
_BY_SCRIPT = {name: re.compile(f"[{letters}]") for name, (letters, _) in _SCRIPTS.items()}
_LETTER = re.compile(r"[^\W\d_]")


def script_of(text: str, *, least: int = 4, share: float = 0.6) -> str:
    """The script, other than Latin, that most letters of a text are in; or ''."""
    text = text[:READ]
    if text.isascii() or not OTHER_SCRIPT.search(text):
        return ""
    letters = len(_LETTER.findall(text)) or 1
    counts = {name: len(pattern.findall(text)) for name, pattern in _BY_SCRIPT.items()}
    name = max(counts, key=lambda n: counts[n])
    return name if counts[name] >= least and counts[name] >= share * letters else ""


def written_in(code: str, script: str) -> bool:
    """Whether a language is written in that script."""
    return code in _SCRIPTS[script][1]


@cache
def _owners() -> Mapping[str, str]:
    """Small words that belong to one language only -> that language."""
    owners: dict[str, str] = {}
    for code, words in _LISTS.items():
        for word in words.split():
            owners[word] = "" if owners.get(word, code) != code else code
    return {word: code for word, code in owners.items() if code}


def speaks(text: str, declared: str, words: int = 100) -> bool:
    """Whether the start of a text plainly holds small words of the language it is said to be in.

    A quick look that spares most texts the careful one.
    """
    owners = _owners()
    start = plain_words(text[: 12 * words], _WORD)
    if start is not None and len(start) > words:  # else the last of them may have been cut
        found = start[:words]
    else:
        found = [w[0].lower().replace("’", "'") for w in islice(_WORD.finditer(text), words)]
    return len(found) >= LEAST_WORDS and (
        list(map(owners.get, found)).count(declared) >= 0.1 * len(found)
    )


def clearly_other(text: str, declared: str) -> str:
    """The language a text is plainly in, when that is not the declared one; or ''.

    Languages that cannot be told apart from the declared one never speak against it: a text has
    to hold small words of its own language alone, none of the declared, and py3langid must agree.
    """
    words = plain_words(text[:READ], _WORD)
    if words is None:
        words = [w.lower().replace("’", "'") for w in _WORD.findall(text[:READ])]
    if len(words) < LEAST_WORDS:
        return ""
    owners = _owners()
    own = [owners[word] for word in words if word in owners]
    if not own or own.count(declared) > _FOREIGN * len(words):
        return ""
    small = [(owners[word], word) for word in words if word in owners]
    counts = Counter(own)
    best, most = counts.most_common(1)[0]
    if most < _SHARE * len(words) or len({w for c, w in small if c == best}) < 2:
        return ""
    return best if _preferred(text[:READ], best, declared) else ""


def _preferred(text: str, one: str, other: str) -> bool:
    """Whether py3langid surely takes a text for one language rather than the other."""
    chances = {str(code): float(chance) for code, chance in _identifier().rank(text)}
    both = chances.get(one, 0.0) + chances.get(other, 0.0)
    return both > 0 and chances.get(one, 0.0) >= _SURE * both


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
