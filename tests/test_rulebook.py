"""The rulebook: packs come in through one door, and what is wrong is refused with a reason."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lgaudit import trials
from lgaudit.cli import rules as cli
from lgaudit.errors import RulebookError
from lgaudit.evaluate import bar, checks, examples, newrule, patterns, rulebook, rulefile
from lgaudit.models import Kind, Outcome, Severity, Status
from lgaudit.report import ruledocs
from lgaudit.strict import MAXIMUM_BYTES, line_of

checks.load()  # whichever of these tests runs first

HEAD = """title = "Pages are polite"
severity = "minor"
scope = "page"
status = "scored"
why = "Because."
fix = "Do so."
check = "phrases_absent"
"""
OPTIONS = """
[options]
minimum_words = 1
[options.phrases]
"click here" = "name it"
"""
EXAMPLES = """
[[examples]]
outcome = "failed"
html = "<p data-expect>Now click here.</p><p>Or not.</p>"

[[examples]]
outcome = "passed"
html = "<p>Pay your Council Tax.</p>"

[[examples]]
outcome = "passed"
near_miss = true
html = "<p>The click, here as there, is heard.</p>"
"""
GOOD = HEAD + OPTIONS + EXAMPLES


def write(folder: Path, text: str = GOOD, name: str = "polite.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(tmp_path: Path, text: str, name: str = "polite.toml") -> list[str]:
    rule, problems = rulefile.read(write(tmp_path / "mine", text, name), "mine")
    assert rule is None
    assert problems
    assert all("mine" in p and name in p for p in problems), "every problem names its file"
    return problems


@pytest.fixture(scope="module")
def builtin() -> rulebook.Rulebook:
    return rulebook.load(entry_points=False)


# Loading


def test_the_built_in_bar_loads_in_id_order(builtin: rulebook.Rulebook):
    ids = [rule.id for rule in builtin.rules]
    assert ids == sorted(set(ids))
    assert {"axe", "content", "performance", "accessibility"} <= set(builtin.digests)
    assert all(len(digest) == 64 for digest in builtin.digests.values())
    assert builtin.bar.version == "2026.2"
    assert builtin.bar.category_weights == {
        "accessibility": 50,
        "content": 25,
        "performance": 25,
        "statutory": 20,
        "service": 20,
        "security": 15,
        "openness": 10,
    }
    assert builtin.bar.severity_weights == {
        "minor": 1,
        "moderate": 3,
        "serious": 7,
        "critical": 10,
    }


def test_every_scored_rule_belongs_to_a_weighed_category(builtin: rulebook.Rulebook):
    for rule in builtin.rules:
        if rule.status is Status.SCORED:
            assert rule.category in builtin.bar.category_weights, rule.id


def test_a_file_becomes_a_rule(tmp_path: Path):
    text = (
        HEAD
        + 'wcag = ["2.4.4"]\nmeets_at = 0.5\ncategory = "words"\n'
        + '[standard]\nname = "Guide"\nclause = "3"\nurl = "https://x.example/"\n'
        + '[applies_to]\nnation = ["Wales"]\nkind = ["home"]\nlanguage = ["en"]\n'
        + OPTIONS
        + EXAMPLES
    )
    rule, problems = rulefile.read(write(tmp_path / "mine", text), "mine")
    assert problems == []
    assert rule is not None
    assert rule.id == "mine/polite"
    assert (rule.pack, rule.category, rule.severity) == ("mine", "words", Severity.MINOR)
    assert rule.wcag == ("2.4.4",)
    assert rule.meets_at == 0.5
    assert rule.standard is not None
    assert rule.standard.url == "https://x.example/"
    assert rule.applies_to.nation == ("Wales",)
    assert rule.options == {"minimum_words": 1, "phrases": {"click here": "name it"}}
    assert rule.examples[0].pages[0].kind is Kind.HOME, "examples are of a kind the rule is for"
    assert [t.problem for t in examples.run([rule])] == ["", "", ""]


def test_folders_of_packs_and_single_packs_come_in(tmp_path: Path):
    write(tmp_path / "packs" / "one")
    write(tmp_path / "packs" / "two")
    write(tmp_path / "three")
    (tmp_path / "packs" / "README.md").write_text("not a rule")
    book = rulebook.load([tmp_path / "packs", tmp_path / "three"], entry_points=False)
    ids = {rule.id for rule in book.rules}
    assert {"one/polite", "two/polite", "three/polite", "axe/image-alt"} <= ids
    assert book.digests["one"] == book.digests["two"]


def test_naming_the_built_in_folder_again_changes_nothing(builtin: rulebook.Rulebook):
    again = rulebook.load([rulebook.builtin_folder()], entry_points=False)
    assert again.digests == builtin.digests


def test_a_digest_changes_with_a_byte_and_with_a_name(tmp_path: Path):
    folder = tmp_path / "mine"
    write(folder)
    first = rulebook.load([folder], entry_points=False).digests["mine"]
    write(folder, GOOD + "\n")
    second = rulebook.load([folder], entry_points=False).digests["mine"]
    (folder / "polite.toml").rename(folder / "kind.toml")
    third = rulebook.load([folder], entry_points=False).digests["mine"]
    assert len({first, second, third}) == 3


def test_only_keeps_packs_categories_and_single_rules(tmp_path: Path):
    write(tmp_path / "mine")
    book = rulebook.load([tmp_path / "mine"], only=["mine", "axe/image-alt"], entry_points=False)
    assert [rule.id for rule in book.rules] == ["axe/image-alt", "mine/polite"]
    assert set(book.digests) == {"axe", "mine"}
    with pytest.raises(RulebookError, match="Did you mean mine"):
        rulebook.load([tmp_path / "mine"], only=["mime"], entry_points=False)


def test_an_unknown_rule_names_the_nearest(builtin: rulebook.Rulebook):
    assert builtin.rule("axe/image-alt").id == "axe/image-alt"
    with pytest.raises(RulebookError, match="Did you mean axe/image-alt"):
        builtin.rule("axe/img-alt")


# Refusing


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path):
    write(tmp_path / "one", GOOD.replace("minor", "miner"))
    write(tmp_path / "one", GOOD.replace("phrases_absent", "phrase_absent"), "second.toml")
    write(tmp_path / "two", "title = ", "third.toml")
    with pytest.raises(RulebookError) as caught:
        rulebook.load([tmp_path / "one", tmp_path / "two"], entry_points=False)
    told = str(caught.value)
    assert "3 problems" in told
    assert "polite.toml:2: severity" in told
    assert "Did you mean minor" in told
    assert "second.toml:7" in told
    assert "Did you mean phrases_absent" in told
    assert "third.toml: is not valid TOML" in told


def test_duplicate_ids_are_refused_with_both_files(tmp_path: Path):
    write(tmp_path / "a" / "mine")
    write(tmp_path / "b" / "mine")
    with pytest.raises(RulebookError, match="already a rule mine/polite") as caught:
        rulebook.load([tmp_path / "a", tmp_path / "b"], entry_points=False)
    assert str(tmp_path / "a") in str(caught.value)
    assert str(tmp_path / "b") in str(caught.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("title =", "titel ="), "titel is not known here. Did you mean title?"),
        (('title = "Pages are polite"\n', ""), "title is missing"),
        (('title = "Pages are polite"', "title = 3"), "Expected 'str', got 'int'"),
        (('title = "Pages are polite"', 'title = "  "'), "title"),
        (('scope = "page"', 'scope = "site"'), 'scope must be "page"'),
        (('status = "scored"', 'status = "score"'), "Did you mean scored?"),
        (('fix = "Do so."', 'fix = "Do so."\nwcag = ["2.4"]'), "wcag"),
        (('fix = "Do so."', 'fix = "Do so."\nmeets_at = 2'), "meets_at"),
        (("minimum_words = 1", "minimum_word = 1"), "Did you mean minimum_words?"),
        (("minimum_words = 1", 'minimum_words = "one"'), "Expected 'int', got 'str'"),
        (("minimum_words = 1", "minimum_words = true"), "Expected 'int', got 'bool'"),
        (("[options.phrases]", "[options.phrase]"), "needs the option phrases"),
        (('"click here" = "name it"', '"click here" = 3'), "options, phrases"),
        (('outcome = "failed"', 'outcome = "fails"'), "Did you mean failed?"),
        (("near_miss = true", "near_mis = true"), "Did you mean near_miss?"),
        (("near_miss = true", ""), "there is no near miss"),
        (('outcome = "failed"', 'outcome = "passed"'), 'no example with outcome = "failed"'),
        (('outcome = "passed"', 'outcome = "failed"'), "a near miss may not have outcome"),
        (('html = "<p>Pay', 'pages = [{}, {}]\nnote = "'), "exactly one page"),
        (('html = "<p>Pay', 'pages = [{}]\nhtml = "'), "either html or"),
        (('html = "<p>Pay', 'metrics = {clss = 1}\nhtml = "'), "Did you mean cls?"),
        (('html = "<p>Pay', 'site = {links = [{}]}\nhtml = "'), "url is missing"),
        (('html = "<p>Pay', 'nation = "France"\nhtml = "'), "nation"),
        (('html = "<p>Pay', 'council_type = "unitary"\nhtml = "'), "unitary authority"),
        (("[options]", "[applies_to]\nkind = ['hom']\n[options]"), "Did you mean home?"),
        (("[options]", "[applies_to]\nnation = ['Whales']\n[options]"), "Did you mean Wales?"),
        (("[options]", "[applies_to]\ntype = ['county']\n[options]"), "county council"),
        (("[options]", "[standard]\nname = 'x'\nurl = 'x.example'\n[options]"), "standard, url"),
    ],
)
def test_a_mistake_is_refused_with_its_reason(
    tmp_path: Path, change: tuple[str, str], expected: str
):
    assert change[0] in GOOD
    problems = problems_of(tmp_path, GOOD.replace(*change))
    assert any(expected in p for p in problems), problems


def test_a_site_rule_may_not_be_limited_to_pages(tmp_path: Path):
    site = next(c for c in rulefile.VOCABULARY.values() if c.scope.value == "site")
    text = GOOD.replace("phrases_absent", site.name).replace('"page"', '"site"')
    text = text.replace("[options]", '[applies_to]\nkind = ["home"]\n[options]')
    assert any("a site rule is judged once" in p for p in problems_of(tmp_path, text))


@pytest.mark.parametrize("name", ["Polite.toml", "very_polite.toml", "-polite.toml", "a--b.toml"])
def test_file_names_are_rule_names(tmp_path: Path, name: str):
    assert any("small letters, digits" in p for p in problems_of(tmp_path, GOOD, name))


def test_folder_names_are_pack_names(tmp_path: Path):
    write(tmp_path / "My Pack")
    with pytest.raises(RulebookError, match="becomes the name of a pack"):
        rulebook.load([tmp_path / "My Pack"], entry_points=False)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "nested too deeply"),
        (b"#" * (MAXIMUM_BYTES + 1), "over the limit"),
        (b"a = 1\nb =\n", ":2: is not valid TOML"),
        (b"", "title is missing"),
        (b"a = " + b"9" * 5000, "is not valid TOML"),
        (GOOD.encode() + b'[[examples]]\noutcome = "passed"\nhtml = ""\n' * 200, "too many"),
    ],
)
def test_absurd_files_are_refused(tmp_path: Path, content: bytes, expected: str):
    path = tmp_path / "mine" / "odd.toml"
    path.parent.mkdir()
    path.write_bytes(content)
    rule, problems = rulefile.read(path, "mine")
    assert rule is None
    assert any(expected in p for p in problems), problems


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device")
def test_a_rule_file_that_leads_to_an_endless_device_is_refused(tmp_path: Path):
    (tmp_path / "odd.toml").symlink_to("/dev/zero")
    rule, problems = rulefile.read(tmp_path / "odd.toml", "mine")
    assert rule is None
    assert "over the limit" in problems[0]


def test_a_folder_that_is_not_there_or_empty_or_with_a_bar(tmp_path: Path):
    with pytest.raises(RulebookError, match="no such folder"):
        rulebook.load([tmp_path / "nowhere"], entry_points=False)
    (tmp_path / "empty").mkdir()
    with pytest.raises(RulebookError, match="holds no rules"):
        rulebook.load([tmp_path / "empty"], entry_points=False)
    write(tmp_path / "mine")
    write(tmp_path / "mine", 'version = "1"', "bar.toml")
    with pytest.raises(RulebookError, match="the bar is shared"):
        rulebook.load([tmp_path / "mine"], entry_points=False)


def test_the_line_of_a_place():
    assert line_of(GOOD, ("severity",)) == 2
    assert line_of(GOOD, ("examples", 1, "html")) == GOOD[: GOOD.index("<p>Pay")].count("\n") + 1
    assert line_of(GOOD, ("nowhere",)) == 0


# Patterns


def test_patterns_in_options_are_tried_when_read(tmp_path: Path):
    text = (
        GOOD.replace("phrases_absent", "patterns_absent")
        .replace("[options.phrases]", "[options.patterns]")
        .replace('"click here" = "name it"', '"x" = "click (here"')
    )
    assert any("is not a valid pattern" in p for p in problems_of(tmp_path, text))


def test_patterns_have_a_time_limit():
    assert patterns.search("CLICK", "now click here") is not None
    assert patterns.search("CLICK", "now click here", 0) is None
    assert [m[0] for m in patterns.finditer("o.", "foo bot")] == ["oo", "ot"]
    with pytest.raises(patterns.PatternTimeout, match="takes too long"):
        patterns.search(r"^((a|aa)+|(a|b)*)*$", "a" * 400 + "!")


def test_many_slow_patterns_share_one_budget():
    with patterns.budget(0.0), pytest.raises(patterns.PatternTimeout):
        patterns.search("a", "a")
    assert patterns.search("a", "a") is not None


def test_very_long_patterns_are_faults():
    assert patterns.faults({"pattern": "a" * 3000})[0][0] == "pattern"
    assert (
        patterns.faults({"patterns": ["a", "("], "word_patterns": {"x": ")"}, "other": "("}) != []
    )
    assert patterns.faults({"other": "("}) == []


# The bar


def test_a_bar_is_read_strictly(tmp_path: Path):
    good = (rulebook.builtin_folder() / "bar.toml").read_text(encoding="utf-8")
    for wrong, expected in (
        (good.replace("minor = 1", ""), "severities, minor is missing"),
        (good.replace("minor = 1", "miner = 1"), "severities"),
        (good.replace("accessibility = 50", "accessibility = -1"), "categories"),
        (good.replace("[ranked]", "[ranks]"), "Did you mean ranked?"),
        (good.replace("page = 0.95", "page = 1.95"), "meets_at, page"),
        (good.replace('version = "2026.2"', 'version = "new"'), "version"),
    ):
        assert wrong != good
        found, problems = bar.read(write(tmp_path, wrong, "bar.toml"))
        assert found is None
        assert any(expected in p for p in problems), problems


# Installed packs


def install(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    point = EntryPoint("theirs", name, rulebook.GROUP)
    monkeypatch.setattr(
        rulebook, "installed_entry_points", lambda group: EntryPoints([point]).select(group=group)
    )


def test_an_installed_pack_may_bring_checks_and_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    package = tmp_path / "theirpack"
    text = GOOD.replace("phrases_absent", "their_check").split("[options]")[0] + EXAMPLES
    write(package / "rules" / "theirs", text)
    (package / "__init__.py").write_text(
        "from lgaudit.evaluate.checks.vocabulary import judged, page_check, spot\n"
        "@page_check\n"
        "def their_check(page):\n"
        "    return judged([spot(p) for p in page.dom.css('p') if 'click here' in p.text()], 'x')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    install(monkeypatch, "theirpack")
    try:
        book = rulebook.load(only=["theirs"])
        assert [rule.id for rule in book.rules] == ["theirs/polite"]
        assert all(t.problem == "" for t in examples.run(book.rules))
        assert all(r.pack != "theirs" for r in rulebook.load(entry_points=False).rules)
    finally:
        rulefile.VOCABULARY.pop("their_check", None)
        sys.modules.pop("theirpack", None)


@pytest.mark.parametrize(
    ("body", "expected"),
    [("raise RuntimeError('broken inside')", "broken inside"), ("", "has no folder")],
)
def test_a_broken_installed_pack_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, expected: str
):
    (tmp_path / "brokenpack.py").write_text(body)
    monkeypatch.syspath_prepend(str(tmp_path))
    install(monkeypatch, "brokenpack")
    try:
        with pytest.raises(RulebookError, match=expected):
            rulebook.load()
    finally:
        sys.modules.pop("brokenpack", None)


# Examples


def trial(tmp_path: Path, example: str) -> str:
    text = HEAD + OPTIONS + EXAMPLES + example
    rule, problems = rulefile.read(write(tmp_path / "mine", text), "mine")
    assert rule is not None, problems
    return list(examples.run([rule]))[-1].problem


def test_an_example_that_says_otherwise_is_told(tmp_path: Path):
    wrong = '[[examples]]\noutcome = "passed"\nhtml = "<p>Do click here.</p>"\n'
    assert "should be passed but is failed" in trial(tmp_path, wrong)
    missed = (
        '[[examples]]\noutcome = "failed"\n'
        'html = "<p data-expect>Do click here.</p><p data-expect class=x>Or there.</p>"\n'
    )
    assert "not reported: body > main > p:nth-of-type(2)" in trial(tmp_path, missed)
    extra = '[[examples]]\noutcome = "failed"\nhtml = "<p>Do click here.</p>"\n'
    assert "reported but not expected: body > main > p" in trial(tmp_path, extra)


def test_marks_are_not_seen_by_the_check(tmp_path: Path):
    rule, _ = rulefile.read(write(tmp_path / "mine"), "mine")
    assert rule is not None
    finding = examples.finding_of(rule, rule.examples[0])
    assert finding.outcome is Outcome.FAILED
    assert "data-expect" not in finding.spots[0].snippet


# The command line


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(cli.app, list(words))


def test_list(run):
    shown = run("list", "--only", "performance", "--format", "ids")
    assert shown.exit_code == 0
    assert "performance/lcp" in shown.output.split()
    assert "axe" not in shown.output
    plain = run("list", "--only", "content", "--severity", "serious", "--format", "json")
    assert '"content/link-text-generic"' in plain.output
    assert run("list", "--severity", "huge").exit_code == 2
    assert "phrases_absent" in run("list", "--checks", "--format", "ids").output


def test_show(run):
    shown = run("show", "content/link-text-generic")
    assert shown.exit_code == 0
    assert "Why it matters" in shown.output
    assert "Not kept" in shown.output
    missing = run("show", "content/link-text-generik")
    assert isinstance(missing.exception, RulebookError)
    assert "Did you mean content/link-text-generic" in str(missing.exception)


def test_test(run, tmp_path: Path):
    write(tmp_path / "mine")
    good = run("test", str(tmp_path))
    assert good.exit_code == 0
    assert "1 rule, 3 examples, 0 failed" in good.output
    write(tmp_path / "mine", GOOD.replace("Now click here", "Now go there"), "other.toml")
    bad = run("test", str(tmp_path))
    assert bad.exit_code == 1
    assert "2 rules, 6 examples, 1 failed" in bad.output
    assert "example 1" in bad.output
    assert "should be failed but is passed" in bad.output
    write(tmp_path / "mine", "title = ", "third.toml")
    assert "not valid TOML" in run("test", str(tmp_path)).output
    assert run("test", str(tmp_path / "nowhere")).exit_code == 1


def test_test_can_leave_the_browser_out(run):
    path = rulebook.builtin_folder() / "accessibility" / "dialog-escape.toml"
    done = run("test", str(path), "--no-browser")
    assert done.exit_code == 0
    assert "examples need a browser, and were not run" in done.output


def test_new_writes_a_rule_that_passes_and_never_overwrites(run, tmp_path: Path):
    done = run("new", "mine/no-jargon", "--folder", str(tmp_path))
    assert done.exit_code == 0, done.exception
    path = tmp_path / "mine" / "no-jargon.toml"
    written = path.read_text(encoding="utf-8")
    assert run("test", str(path)).exit_code == 0
    again = run("new", "mine/no-jargon", "--folder", str(tmp_path))
    assert "already there" in str(again.exception)
    assert path.read_text(encoding="utf-8") == written


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("mine/Jargon",), "not the name of a rule"),
        (("jargon",), "not the name of a rule"),
        (("a/../b",), "not the name of a rule"),
        (("mine/x", "--check", "phrase_absent"), "Did you mean phrases_absent"),
        (("mine/x", "--check", "axe_result"), "no example to start from"),
    ],
)
def test_new_refuses_what_it_cannot_start(run, tmp_path: Path, words, expected: str):
    done = run("new", *words, "--folder", str(tmp_path))
    assert isinstance(done.exception, RulebookError)
    assert expected in str(done.exception)
    assert not list(tmp_path.rglob("*.toml"))


def test_new_can_start_from_every_check_a_rule_file_uses(tmp_path: Path, builtin):
    used = sorted({r.check for r in builtin.rules if Path(r.source).stem == r.id.split("/")[1]})
    assert len(used) > 20
    for check in used:
        name = check.replace("_", "-")
        path = tmp_path / "mine" / f"{name}.toml"
        write(path.parent, newrule.text(f"mine/{name}", path, check, builtin.rules), path.name)
    found, problems = rulebook.read_rules(tmp_path)
    assert problems == []
    assert {rule.check for rule in found} == set(used)
    tried = [t for t in examples.run(found) if not trials.looks_of(t.rule, t.example)]
    assert all(t.problem == "" for t in tried)  # the rest: test_rules_in_browser.py


# Documentation


def test_docs_of_every_rule_and_none_of_gone_ones(tmp_path: Path, builtin):
    write(tmp_path / "mine")
    rule, _ = rulefile.read(tmp_path / "mine" / "polite.toml", "mine")
    assert rule is not None
    folder = tmp_path / "docs"
    written = ruledocs.write_rule_docs([*builtin.rules, rule], folder)
    assert len(written) == len(builtin.rules) + 2
    text = (folder / "mine" / "polite.md").read_text(encoding="utf-8")
    assert "# Pages are polite" in text
    assert "<p data-expect>Now click here.</p>" in text
    mine = folder / "mine" / "by-hand.md"
    mine.write_text("# Mine\n")
    ruledocs.write_rule_docs(builtin.rules, folder)
    assert not (folder / "mine" / "polite.md").exists()
    assert mine.exists(), "what nobody generated is nobody's to delete"
    assert "polite" not in (folder / "index.md").read_text(encoding="utf-8")
