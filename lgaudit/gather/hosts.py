"""Other hosts of its own that a site links to: do they answer, and are their names looked after?

A name whose alias leads to a service nobody rents any more can be taken over by a stranger. Such a
name is for the council's eyes only: it goes into private notes and into nothing that is published.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lgaudit import urls
from lgaudit.evidence import LinkCheck, PrivateNote
from lgaudit.gather.budget import Budget
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.links import Checker, Links
from lgaudit.models import Reason

MOST = 20  # hosts of one site
# Names under these are handed out to whoever asks for them first.
HANDED_OUT = (
    "azurewebsites.net azure-api.net azureedge.net azurefd.net cloudapp.net cloudapp.azure.com"
    " trafficmanager.net blob.core.windows.net azurestaticapps.net amazonaws.com cloudfront.net"
    " elasticbeanstalk.com herokuapp.com herokudns.com github.io gitlab.io netlify.app vercel.app"
    " pages.dev web.app firebaseapp.com fastly.net pantheonsite.io wpengine.com ghost.io"
    " readthedocs.io surge.sh bitbucket.io zendesk.com statuspage.io myshopify.com"
).split()


async def look(
    linked: Links,
    checked: Sequence[LinkCheck],
    seen: Collection[str],
    fetcher: Fetcher,
    budget: Budget,
) -> tuple[tuple[LinkCheck, ...], tuple[PrivateNote, ...]]:
    """One link to each own host that the visit has not seen, and private notes on their names."""
    asked = {urls.host_of(check.url): check for check in reversed(checked) if check.internal}
    wanted: dict[str, str] = {}
    for url in linked.ordered(internal=True):
        host = urls.host_of(url)
        if host not in seen and not urls.address(host) and not urls.is_local_name(host):
            wanted.setdefault(host, url)
    found, notes = [], []
    checker = Checker(fetcher)
    for host, url in sorted(wanted.items())[:MOST]:
        check = asked.get(host)
        if check is None:
            if budget.out_of_time:
                break
            check = linked.check_of(url, await checker.outcome(url, linked.site))
        note = await _note(host, check, fetcher)
        if note is not None:
            notes.append(note)
        else:
            found.append(check)
    return tuple(found), tuple(notes)


async def _note(host: str, check: LinkCheck, fetcher: Fetcher) -> PrivateNote | None:
    """A note when the name is an alias of a place that a stranger might claim."""
    gone = check.verdict.reason is Reason.DNS
    if not gone and check.status != 404:
        return None
    alias = await fetcher.resolver.alias(host)
    if not alias or urls.same_site(f"https://{host}/", f"https://{alias}/"):
        return None
    rented = any(alias == name or alias.endswith(f".{name}") for name in HANDED_OUT)
    if gone:
        what = f"is an alias of {alias}, which does not exist"
        advice = "Whoever claims that name can put up pages in the council's name."
    elif rented:
        what = f"is an alias of {alias}, which answers 404"
        advice = "If nobody rents it any more, a stranger may."
    else:
        return None
    remedy = "Remove the DNS record, or claim the name again."
    return PrivateNote(host, f"{host} {what}. {advice} {remedy}", check.found_on)
