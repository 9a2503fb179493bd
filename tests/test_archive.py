"""Evidence in WARC files: what goes in comes out, other tools read it, and nothing leaks."""

from __future__ import annotations

import contextlib
import datetime as dt
import string
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from lgaudit.archive import Evidence, Keeper, Kept, Retention, read_snapshot
from lgaudit.archive.keeper import add_timings
from lgaudit.errors import EvidenceError
from lgaudit.evidence import (
    AxeNode,
    AxeResult,
    AxeRun,
    BrowserEvidence,
    Consent,
    Coverage,
    Document,
    Exchange,
    Feed,
    Handshake,
    LinkCheck,
    Look,
    Page,
    PrivateNote,
    Probes,
    Redirect,
    Request,
    Sighting,
    Snapshot,
    Timings,
)
from lgaudit.models import OK, Council, Engines, Run, Site, Verdict

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
RUN = Run("20261123-120000-abcdef", NOW, None, Engines("1", "2026.2"), {}, {"pages": 3}, 1)
SITE = Site("a", "https://www.a.gov.uk/")
OTHER = "https://secret.a.gov.uk/"


def exchange(url: str, body: bytes = b"", **more: Any) -> Exchange:
    values: dict[str, Any] = {
        "method": "GET",
        "sent": (("user-agent", "lgaudit"), ("cookie", "door=open"), ("authorization", "Basic x")),
        "status": 200,
        "headers": (
            ("content-type", "text/html"),
            ("content-encoding", "gzip"),
            ("content-length", "7"),
        ),
    }
    return Exchange(url=url, body=body, **(values | more))


def kept(tmp_path: Path, visit: Snapshot, heard: Sequence[Exchange] = (), **more: Any) -> Path:
    keeper = Keeper(Evidence(tmp_path, RUN.id), RUN, "a", lambda: NOW, more.pop("most", 1_000))
    for one in heard:
        keeper.hear(one)
    path = keeper.finish(visit, **more).result(30)
    keeper.close()
    return path


def again(path: Path) -> Kept:
    found = read_snapshot(path)
    assert found is not None
    return found


# --- what goes in comes out ---------------------------------------------------------------------

WORDS = st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | WORDS | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
SURROGATES = st.text(st.characters(exclude_categories=()) | st.just("\ud800"), max_size=8)
WHEN = st.none() | st.datetimes(
    dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)
)


def any_of(kind: type, **more: Any) -> st.SearchStrategy[Any]:
    return st.builds(kind, **more)


REQUESTS = st.lists(any_of(Request), max_size=2).map(tuple)
SIGHTINGS = st.lists(any_of(Sighting, facts=st.dictionaries(WORDS, JSON, max_size=2)), max_size=2)
LOOKS = any_of(Look, sightings=SIGHTINGS.map(tuple), facts=st.dictionaries(WORDS, JSON, max_size=2))
NUMBERS = st.none() | st.floats(0, 1e6)
SEEN = any_of(
    BrowserEvidence,
    html=SURROGATES,
    title=SURROGATES,
    axe=st.none()
    | any_of(
        AxeRun,
        results=st.lists(
            any_of(AxeResult, nodes=st.lists(any_of(AxeNode), max_size=1).map(tuple)), max_size=1
        ).map(tuple),
    ),
    cls=NUMBERS,
    requests=REQUESTS,
    quiet=st.none() | any_of(Timings, fcp=NUMBERS, lcp=NUMBERS, tbt=NUMBERS),
    rendered=st.none() | SIGHTINGS.map(tuple),
    consent=st.none() | any_of(Consent),
    looks=st.dictionaries(WORDS, LOOKS, max_size=1),
)
PAGES = any_of(
    Page,
    body=st.binary(max_size=40),
    redirects=st.lists(any_of(Redirect), max_size=1).map(tuple),
    elapsed_ms=NUMBERS,
    browser=st.none() | SEEN,
)
SITES = any_of(
    Site,
    councils=st.lists(
        any_of(Council, latitude=NUMBERS, longitude=NUMBERS, extra=st.just({"a": "b"})), max_size=1
    ).map(tuple),
)
VISITS = any_of(
    Snapshot,
    site=SITES,
    pages=st.lists(PAGES, max_size=3).map(tuple),
    lost=st.lists(st.tuples(WORDS, any_of(Verdict)), max_size=2).map(tuple),
    documents=st.lists(any_of(Document), max_size=1).map(tuple),
    links=st.lists(any_of(LinkCheck), max_size=1).map(tuple),
    probes=any_of(
        Probes,
        not_found=st.none() | PAGES,
        security_txt=st.none() | PAGES,
        doors=st.lists(PAGES, max_size=2).map(tuple),
        assets=REQUESTS,
        handshakes=st.lists(any_of(Handshake, starts=WHEN, ends=WHEN), max_size=1).map(tuple),
        feeds=st.lists(any_of(Feed), max_size=1).map(tuple),
    ),
    coverage=any_of(Coverage, lost=st.dictionaries(WORDS, st.integers(0, 9), max_size=1)),
    started=WHEN,
    finished=WHEN,
    extra=st.dictionaries(WORDS, JSON, max_size=2),
    private=st.just(()),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(visit=VISITS, heard=st.booleans())
def test_a_visit_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, visit: Snapshot, heard: bool
) -> None:
    folder = tmp_path_factory.mktemp("w")
    answers = [exchange(f"https://a.gov.uk/{n}", p.body) for n, p in enumerate(visit.pages)]
    path = kept(folder, visit, answers if heard else ())
    assert again(path).visit == visit
    assert again(path).run == RUN


# --- the file -----------------------------------------------------------------------------------


def a_visit(*bodies: bytes) -> Snapshot:
    pages = tuple(
        Page(f"{SITE.homepage}{n}", f"{SITE.homepage}{n}", body=body, status=200)
        for n, body in enumerate(bodies)
    )
    return Snapshot(site=SITE, verdict=OK, pages=pages, started=NOW, finished=NOW)


def read_by_warcio(path: Path) -> list[tuple[str, str, bytes]]:
    with path.open("rb") as file:
        return [
            (r.rec_type, r.rec_headers.get_header("WARC-Target-URI", ""), r.content_stream().read())
            for r in ArchiveIterator(file, check_digests="raise")
        ]


def test_other_tools_read_it(tmp_path: Path) -> None:
    path = kept(
        tmp_path,
        a_visit(b"<p>one"),
        [
            exchange(SITE.homepage + "0", b"<p>one"),
            exchange(SITE.homepage + "file", method="HEAD"),
            exchange(SITE.homepage + "gone", status=None),
            exchange(SITE.homepage + "big", b"x" * 2_000),
        ],
    )
    found = read_by_warcio(path)
    assert [kind for kind, _, _ in found] == [
        "warcinfo", "request", "response", "request", "response", "request", "metadata",
        "request", "response", "metadata", "metadata",
    ]  # fmt: skip
    assert found[2][2] == b"<p>one"
    assert b"lgaudit-seed: 1" in found[0][2]
    assert sum(block == b"<p>one" for _, _, block in found) == 1  # the body is there once
    assert found[8][2] == b""  # beyond the room for one site
    assert again(path).visit.pages[0].body == b"<p>one"


def test_nothing_secret_is_in_it(tmp_path: Path) -> None:
    visit = replace(a_visit(b"<p>one"), private=(PrivateNote("secret.a.gov.uk", "an admin page"),))
    path = kept(
        tmp_path,
        visit,
        [exchange(OTHER, b"<p>admin"), exchange(SITE.homepage + "0", b"<p>one")],
        hidden={"secret.a.gov.uk"},
    )
    blocks = b"".join(block for _, _, block in read_by_warcio(path))
    uris = [uri for _, uri, _ in read_by_warcio(path)]
    assert OTHER not in uris
    for secret in (b"<p>admin", b"an admin page", b"door=open", b"Basic x"):
        assert secret not in blocks
    assert again(path).visit == replace(visit, private=())
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_two_equal_visits_make_equal_files(tmp_path: Path) -> None:
    heard = [exchange(SITE.homepage + "0", b"<p>one")]
    first = kept(tmp_path / "1", a_visit(b"<p>one"), heard)
    second = kept(tmp_path / "2", a_visit(b"<p>one"), heard)
    assert first.read_bytes() == second.read_bytes()


def test_a_visit_that_broke_off_leaves_nothing(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path, RUN.id)
    keeper = Keeper(evidence, RUN, "a", lambda: NOW)
    keeper.hear(exchange(SITE.homepage, b"<p>one"))
    keeper.close()
    kept(tmp_path / "other", a_visit())  # the one writer has done what it was given before
    assert not list(evidence.path.iterdir())


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EvidenceError, match="--no-evidence"):
        kept(tmp_path / "file", a_visit(), [exchange(SITE.homepage, b"<p>one")])


def test_timings_are_added(tmp_path: Path) -> None:
    path = kept(tmp_path, a_visit(b"<p>one"))
    timings = {SITE.homepage + "0": Timings(1.5, 2.0, None, 3)}
    add_timings(Evidence(tmp_path, RUN.id), "a", timings, NOW)
    assert again(path).timings == timings
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])  # power went while it was written
    assert again(path).visit == a_visit(b"<p>one")


def test_a_file_that_is_not_whole_is_told(tmp_path: Path) -> None:
    heard = [exchange(f"{SITE.homepage}{n}", bytes([65 + n]) * 500) for n in range(3)]
    path = kept(tmp_path, a_visit(*(one.body for one in heard)), heard, most=10_000)
    whole = path.read_bytes()
    for size in range(0, len(whole) - 1, 211):
        path.write_bytes(whole[:size])
        found = None
        with contextlib.suppress(EvidenceError):  # or it is no file of ours, as far as can be seen
            found = read_snapshot(path)
        assert found is None or found.visit == a_visit(*(one.body for one in heard))


# --- how long it stays --------------------------------------------------------------------------


def test_old_evidence_goes(tmp_path: Path) -> None:
    names = [f"2026{month:02}01-120000-00000{month}" for month in range(1, 6)]
    for name in names:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.warc.gz").write_bytes(b"x" * 10)
    (tmp_path / "mine").mkdir()
    newest = Evidence(tmp_path, names[-1])
    today = dt.date(2026, 5, 2)
    assert newest.prune(Retention(runs=4), today) == (names[0],)
    assert newest.prune(Retention(days=70), today) == (names[1],)
    assert newest.prune(Retention(size=25), today) == (names[2],)
    assert newest.prune(Retention(runs=1, days=1, size=1), today + dt.timedelta(900)) == (names[3],)
    assert sorted(p.name for p in tmp_path.iterdir()) == [names[-1], "mine"]
    assert newest.size == 10


@pytest.mark.parametrize("slug", ["../../etc", "a/b", ".", "", "x" * 400, "é", "a:1", "A"])
def test_a_name_never_leaves_the_folder(tmp_path: Path, slug: str) -> None:
    file = Evidence(tmp_path, RUN.id).file(slug)
    assert file.parent == tmp_path / RUN.id
    assert set(file.name) <= set(string.ascii_letters + string.digits + "-_.%")
    assert file.name.endswith(".warc.gz")
