"""The register: what is read, what is refused, and how shared sites are counted."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from lgaudit import register
from lgaudit.errors import RegisterError

HEAD = "slug,name,nation,region,type,homepage,population,opened,closed,successors,note\n"
ROW = (
    "{slug},{slug} Council,England,South East,unitary authority,https://www.{slug}.gov.uk/,1,,,,\n"
)


def row(slug: str, **change: str) -> str:
    cells = dict(
        zip(HEAD.strip().split(","), ROW.format(slug=slug).strip().split(","), strict=True)
    )
    return ",".join((cells | change).values()) + "\n"


def test_built_in_register_has_every_principal_council_once() -> None:
    whole = register.read()
    assert len(whole.councils) == 382
    by_nation = {n: sum(c.nation == n for c in whole.councils) for n in register.NATIONS}
    assert by_nation == {"England": 317, "Northern Ireland": 11, "Scotland": 32, "Wales": 22}
    assert all(c.population and c.population_year == 2020 for c in whole.councils)
    assert len({c.gss_code for c in whole.councils}) == 382


def test_three_pairs_share_a_site() -> None:
    sites = register.sites(register.read().councils)
    assert len(sites) == 379
    shared = sorted(tuple(c.slug for c in s.councils) for s in sites if len(s.councils) > 1)
    assert shared == [
        ("adur", "worthing"),
        ("broadland", "south-norfolk"),
        ("eastbourne", "lewes"),
    ]


def test_www_scheme_and_last_slash_do_not_make_another_site() -> None:
    text = HEAD + row("a") + row("b", homepage="http://a.gov.uk")
    assert len(register.sites(register.parse(text).councils)) == 1


def test_extra_columns_are_kept() -> None:
    whole = register.parse(HEAD + row("a", note="our neighbour"))
    assert whole.extra_columns == ("note",)
    assert whole.councils[0].extra == {"note": "our neighbour"}


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (row("a"), "line 3: slug 'a' is already used on line 2"),
        (row("b", homepage="www.b.gov.uk"), "line 3: homepage 'www.b.gov.uk' is not a web address"),
        (row("b", homepage="ftp://b.gov.uk/"), "line 3: homepage 'ftp://b.gov.uk/' is not a web"),
        (row("b", type="unitary authorities"), "did you mean 'unitary authority'?"),
        (row("b", nation="Cornwall"), "line 3: unknown nation 'Cornwall'"),
        (row("b", closed="2027-04-01", successors="aa"), "line 3: unknown successor 'aa'; did you"),
        (row("b", successors="a"), "line 3: has successors but no closed date"),
        (row("b", opened="1/4/2023"), "line 3: opened '1/4/2023' is not a date like 2023-04-01"),
        (row("b", opened="2023-04-01", closed="2020-01-01"), "closed is not after opened"),
        (row("b", population="many"), "line 3: population 'many' is not a whole number"),
        (row("b", population="9" * 5_000), "line 3: population '999999999999…' is not a whole"),
        (row("b", name=""), "line 3: name is empty"),
        (row("b").strip() + ",,,\n", "line 3: has more cells"),
        ("b\n", "line 3: name is empty"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(bad: str, said: str) -> None:
    with pytest.raises(RegisterError) as refused:
        register.parse(HEAD + row("a") + bad, "mine.csv")
    assert said in str(refused.value)
    assert "mine.csv" in str(refused.value)


def test_a_line_break_inside_a_cell_keeps_line_numbers_right() -> None:
    text = HEAD + row("a", note='"two\nlines"') + row("b", nation="Narnia")
    with pytest.raises(RegisterError, match="line 4: unknown nation"):
        register.parse(text)


def test_many_bad_rows_are_counted_not_all_listed() -> None:
    text = HEAD + "".join(row(f"c{i}", nation="Narnia") for i in range(30))
    with pytest.raises(RegisterError, match="and 10 more"):
        register.parse(text)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "lacks the columns slug"),
        (b"slug,name\na,b\n", "lacks the columns nation"),
        (HEAD.encode(), "has no councils"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ((HEAD + '"a,b\n').encode(), "not readable as CSV"),
        (("slug," + HEAD).encode(), "names slug twice"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "councils.csv"
    file.write_bytes(content)
    with pytest.raises(RegisterError, match=said):
        register.read(file)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="--councils FILE"):
        register.read(tmp_path / "none.csv")


def test_filters_and_days() -> None:
    text = (
        HEAD + row("old", closed="2023-04-01", successors="new") + row("new", opened="2023-04-01")
    )
    whole = register.parse(text)
    before, after = dt.date(2023, 3, 31), dt.date(2023, 4, 1)
    assert [c.slug for c in whole.select(on=before)] == ["old"]
    assert [c.slug for c in whole.select(on=after)] == ["new"]
    assert [c.slug for c in whole.select(nations=["england"])] == ["new", "old"]
    with pytest.raises(RegisterError, match="Did you mean 'england'"):
        whole.select(nations=["Engand"])
    with pytest.raises(RegisterError, match="Did you mean old"):
        whole.council("odl")


def test_addresses_on_one_host_stay_several_sites_with_slugs_of_their_own() -> None:
    given = ["https://a.example/", "https://a.example/parish", "http://a.example:8080/"]
    found = register.distinct(register.sites_at([*given, "http://www.a.example"], ()))
    assert [(s.slug, s.homepage) for s in found] == [
        ("a-example", "https://a.example/"),
        ("a-example-2", "https://a.example/parish"),
        ("a-example-8080", "http://a.example:8080/"),
    ]


def test_a_council_and_its_address_are_one_site() -> None:
    whole = register.read()
    by_name = register.sites([whole.council("adur")])
    by_address = register.sites_at([by_name[0].homepage], whole.councils)
    (site,) = register.distinct([*by_name, *by_address])
    assert "adur" in [c.slug for c in site.councils]


@pytest.mark.parametrize(
    ("address", "slug", "homepage"),
    [
        ("http://[::1]:8080/x", "1-8080", "http://[::1]:8080/x"),
        ("https://müller.example", "xn-mller-kva-example", "https://xn--mller-kva.example/"),
        ("https://me:secret@a.example/", "a-example", "https://a.example/"),
        ("localhost:8000", "localhost-8000", "https://localhost:8000/"),
        ("https://a_b.example/", "a-b-example", "https://a_b.example/"),
    ],
)
def test_the_slug_of_an_address_is_safe_as_a_file_name(
    address: str, slug: str, homepage: str
) -> None:
    (site,) = register.sites_at([address], ())
    assert (site.slug, site.homepage) == (slug, homepage)


@pytest.mark.parametrize("slug", ["..", "a.b", "a\\b", "con?", "<b>", "-a", "a" * 101, "é"])
def test_a_slug_that_could_not_name_a_file_is_refused(slug: str) -> None:
    row = f"{slug},A Council,England,London,London borough,https://a.example/"
    with pytest.raises(RegisterError, match="may hold only letters"):
        register.parse("slug,name,nation,region,type,homepage\n" + row)


def test_slugs_that_differ_in_case_only_are_refused() -> None:
    rows = "".join(
        f"{slug},A Council,England,London,London borough,https://{slug}.example/\n"
        for slug in ("adur", "Adur")
    )
    with pytest.raises(RegisterError, match="line 3: slug 'Adur' is already used on line 2"):
        register.parse("slug,name,nation,region,type,homepage\n" + rows)


def test_a_password_in_the_register_is_refused_and_not_repeated() -> None:
    row = "a,A,England,London,London borough,https://me:hunter2@a.example/"
    with pytest.raises(RegisterError, match="user name or password") as caught:
        register.parse("slug,name,nation,region,type,homepage\n" + row)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(RegisterError) as caught:
        register.sites_at(["https://me:hunter2@[::bad/"], ())
    assert "hunter2" not in str(caught.value)


def test_only_line_ends_end_a_row() -> None:
    head = "\ufeffslug,name,nation,region,type,homepage,note\r\n"
    row = 'a,"A\u2028 Council",England,London,London borough,https://a.example/,"x\x85y\r\nz"\r\n'
    (council,) = register.parse((head + row).removeprefix("\ufeff")).councils
    assert council.name == "A\u2028 Council"
    assert council.extra["note"] == "x\x85y\r\nz"


def test_a_long_list_of_faults_takes_no_longer_than_reading_it() -> None:
    rows = "".join(
        f"c{n},C,England,London,London borough,https://c{n}.example/,d{n},2024-01-01\n"
        for n in range(4000)
    )
    head = "slug,name,nation,region,type,homepage,successors,closed\n"
    started = time.monotonic()
    with pytest.raises(RegisterError, match="and 3980 more"):
        register.parse(head + rows)
    assert time.monotonic() - started < 15
