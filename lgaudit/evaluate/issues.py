"""One defect however often it shows: the identity of a spot, and equal spots gathered.

The exact identity of a spot is a hash of its rule and its element as written in the snippet,
normalised so that what changes by itself does not count:

* tag and attribute names in lower case, attributes in name order, white space folded;
* classes in alphabetical order; ``nonce``, ``integrity`` and whatever a page builder numbers
  afresh are left out or reduced: digits and hashes in ids, classes and the attributes that point
  at ids, hashes in file names, cache-busting queries, ports of this machine's own addresses;
* everything else, texts and targets above all, counts as it is.

It does not contain the page's URL, so a defect in a shared header is one defect. A spot without a
snippet is known by its selector, positions left out; a finding without spots by its rule and
message, numbers left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from lgaudit.models import Finding, Outcome, Spot

_LONGEST = 4000  # characters of a snippet that are looked at
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>?")
_ATTRIBUTE = re.compile(r"([^\s=\"'/<>]+)(?:\s*=\s*(?:\"([^\"]*)\"?|'([^']*)'?|([^\s\"'>]+)))?")
_SPACE = re.compile(r"\s+")
_DROPPED = frozenset({"nonce", "integrity", "data-nonce", "data-axe-id", "data-reactid"})
_NAMES = frozenset(
    "id for form headers list aria-labelledby aria-describedby aria-controls aria-owns"
    " aria-details aria-errormessage aria-flowto aria-activedescendant".split()
)
_TARGETS = frozenset("href src srcset action poster data formaction".split())
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
# Six or more letters and digits with two runs of digits among them: a hash, not a word.
_HASH = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9]+[A-Za-z]+[0-9])[A-Za-z0-9]{6,}", re.A)
_HEX = re.compile(r"(?<![A-Za-z0-9])(?=[a-f]*[0-9])[0-9a-f]{8,}(?![A-Za-z0-9])", re.I)
_DIGITS = re.compile(r"\d+")
_BUSTER = re.compile(r"([?&])(?:v|ver|version|rev|cb|_|t|ts|hash|cache)=[\w.\-]*", re.I)
_OWN_PORT = re.compile(r"(//(?:127\.0\.0\.1|localhost|\[::1\])):\d+", re.I)
_POSITION = re.compile(r":nth-(?:of-type|child)\(\d+\)")


@dataclass(frozen=True, slots=True)
class Issue:
    """One defect of a site: equal spots of one rule, with the pages they show on."""

    fingerprint: str
    rule: str
    outcome: Outcome  # failed if any of its findings failed, else cantTell
    message: str
    spot: Spot | None  # one of them, to show; None for a finding about a whole page or site
    pages: tuple[str, ...]  # URLs, sorted; () for a finding about the site
    count: int  # places in all


def fingerprint(rule: str, spot: Spot | None = None, message: str = "") -> str:
    """The exact identity: 16 hexadecimal digits; ``message`` counts only without a spot."""
    if spot is None:
        about = "whole\0" + _DIGITS.sub("0", _fold(message))
    elif spot.snippet.strip():
        about = "element\0" + normalised(spot.snippet)
    else:
        about = "place\0" + _POSITION.sub("", _name(spot.selector))
    digest = hashlib.sha256(f"{rule}\0{about}".encode("utf-8", "replace"))
    return digest.hexdigest()[:16]


def marked(finding: Finding) -> Finding:
    """The finding with the fingerprint of each of its spots, or its own when it has none."""
    if not finding.spots:
        return replace(finding, fingerprint=fingerprint(finding.rule, None, finding.message))
    spots = tuple(replace(s, fingerprint=fingerprint(finding.rule, s)) for s in finding.spots)
    return replace(finding, spots=spots)


def gather(findings: Iterable[Finding]) -> tuple[Issue, ...]:
    """Equal spots of one site's failed and cantTell findings, most pages first."""
    members: dict[tuple[str, str], list[tuple[Finding, Spot | None]]] = {}
    for finding in findings:
        if finding.outcome not in (Outcome.FAILED, Outcome.CANT_TELL):
            continue
        for spot in finding.spots or (None,):
            mark = fingerprint(finding.rule, spot, finding.message)
            members.setdefault((finding.rule, mark), []).append((finding, spot))
    issues = [_issue(rule, mark, found) for (rule, mark), found in members.items()]
    return tuple(sorted(issues, key=lambda i: (-len(i.pages), i.rule, i.fingerprint)))


def _issue(rule: str, mark: str, found: list[tuple[Finding, Spot | None]]) -> Issue:
    failed = any(finding.outcome is Outcome.FAILED for finding, _ in found)
    shown, spot = min(found, key=_first)
    return Issue(
        fingerprint=mark,
        rule=rule,
        outcome=Outcome.FAILED if failed else Outcome.CANT_TELL,
        message=(spot.message if spot else "") or shown.message,
        spot=spot,
        pages=tuple(sorted({finding.url for finding, _ in found if finding.url})),
        count=len(found),
    )


def _first(member: tuple[Finding, Spot | None]) -> tuple[bool, str, str, str, str]:
    """Which of equal spots is shown: a failed one, on the first page, at the first place."""
    finding, spot = member
    place = (spot.selector, spot.snippet) if spot else ("", "")
    return (finding.outcome is not Outcome.FAILED, finding.url, *place, finding.message)


def normalised(snippet: str) -> str:
    """A piece of source as its identity sees it; never fails, whatever it is given."""
    parts: list[str] = []
    end = 0
    text = snippet[:_LONGEST]
    for match in _TAG.finditer(text):
        parts.append(text[end : match.start()])
        parts.append(_tag(match.group(1), match.group(2), match.group(3)))
        end = match.end()
    parts.append(text[end:])
    return _fold("".join(parts))


@lru_cache(maxsize=4096)  # a site's places are read for its issues and for its supplier's
def start_of(snippet: str) -> tuple[str, Mapping[str, str], str]:
    """Tag, attributes as written (first of each name) and text of a snippet's first element.

    A snippet that does not start with a tag is all text: its tag is ''.
    """
    text = snippet[:_LONGEST].strip()
    match = _TAG.match(text)
    if match is None or match.group(1):
        return "", {}, _fold(_TAG.sub(" ", text))
    held: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(match.group(3)):
        key = found.group(1).lower()
        if key not in _DROPPED and key != "…":
            held.setdefault(key, next((g for g in found.groups()[1:] if g), ""))
    return match.group(2).lower(), held, _fold(_TAG.sub(" ", text[match.end() :]))


def steady(name: str, value: str) -> str:
    """An attribute's value without what changes by itself, as the exact identity sees it."""
    return _value(name, value)


def _tag(slash: str, name: str, attributes: str) -> str:
    if slash:
        return f"</{name.lower()}>"
    held: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(attributes):
        key = match.group(1).lower()
        if key not in _DROPPED and key != "…":
            held.setdefault(key, _value(key, next((g for g in match.groups()[1:] if g), "")))
    inner = "".join(f' {key}="{held[key]}"' for key in sorted(held))
    return f"<{name.lower()}{inner}>"


def _value(key: str, value: str) -> str:
    value = _fold(value)
    if key == "class":
        return " ".join(sorted({_name(word) for word in value.split()}))
    if key in _NAMES or (key in _TARGETS and value.startswith("#")):
        return _name(value)
    if key in _TARGETS:
        value = _OWN_PORT.sub(r"\1", _BUSTER.sub(r"\1", value)).rstrip("?&")
        return _HEX.sub("0", _UUID.sub("0", value))
    return value


def _name(value: str) -> str:
    """An id or class without the parts a page builder numbers afresh."""
    return _DIGITS.sub("0", _HASH.sub("0", _UUID.sub("0", value)))


def _fold(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
