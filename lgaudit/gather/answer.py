"""How one address was answered, and the page in the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lgaudit import urls
from lgaudit.evidence import Exchange, Headers, Page, Redirect, header, header_list
from lgaudit.gather import decode
from lgaudit.gather.http import httpx
from lgaudit.models import OK, Kind, Reason, Verdict

HTML = ("text/html", "application/xhtml+xml")
END = 5_000  # bytes; comments and scripts may follow the end of a page
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Response:
    """How one address was answered. ``status`` is None when nothing came back."""

    url: str
    final_url: str
    verdict: Verdict = OK
    status: int | None = None
    headers: Headers = ()
    body: bytes = b""
    redirects: tuple[Redirect, ...] = ()
    http_version: str = ""
    elapsed_ms: float | None = None
    transferred: int = 0  # bytes of body on the wire
    passing: bool = False  # the trouble may pass: worth another try

    def header(self, name: str) -> str:
        """The first header of that name, or ''."""
        return header(self.headers, name)

    @property
    def packing(self) -> str:
        """Content-Encoding; several lines of it are one list, as HTTP has it."""
        return header_list(self.headers, "content-encoding")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the address of a link answered in the end, whoever links to it."""

    verdict: Verdict
    status: int | None = None
    attempts: int = 1


def page_of(answer: Response, *, kind: Kind = Kind.OTHER, depth: int = 0) -> Page:
    """The page in a response."""
    verdict = answer.verdict
    if verdict.ok and answer.status is not None and answer.status >= 400:
        verdict = Verdict(Reason.ERROR_STATUS, f"status {answer.status}")
    return Page(
        url=answer.url,
        final_url=answer.final_url,
        kind=kind,
        verdict=verdict,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        encoding=decode.encoding_of(answer.header("content-type"), answer.body),
        redirects=answer.redirects,
        http_version=answer.http_version,
        elapsed_ms=answer.elapsed_ms,
        depth=depth,
    )


def exchange_of(method: str, sent: Headers, answer: Response) -> Exchange:
    """The same as a record of what went over the wire; ``sent`` without anything secret."""
    bodiless = method == "HEAD" or answer.status in (None, 204, 304)
    empty = answer.header("content-length") == "0" and not answer.transferred
    return Exchange(
        method=method,
        url=answer.url,
        sent=sent,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        http_version=answer.http_version,
        verdict=answer.verdict,
        unread=not (answer.body or bodiless or empty),
    )


def is_html(answer: Response) -> bool:
    """True when the response is HTML, by its type or, where none is given, by its look."""
    kind = answer.header("content-type").split(";")[0].strip().lower()
    if kind:
        return kind in HTML
    return answer.body[:1024].lstrip().startswith(b"<")


def redirect_target(answer: Response) -> str | None:
    """Where a redirect leads, or None when this is the last answer."""
    if answer.status not in _REDIRECTS:
        return None
    location = answer.header("location")
    return urls.normalise(location, answer.final_url) if location else None


async def read_body(
    partial: Response, response: httpx.Response, *, limit: int, html_only: bool
) -> Response:
    """The answer with its body, read up to ``limit`` bytes; other types unread if ``html_only``."""
    if limit == 0 or redirect_target(partial) is not None:
        return partial
    kind = partial.header("content-type")
    typed_otherwise = kind and not is_html(partial)
    if html_only and typed_otherwise and response.status_code < 400:
        detail = f"is {kind.split(';')[0].strip()[:60]}"
        return replace(partial, verdict=Verdict(Reason.NOT_HTML, detail))
    verdict = OK
    body: decode.Body | None = None
    try:
        body = decode.Body(partial.packing, limit)
        async for chunk in response.aiter_raw():
            body.feed(chunk)
    except decode.TooLarge:
        verdict = Verdict(Reason.TOO_LARGE, f"longer than {limit} bytes")
    except decode.Broken as error:
        verdict = Verdict(Reason.RESET, str(error))
    content = body.content() if body is not None else b""
    wire = body.wire if body is not None else 0
    cut = body is not None and body.cut
    # Some servers never end what they pack; where the page itself ends, nothing is missing.
    ends = not cut or b"</html" in content[-END:].lower()
    wanted = html_only and response.status_code < 400
    if wanted and verdict.ok and not ends:
        verdict = Verdict(Reason.RESET, "the packed body breaks off before its end")
    whole = replace(partial, verdict=verdict, body=content, transferred=wire)
    if wanted and verdict.ok and not is_html(whole):
        return replace(whole, body=b"", verdict=Verdict(Reason.NOT_HTML, "does not look like HTML"))
    return whole
