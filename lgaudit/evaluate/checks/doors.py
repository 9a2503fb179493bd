"""Checks of the ways into a site: https, its certificate, www, its domain, its security.txt."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from lgaudit.evaluate import answers
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    passed,
    site_check,
    untested,
)
from lgaudit.evidence import Handshake, LinkCheck, Page, Snapshot
from lgaudit.models import Reason, Spot
from lgaudit.urls import host_of, registrable

MODERN = ("TLSv1.2", "TLSv1.3")
_LOCAL = "A server on this machine is not one that residents visit."
_NO_LOOK = "The ways into the site were not tried."
_GONE = (Reason.DNS, Reason.REFUSED)
_FAULTS = {
    "expired": "its certificate has expired",
    "early": "its certificate is not valid yet",
    "name": "its certificate is for other names: {names}",
    "chain": "its certificate does not lead to an authority that browsers trust",
}
# RFC 3339, as RFC 9116 asks for it.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)")


@site_check
def https_only(visit: Snapshot) -> Result:
    """Nothing of the site is served over plain http; a closed port is as good as a redirect."""
    home = answers.home_address(visit)
    if answers.on_this_machine(home):
        return inapplicable(_LOCAL)
    doors = [door for door in visit.probes.doors if door.url.startswith("http:")]
    plain = [d for d in doors if _works(d) and d.final_url.startswith("http:")]
    if home.startswith("http:"):
        return failed("The homepage is served over plain http.", [Spot("", home)])
    if plain:
        spots = [Spot("", d.url, "answers without https") for d in plain]
        return failed("Pages can be had over plain http, for anyone on the way to read.", spots)
    if not doors:
        return untested(_NO_LOOK)
    sure = [d for d in doors if d.final_url.startswith("https:") or d.verdict.reason in _GONE]
    if not sure:
        return cant_tell("Nobody answered over http in time.")
    return passed()


@site_check
def certificates_trusted(visit: Snapshot, *, days: int = 14, short_lived: int = 30) -> Result:
    """Certificates are in date, for the right names and trusted; with ``days`` left, look.

    One that lives for ``short_lived`` days or less is renewed by a machine, and always runs out
    soon.
    """
    met = visit.probes.handshakes
    if not met:
        return untested("No TLS connection was made.")
    now = visit.started
    bad = [h for h in met if h.fault in _FAULTS]
    if bad:
        spots = [Spot("", f"https://{h.host}/", _fault(h)) for h in bad]
        return failed("Browsers warn people away from the site.", spots)
    late = [(h, left) for h in met if (left := _left(h, now)) is not None and left < days]
    late = [(h, left) for h, left in late if _life(h) > short_lived]
    if late:
        spots = [Spot("", f"https://{h.host}/", f"{left:.0f} days left") for h, left in late]
        return cant_tell("A certificate runs out soon: see that it is renewed in time.", spots)
    if all(h.fault for h in met):
        return cant_tell("No TLS connection came about.")
    return passed()


@site_check
def tls_recent(visit: Snapshot) -> Result:
    """The site speaks TLS 1.2 or 1.3, and no version below."""
    met = [h for h in visit.probes.handshakes if h.version]
    if not met:
        return untested("No TLS connection was made.")
    stale = [h for h in met if h.version not in MODERN]
    if stale:
        return failed("", [Spot("", f"https://{h.host}/", f"speaks {h.version}") for h in stale])
    asked = [h for h in met if h.old]
    old = [h for h in asked if h.old != "none"]
    if old:
        spots = [Spot("", f"https://{h.host}/", f"also accepts {h.old}") for h in old]
        return failed(
            "The server still accepts a version of TLS that is known to be broken.", spots
        )
    if not asked:
        return cant_tell("It speaks a recent TLS; whether it refuses old ones could not be told.")
    return passed()


@site_check
def both_addresses_work(visit: Snapshot) -> Result:
    """The address works with www and without, and both lead to one place."""
    home = answers.home_address(visit)
    host, plain = host_of(home), registrable(host_of(home))
    if answers.on_this_machine(home):
        return inapplicable(_LOCAL)
    names = [name for name in (plain, f"www.{plain}") if name != host]
    broken, doubtful = [], []
    for name in names:
        doors = [d for d in visit.probes.doors if host_of(d.url) == name]
        if not doors:
            return untested(_NO_LOOK)
        if any(_works(d) and host_of(d.final_url) == host for d in doors):
            continue
        why = _why_not(doors)
        if any(_works(d) for d in doors):
            doubtful.append(Spot("", doors[0].url, f"does not lead to {host}"))
        elif why:
            broken.append(Spot("", doors[0].url, why))
        else:
            doubtful.append(Spot("", doors[0].url, "gave no clear answer"))
    if broken:
        return failed(f"People who leave out or add www do not reach {host}.", broken)
    if doubtful:
        return cant_tell("The address may be two sites with and without www.", doubtful)
    return passed()


@site_check
def public_sector_domain(visit: Snapshot, *, endings: Sequence[str]) -> Result:
    """The site's own address ends in one of these."""
    if not visit.site.councils:
        return inapplicable("Nobody said that this is a council's site.")
    host = host_of(answers.home_address(visit))
    if any(host == e or host.endswith(f".{e}") for e in endings):
        return passed()
    return failed(f"The site lives at {host}.", [Spot("", answers.home_address(visit))])


@site_check
def stays_in_public_sector(visit: Snapshot) -> Result:
    """A public sector address does not send people on to an address outside it."""
    home = answers.home_of(visit)
    ways = [*([home] if home is not None else ()), *visit.probes.doors]
    starts = [way for way in ways if answers.public_sector(host_of(way.url))]
    if not starts:
        return inapplicable("None of its addresses is in the public sector's own domains.")
    away = [w for w in starts if w.redirects and not answers.public_sector(host_of(w.final_url))]
    spots = [Spot("", w.url, f"leads to {host_of(w.final_url)}") for w in away]
    if spots:
        return failed("An official address leads to one that anybody could have bought.", spots)
    return passed()


@site_check
def linked_hosts_answer(visit: Snapshot) -> Result:
    """Every host of its own that the site links to has an address and takes connections."""
    hosts = visit.probes.hosts
    if not hosts:
        return inapplicable("The site links to no other host of its own.")
    gone = [k for k in hosts if k.verdict.reason is Reason.DNS and k.attempts > 1]
    if gone:
        return failed("Links lead to hosts that do not exist any more.", map(_host_spot, gone))
    quiet = [k for k in hosts if k.verdict.reason in (Reason.REFUSED, Reason.TIMEOUT, Reason.DNS)]
    if quiet:
        return cant_tell(
            "A host did not answer just now; look again later.", map(_host_spot, quiet)
        )
    return passed()


@site_check
def security_txt_present(visit: Snapshot) -> Result:
    """There is a security.txt that says whom to tell about a weakness."""
    page = visit.probes.security_txt
    if page is None:
        return untested("security.txt was not asked for.")
    if _unclear(page):
        return cant_tell(f"The server answered {page.status}, which proves nothing.")
    if page.status != 200:
        return failed("There is no /.well-known/security.txt.", [Spot("", page.url)])
    kind = page.header("content-type").split(";")[0].strip().lower()
    text = page.response_html.lstrip()
    if kind in ("text/html", "application/xhtml+xml") or text[:1] == "<":
        return failed("The address answers with a webpage.", [Spot("", page.url)])
    if not _fields(text, "contact"):
        return failed("The file names no contact.", [Spot("", page.url)])
    if kind != "text/plain":
        said = f"It is sent as {kind}" if kind else "Its type is not said"
        return failed(f"{said}; it must be text/plain.", [Spot("", page.url)])
    return passed()


@site_check
def security_txt_valid(visit: Snapshot, *, most_days: int = 366) -> Result:
    """security.txt says how long it holds, holds still, and links to a policy."""
    page = visit.probes.security_txt
    if page is None or page.status != 200 or security_txt_present(visit).outcome != "passed":
        return inapplicable("There is no usable security.txt.")
    text = page.response_html
    expires, here = _fields(text, "expires"), [Spot("", page.url)]
    if len(expires) != 1:
        told = "It does not say when it expires." if not expires else "It says so more than once."
        return failed(f"{told} There must be exactly one Expires line.", here)
    moment = _moment(expires[0])
    if moment is None:
        return failed(f"“{expires[0][:60]}” is not a date and time as RFC 3339 writes it.", here)
    if visit.started is None:
        return untested("The date of the visit is not known.")
    if moment <= visit.started:
        return failed(f"It expired on {moment.day} {moment:%B} {moment.year}.", here)
    if not _fields(text, "policy"):
        return failed("It does not link to a policy on reporting weaknesses.", here)
    if moment - visit.started > dt.timedelta(days=most_days):
        return cant_tell("It holds for more than a year; RFC 9116 recommends less.", here)
    return passed()


def _works(door: Page) -> bool:
    return door.verdict.ok and door.status is not None and door.status < 400


def _why_not(doors: Iterable[Page]) -> str:
    """Why an address does not work, when that is sure; or ''."""
    reasons = {door.verdict.reason for door in doors}
    if reasons == {Reason.DNS}:
        return "there is no host of that name"
    if reasons <= {Reason.DNS, Reason.REFUSED}:
        return "nothing answers there"
    if reasons <= {Reason.TLS, Reason.REFUSED, Reason.DNS}:
        return "only https answers, and not with a certificate for that name"
    if all(door.status in (404, 410) for door in doors):
        return "answers that there is no such page"
    return ""


def _unclear(page: Page) -> bool:
    status = page.status or 0
    return status in (401, 403, 429) or status >= 500 or page.verdict.reason in (
        Reason.BLOCKED, Reason.CAPTCHA, Reason.TIMEOUT, Reason.RESET
    )  # fmt: skip


def _fault(handshake: Handshake) -> str:
    return _FAULTS[handshake.fault].format(names=", ".join(handshake.names[:5]) or "none")


def _left(handshake: Handshake, now: dt.datetime | None) -> float | None:
    if now is None or handshake.ends is None:
        return None
    return (handshake.ends - now).total_seconds() / 86_400


def _life(handshake: Handshake) -> float:
    if handshake.starts is None or handshake.ends is None:
        return 0.0
    return (handshake.ends - handshake.starts).total_seconds() / 86_400


def _host_spot(check: LinkCheck) -> Spot:
    where = f"; linked from {', '.join(check.found_on[:3])}" if check.found_on else ""
    said = "no such host" if check.verdict.reason is Reason.DNS else check.verdict.reason.value
    return Spot("", check.url, f"{said}{where}")


def _fields(text: str, name: str) -> list[str]:
    """Values of the lines of a field, signatures and comments passed over."""
    found = []
    for line in text.splitlines()[:1000]:
        field, colon, value = line.partition(":")
        if colon and field.strip().lower() == name and value.strip():
            found.append(value.strip())
    return found


def _moment(text: str) -> dt.datetime | None:
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return dt.datetime.fromisoformat(re.sub(r"\.\d+", "", text.upper()))
    except ValueError:
        return None
