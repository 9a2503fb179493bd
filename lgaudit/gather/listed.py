"""The pages a sitemap lists, for those who want exactly these checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lgaudit import urls
from lgaudit.errors import LgauditError
from lgaudit.gather import sitemaps
from lgaudit.gather.fetch import Fetcher
from lgaudit.models import Site


class SitemapError(LgauditError):
    """A sitemap that cannot be read or lists nothing."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Addresses of pages in the order listed, and how many of other sites were left out."""

    pages: tuple[str, ...]
    elsewhere: int = 0


async def pages(start: str, fetcher: Fetcher, moved: Callable[[str], str]) -> Listed:
    """The pages of a sitemap, an index followed; ``start`` is an address or a file.

    ``moved`` turns each address into the one to ask for. A sitemap at an address speaks for its
    own site only; a file is the user's word.

    Raises:
        SitemapError: it cannot be read, or lists no page.
    """
    home = moved(start) if "://" in start else ""
    why = ""
    elsewhere: set[str] = set()

    def wanted(url: str) -> bool:
        own = not home or urls.same_site(home, moved(url))
        if not own:
            elsewhere.add(url)
        return own

    async def read(url: str) -> bytes:
        nonlocal why
        address = moved(url)
        site = Site("sitemap", home or address)
        plan = fetcher.plan(site=site, obey=False, stay=bool(home), limit=sitemaps.LARGEST)
        answer = await fetcher.request(address, plan)
        if answer.verdict.ok and answer.status == 200:
            return answer.body
        why = why or answer.verdict.detail or f"status {answer.status}"
        return b""

    if home:
        first = urls.normalise(start)
        _, found = await sitemaps.collect([first] if first else [], read, wanted)
    else:
        top = _file(Path(start))
        _, more = await sitemaps.collect(top.sitemaps, read, wanted)
        found = (*top.pages, *more)
    if not found:
        name = urls.without_credentials(start)
        raise SitemapError(
            f"{name}: lists no pages{f' ({why})' if why else ''}. Give a sitemap, a sitemap index,"
            " or a text file with an address on each line."
        )
    return Listed(tuple(dict.fromkeys(map(moved, found))), len(elsewhere))


def _file(path: Path) -> sitemaps.Sitemap:
    try:
        with path.open("rb") as file:
            return sitemaps.parse(file.read(sitemaps.LARGEST), path.absolute().as_uri())
    except OSError as error:
        raise SitemapError(f"{path}: cannot be read ({error.strerror or error}).") from error
