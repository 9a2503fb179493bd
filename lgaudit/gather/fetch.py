"""One HTTP request, hardened: bounded in time, size, redirects and reach; never raises."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from lgaudit import urls
from lgaudit.access import NOBODY, Access
from lgaudit.evidence import Exchange, Page, Redirect
from lgaudit.gather import faults, robots
from lgaudit.gather.answer import (
    Outcome,
    Response,
    exchange_of,
    page_of,
    read_body,
    redirect_target,
)
from lgaudit.gather.asked import Asked
from lgaudit.gather.client import open_client
from lgaudit.gather.http import httpx
from lgaudit.gather.line import SILENCE, Line
from lgaudit.gather.politeness import TROUBLE, CircuitOpen, Gate
from lgaudit.gather.resolve import NameNotFound, PrivateAddress, Resolver
from lgaudit.gather.robots import Robots
from lgaudit.models import Kind, Reason, Site, Verdict
from lgaudit.settings import Settings

MOST_ROBOTS = 2_000  # rules remembered
MOST_LINKS = 50_000  # links remembered, so that sites with the same link ask for it once
LARGEST_COOKIE = 4_096  # characters of its name and value together
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request may do. ``hosts`` are names (beside the site's own) that count as the site."""

    method: str = "GET"
    site: Site | None = None
    hosts: Collection[str] = ()
    obey: bool = True  # ask robots.txt first
    stay: bool = False  # do not follow redirects off the site
    html_only: bool = False  # leave bodies of other types unread
    limit: int = 10_000_000  # bytes
    retries: int = 2
    redirects: int = 10
    accept: str = ACCEPT

    def own(self, url: str) -> bool:
        """True when the address is on the very server the user named."""
        return self.site is not None and urls.netloc_of(url) in {
            urls.netloc_of(self.site.homepage),
            urls.netloc_of(self.site.welsh_homepage),
        }


class Fetcher:
    """Asks for pages over HTTP/2 or 1.1; open it with ``async with``.

    Cookies live for one chain of redirects only. Names are looked up here and the connection goes
    to the address that was approved. Every request takes its turn at the :class:`Gate`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        gate: Gate | None = None,
        resolver: Resolver | None = None,
        clock: Callable[[], float] = time.monotonic,
        access: Access = NOBODY,
    ) -> None:
        self.settings = settings
        self._access = access
        self.gate = gate or Gate(settings)
        self.resolver = resolver or Resolver(settings)
        self._clock = clock
        self._client = open_client(settings, self.resolver)
        self.line = Line(self._answers)
        self.checked: Asked[Outcome] = Asked(MOST_LINKS)
        self._robots: Asked[Robots] = Asked(MOST_ROBOTS)
        self.listeners: dict[str, Callable[[Exchange], None]] = {}  # by slug of the site asked for

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._robots.cancel()
        self.checked.cancel()
        await self._client.__aexit__(kind, error, trace)
        self.resolver.close()

    async def get(
        self,
        url: str,
        *,
        site: Site | None = None,
        hosts: Collection[str] = (),
        kind: Kind = Kind.OTHER,
        depth: int = 0,
        obey: bool = True,
        stay: bool = True,
    ) -> Page:
        """A page, or why there is none. A verdict of ok only says that HTML came with status < 400.

        Args:
            url: absolute address.
            site: whose page it is; redirects elsewhere end as ``off_site``.
            hosts: more host names that belong to the site.
            kind: written on the page.
            depth: written on the page.
            obey: ask robots.txt first.
            stay: False follows redirects anywhere (for home pages).
        """
        plan = self.plan(
            site=site, hosts=hosts, obey=obey, stay=stay and site is not None, html_only=True
        )
        answer = await self.request(url, plan)
        return page_of(answer, kind=kind, depth=depth)

    def plan(
        self,
        *,
        method: str = "GET",
        site: Site | None = None,
        hosts: Collection[str] = (),
        obey: bool = True,
        stay: bool = False,
        html_only: bool = False,
        limit: int | None = None,
        retries: int | None = None,
    ) -> Plan:
        """What a request may do, with this run's settings for the rest."""
        settings = self.settings
        return Plan(
            method=method,
            site=site,
            hosts=hosts,
            obey=obey,
            stay=stay,
            html_only=html_only,
            limit=settings.page_bytes if limit is None else limit,
            retries=settings.retries if retries is None else retries,
            redirects=settings.redirects,
        )

    async def head(self, url: str, plan: Plan) -> Response:
        """Status and headers only."""
        return await self.request(url, replace(plan, method="HEAD"))

    async def request(self, url: str, plan: Plan) -> Response:
        """Ask, follow redirects one by one, each checked as the first; never raises for the web.

        Raises:
            NetworkDown: this machine has lost its network.
        """
        jar = httpx.Cookies()
        seen: set[tuple[str, str]] = set()
        hops: list[Redirect] = []
        current = urls.normalise(url)
        if current is None:
            return Response(url, url, Verdict(Reason.DNS, "not a usable web address"))
        while True:
            answer = await self._ask(current, plan, jar)
            if await self.doubt(current, answer.verdict):
                answer = await self._ask(current, replace(plan, retries=0), jar)
            target = redirect_target(answer)
            if target is None:
                return replace(answer, url=url, redirects=tuple(hops))
            hops.append(Redirect(current, answer.status or 0, target))
            verdict = _hop(target, plan, hops, seen, _cookie_header(jar, target))
            if verdict is not None:
                final = target if verdict.reason is Reason.OFF_SITE else current
                return replace(
                    answer, url=url, final_url=final, verdict=verdict, redirects=tuple(hops)
                )
            current = target

    async def _ask(self, url: str, plan: Plan, jar: httpx.Cookies) -> Response:
        refusal = await self._refusal(url, plan)
        if refusal is not None:
            return Response(url, url, refusal)
        return await self._attempts(url, plan, jar)

    async def robots(self, url: str, site: Site | None = None) -> Robots:
        """Rules of the host that answers ``url``; read once a run."""
        where = _robots_of(url)
        return await self._robots.get(where, lambda: self._read_robots(where, site))

    async def _read_robots(self, where: str, site: Site | None) -> Robots:
        plan = Plan(
            site=site,
            obey=False,
            limit=robots.LARGEST,
            retries=min(1, self.settings.retries),
            redirects=robots.REDIRECTS,
            accept="text/plain,*/*;q=0.5",
        )
        answer = await self.request(where, plan)
        rules = robots.read(answer.status, answer.body, answer.verdict)
        self.gate.crawl_delay(where, rules.delay)
        if _same_file(where, answer.final_url):
            if answer.final_url not in self._robots:
                self._robots.know(answer.final_url, rules)
            self.gate.crawl_delay(answer.final_url, rules.delay)
        return rules

    async def _refusal(self, url: str, plan: Plan) -> Verdict | None:
        host = urls.host_of(url)
        if urls.is_private_host(host) and not self._may_enter(url, host, plan):
            return Verdict(Reason.PRIVATE_ADDRESS, f"{host} is on a private network")
        try:  # before the turn and its time limit: slow name servers are not the host's doing
            await self.resolver.addresses(host, 0)
        except (NameNotFound, PrivateAddress) as error:
            return faults.explain(error, answered=False).verdict
        if not plan.obey:
            return None
        rules = await self.robots(url, plan.site)
        if not rules.verdict.ok:
            return rules.verdict
        if not rules.allows(url):
            return Verdict(Reason.ROBOTS, "robots.txt asks robots to stay away from it")
        return None

    def _may_enter(self, url: str, host: str, plan: Plan) -> bool:
        if self.settings.allow_private or self.resolver.mapped(host):
            return True
        literal = urls.address(host)
        # Link-local addresses hold cloud credentials; naming one as a home page is never enough.
        return plan.own(url) and not (literal is not None and literal.is_link_local)

    async def doubt(self, url: str, verdict: Verdict) -> bool:
        """True when silence may not have been the host's doing, so that it is asked once more.

        Names that the settings give are sure.

        Raises:
            NetworkDown: this machine has lost its network.
        """
        host = urls.host_of(url)
        silent = verdict.reason in SILENCE or (
            # Broken off while TLS began, or left alone for what the network did.
            (verdict.reason is Reason.TLS and "EOF" in verdict.detail)
            or (verdict.reason is Reason.CIRCUIT_OPEN and self.line.doubted(url))
        )
        given = verdict.reason is Reason.DNS and self.resolver.given(host)
        if not silent or given or not await self.line.silence(url):
            return False
        self.gate.forgive(url)
        self.resolver.forget(host)
        return True

    async def _answers(self, url: str) -> bool | None:
        """Whether a host answers at all; None when it asked to be left alone."""
        where = _robots_of(url)
        try:
            async with self.gate.turn(where):
                answer = await self._exchange(where, Plan(method="HEAD"), httpx.Cookies())
        except CircuitOpen:
            return None
        return answer.status is not None

    async def _attempts(self, url: str, plan: Plan, jar: httpx.Cookies) -> Response:
        answer = Response(url, url, Verdict(Reason.TIMEOUT, "never asked"))
        for left in range(plan.retries, -1, -1):
            try:
                async with self.gate.turn(url) as turn:
                    answer = await self._exchange(url, plan, jar)
                    self._tell(plan, answer)
                    again = answer.passing and left > 0
                    if answer.status is not None:
                        if answer.verdict.reason not in SILENCE:
                            self.line.answered(url)
                        turn.answered(
                            answer.status,
                            seconds=(answer.elapsed_ms or 0.0) / 1000,
                            asked=answer.header("retry-after"),
                            counts=not again,
                        )
                    elif answer.verdict.reason is not Reason.PRIVATE_ADDRESS:
                        turn.failed(counts=not again)
            except CircuitOpen as closed:
                if answer.status is not None:
                    return answer
                return Response(url, url, Verdict(Reason.CIRCUIT_OPEN, str(closed)))
            if not again:
                break
        return answer

    def _tell(self, plan: Plan, answer: Response) -> None:
        listener = self.listeners.get(plan.site.slug) if plan.site is not None else None
        if listener is not None:  # only headers that every request has: no cookie, no credential
            sent = (*self._client.headers.multi_items(), ("accept", plan.accept))
            listener(exchange_of(plan.method, sent, answer))

    async def _exchange(self, url: str, plan: Plan, jar: httpx.Cookies) -> Response:
        """One request and its answer, connection to last byte, within the time limit."""
        partial = Response(url, url)
        started = self._clock()
        try:
            async with asyncio.timeout(self.settings.timeout):
                request = self._client.build_request(
                    plan.method, url, headers={"accept": plan.accept}
                )
                if len(jar.jar):
                    jar.set_cookie_header(request)
                self._show_access(request)
                response = await self._client.send(request, stream=True)
                try:
                    if "set-cookie" in response.headers:
                        jar.extract_cookies(response)
                        _drop_large(jar)
                    partial = replace(
                        partial,
                        status=response.status_code,
                        headers=tuple(response.headers.multi_items()),
                        http_version=response.http_version,
                        elapsed_ms=(self._clock() - started) * 1000,
                        passing=response.status_code in TROUBLE,
                    )
                    limit = 0 if plan.method == "HEAD" else plan.limit
                    return await read_body(partial, response, limit=limit, html_only=plan.html_only)
                finally:
                    await response.aclose()
        except Exception as error:  # whatever a hostile server provokes in the layers below
            fault = faults.explain(error, answered=partial.status is not None)
            return replace(partial, verdict=fault.verdict, passing=fault.passing)

    def _show_access(self, request: httpx.Request) -> None:
        """Add what opens the page; a cookie that the site has set since is left as it is."""
        if self._access is NOBODY:
            return
        url = str(request.url)
        for name, value in self._access.headers_for(url):
            request.headers[name] = value
        given = {cookie.name: cookie.value for cookie in self._access.cookies_for(url)}
        if given:
            sent = str(request.headers.get("cookie", ""))
            known = {pair.partition("=")[0].strip() for pair in sent.split(";")}
            more = [f"{name}={value}" for name, value in given.items() if name not in known]
            request.headers["cookie"] = "; ".join(filter(None, (sent, *more)))


def _hop(
    target: str, plan: Plan, hops: list[Redirect], seen: set[tuple[str, str]], cookies: str
) -> Verdict | None:
    home = plan.site.homepage if plan.site is not None and plan.stay else ""
    if home and not urls.same_site(home, target, plan.hosts):
        return Verdict(Reason.OFF_SITE, f"redirects to {urls.host_of(target)}")
    if (target, cookies) in seen:
        return Verdict(Reason.TOO_MANY_REDIRECTS, "redirects in a circle")
    seen.add((target, cookies))
    if len(hops) > plan.redirects:
        return Verdict(Reason.TOO_MANY_REDIRECTS, f"more than {plan.redirects} redirects")
    return None


def _cookie_header(jar: httpx.Cookies, url: str) -> str:
    try:
        request = httpx.Request("GET", url)
        jar.set_cookie_header(request)
    except (httpx.InvalidURL, ValueError):
        return ""
    return str(request.headers.get("cookie", ""))


def _drop_large(jar: httpx.Cookies) -> None:
    """Browsers keep no cookie so large, and servers refuse requests that carry one."""
    for cookie in list(jar.jar):
        if len(cookie.name) + len(cookie.value or "") > LARGEST_COOKIE:
            jar.jar.clear(cookie.domain, cookie.path, cookie.name)


def _robots_of(url: str) -> str:
    scheme, rest = url.split("://", 1)
    return f"{scheme}://{rest.split('/', 1)[0].split('?', 1)[0]}/robots.txt"


def _same_file(asked: str, answered: str) -> bool:
    """True for http to https and to or from www: the rules need not be asked for again."""
    hosts = {urls.host_of(url).removeprefix("www.") for url in (asked, answered)}
    return asked != answered and len(hosts) == 1 and urls.path_of(answered) == "/robots.txt"
