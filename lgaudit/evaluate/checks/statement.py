"""Checks of the accessibility statement, as GDS's auditors make them.

Each looks at the one statement of the website itself, in English. A site without one fails the
rule that asks for it, and the rest do not apply.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    passed,
    site_check,
)
from lgaudit.evaluate.statement.main import of_main
from lgaudit.evaluate.statement.reading import (
    NON_ACCESSIBLE,
    Statement,
    criteria_in,
    phrases,
    plain,
    quoted,
)
from lgaudit.evidence import Snapshot
from lgaudit.urls import host_of

_COMMITTED = re.compile(
    r"\bcommit(?:ted|ment)\b.{0,160}\baccessib(?:le|ility)\b|\baccessib(?:le|ility)\b.{0,80}\bcommitted\b",
    re.I | re.S,
)
_REGULATIONS = re.compile(
    r"public sector bodies.{0,100}accessibility.{0,20}regulations|accessibility regulations 2018",
    re.I | re.S,
)
_SCOPE = re.compile(
    r"\b(?:this|the|our) (?:web ?site )?(?:accessibility )?statement (?:only )?"
    r"(?:applies|relates|refers|covers|is for)\b"
    r"|\bstatement (?:applies to|covers)\b|\bthis statement is (?:for|about)\b"
    r"|\bscope of (?:this|the|our) (?:accessibility )?statement\b"
    r"|\bthis page (?:explains|sets out|describes|tells you) how accessible\b",
    re.I,
)
_DUE_TO = re.compile(r"\bdue to\b|\bbecause of\b|\bbecause\b|\bas a result of\b|\bowing to\b", re.I)
_VERSION = re.compile(
    r"(?:guidelines|wcag)\W{0,3}(?:\(wcag\)\W{0,3})?(?:version\s*|v\.?\s*)?(2\.[0-9])", re.I
)
_ANY_VERSION = re.compile(r"\b(?:version|wcag|v)\s*\.?(2\.[0-9])\b(?!\.\d)", re.I)
_TELEPHONE = re.compile(r"(?<!\d)(?:\+44|0)(?:[\s()-]{0,2}\d){9,11}(?!\d)")
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|\[email.protected\]"
)  # hidden from robots
_NONE_CLAIMED = re.compile(
    r"\b(?:not|no|never|hasn't|haven't|aren't)\b.{0,40}\b(?:claim|assess|appl|use[ds]?\b|consider"
    r"|rel(?:y|ied)|content|items?|issues?|areas?).{0,60}\bdisproportionate burden"
    r"|\bno disproportionate burden|\b(?:none|nothing)\b.{0,60}\bdisproportionate burden"
    r"|\bdisproportionate burden.{0,40}\b(?:not (?:claimed|applicable|been)|none|no claims?|n/a)\b",
    re.I | re.S,
)


@site_check
def statement_titled(visit: Snapshot, *, names: Sequence[str]) -> Result:
    """The main heading of the statement holds one of ``names``."""

    def judge(statement: Statement) -> Result:
        title = plain(statement.title)
        if any(plain(name) in title for name in names):
            return passed(f"The heading is {quoted(statement.title)}.")
        if not title:
            return failed("The statement has no main heading.")
        return failed(f"The heading is {quoted(statement.title)}.")

    return of_main(judge, visit)


@site_check
def statement_section(
    visit: Snapshot,
    *,
    heading: str,
    accepts: Sequence[str] = (),
    unless_fully_compliant: bool = False,
    only_if_claimed: str = "",
) -> Result:
    """The statement has a heading with the words ``heading``, or with words it ``accepts``.

    ``only_if_claimed`` is something the statement must claim before it needs the heading.
    """

    def judge(statement: Statement) -> Result:
        if unless_fully_compliant and statement.status == "fully":
            return inapplicable("The statement says that the website is fully compliant.")
        if only_if_claimed:
            about = [s for s in statement.sentences if only_if_claimed in s.lower()]
            about = [s for s in about if plain(s) != only_if_claimed]
            if not about or all(_NONE_CLAIMED.search(s) for s in about):
                return inapplicable(f"The statement does not claim {only_if_claimed}.")
        wanted = plain(heading)
        written = [h for h in statement.headings if wanted in plain(h)]
        near = [h for h in statement.headings if any(a in plain(h) for a in words)]
        if written or near:
            return passed(f"There is a heading {quoted((written or near)[0])}.")
        return failed(f"No heading says “{heading}”.")

    words = phrases(accepts)
    return of_main(judge, visit)


@site_check
def statement_commits(visit: Snapshot) -> Result:
    """The statement commits the council to an accessible website under the 2018 Regulations."""

    def judge(statement: Statement) -> Result:
        text = statement.text.replace("\n", " ")
        committed = statement.saying(_COMMITTED)
        if not committed and not _COMMITTED.search(text):
            return failed(
                "Nothing says that the council is committed to making its website accessible."
            )
        if not _REGULATIONS.search(text):
            return failed(
                "The commitment does not name the accessibility regulations of 2018:"
                f" {quoted(committed)}."
            )
        return passed(f"It says: {quoted(committed)}." if committed else "")

    return of_main(judge, visit)


@site_check
def statement_scoped(visit: Snapshot) -> Result:
    """The statement says which website it applies to."""

    def judge(statement: Statement) -> Result:
        sentence = statement.saying(_SCOPE)
        named = plain(statement.title).split("accessibility statement for ", 1)[1:]
        if not sentence and named and host_of(visit.site.homepage).removeprefix("www.") in named[0]:
            return passed(f"The heading is {quoted(statement.title)}.")
        if not sentence:
            return failed("Nothing says which website the statement applies to.")
        text = statement.text.lower()
        host = host_of(visit.site.homepage).removeprefix("www.")
        names = [council.name.lower() for council in visit.site.councils]
        ours = host in text or any(name in text for name in names)
        if ours or re.search(r"\bthis (?:web ?site|site)\b|\bour (?:web ?site|site)\b", text):
            return passed(f"It says: {quoted(sentence)}.")
        return cant_tell(
            f"It says {quoted(sentence)}, and names neither the council nor {host}.",
        )

    return of_main(judge, visit)


@site_check
def statement_has_status(visit: Snapshot) -> Result:
    """The statement says that the site is fully, partially or not compliant with WCAG."""

    def judge(statement: Statement) -> Result:
        kinds = sorted({claim.status for claim in statement.claims})
        if len(kinds) == 1:
            return passed(f"It says: {quoted(statement.claims[0].sentence)}.")
        if kinds:
            said = " and ".join(kinds)
            return cant_tell(f"It claims more than one status ({said}): for several websites?")
        return failed(
            "Nothing says whether the website is fully, partially or not compliant with WCAG."
        )

    return of_main(judge, visit)


@site_check
def statement_cites_version(visit: Snapshot, *, versions: Sequence[str]) -> Result:
    """The statement measures the site by one of these ``versions`` of WCAG."""

    def judge(statement: Statement) -> Result:
        sentences = [claim.sentence for claim in statement.claims]
        sentences += [
            s for s in statement.sentences if re.search(r"\bwcag\b|content accessibility", s, re.I)
        ]
        if not sentences:
            return cant_tell("The statement does not speak of WCAG.")
        for among in (sentences[: len(statement.claims)], sentences):
            named = sorted(
                {v for s in among for v in _VERSION.findall(s) + _ANY_VERSION.findall(s)}
            )
            if any(version in versions for version in named):
                return passed(f"It names WCAG {', '.join(named)}.")
            if named:
                return failed(
                    f"It names WCAG {', '.join(named)} only, not {' or '.join(versions)}."
                )
        return failed("It names no version of WCAG.")

    return of_main(judge, visit)


@site_check
def statement_says_why(visit: Snapshot) -> Result:
    """A status of partial compliance says what it is due to."""

    def judge(statement: Statement) -> Result:
        if statement.status != "partially":
            return inapplicable(
                "The statement does not say that the website is partially compliant."
            )
        sentence = statement.claims[0].sentence
        index = statement.sentences.index(sentence)
        near = " ".join(statement.sentences[index : index + 2])
        if _DUE_TO.search(near) or re.search(r"\b(?:listed|below|following)\b", near, re.I):
            return passed(f"It says: {quoted(sentence)}.")
        return failed(f"It does not say what partial compliance is due to: {quoted(sentence)}.")

    return of_main(judge, visit)


@site_check
def statement_cites_criteria(visit: Snapshot) -> Result:
    """What is not accessible is given with the numbers of the WCAG criteria it fails."""

    def judge(statement: Statement) -> Result:
        if statement.status not in ("partially", "not"):
            return inapplicable("The statement does not say that something is not compliant.")
        section = statement.section(*NON_ACCESSIBLE) or statement.text
        found = sorted(criteria_in(section) or criteria_in(statement.text))
        if found:
            shown = ", ".join(found[:6])
            return passed(
                f"It cites {len(found)} criteria: {shown}{' …' if len(found) > 6 else ''}."
            )
        return failed("No WCAG criterion is cited by its number.")

    return of_main(judge, visit)


@site_check
def statement_gives_contact(visit: Snapshot) -> Result:
    """The statement gives a way to get in touch: an address, a number or a form."""

    def judge(statement: Statement) -> Result:
        for text, url in statement.links:
            if url.startswith(("mailto:", "tel:")):
                return passed(f"There is a link {quoted(text or url)}.")
        if found := _EMAIL.search(statement.text) or _TELEPHONE.search(statement.text):
            return passed(f"It gives {found.group().strip()}.")
        for text, url in statement.links:
            if re.search(
                r"contact|feedback|form|report|complain|tell us|get in touch", f"{text} {url}", re.I
            ):
                return passed(f"There is a link {quoted(text or url)}.")
        return failed("It gives no email address, telephone number or contact form.")

    return of_main(judge, visit)


@site_check
def statement_names(visit: Snapshot, *, bodies: Sequence[str]) -> Result:
    """The statement names one of these ``bodies``."""

    def judge(statement: Statement) -> Result:
        for body in bodies:
            pattern = re.compile(rf"\b{re.escape(body)}\b", re.I)
            sentence = statement.saying(pattern)
            if sentence:
                return passed(f"It says: {quoted(sentence)}.")
        return failed(f"It does not name {bodies[0]}.")

    return of_main(judge, visit)


@site_check
def statement_links_to(visit: Snapshot, *, hosts: Sequence[str], name: str) -> Result:
    """The statement links to one of these ``hosts``, those of the service called ``name``."""

    def judge(statement: Statement) -> Result:
        for text, url in statement.links:
            host = host_of(url)
            if any(host == wanted or host.endswith(f".{wanted}") for wanted in hosts):
                return passed(f"There is a link {quoted(text or url)}.")
        if name.lower() in statement.text.lower():
            return failed(f"It names the {name} without a link to it.")
        return failed(f"There is no link to the {name}.")

    return of_main(judge, visit)


@site_check
def statement_filled_in(visit: Snapshot, *, placeholders: Sequence[str]) -> Result:
    """No ``placeholders`` of the sample statement are left in the statement."""

    def judge(statement: Statement) -> Result:
        text = statement.text.lower()
        left = [mark for mark in placeholders if mark.lower() in text]
        if not left:
            return passed()
        lines = [s for s in statement.sentences if left[0].lower() in s.lower()]
        return failed(
            f"Text of the sample statement was left in: {quoted(lines[0] if lines else left[0])}."
        )

    return of_main(judge, visit)
