"""Rules of axe-core read from markup: held to what axe-core itself said of the same pages.

`axe-core.json` holds what axe-core gave in a browser; when a page here is changed it is
written again with `python -m benchmarks.markup_against_axe --fixtures tests/fixtures/markup`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lgaudit.evaluate import markup
from lgaudit.evaluate.rulebook import load
from lgaudit.evidence import Page
from lgaudit.gather import axe
from lgaudit.models import Outcome

FOLDER = Path(__file__).parent / "fixtures" / "markup"
RECORDED = json.loads((FOLDER / "axe-core.json").read_text(encoding="utf-8"))
# What needs a browser in part, and is left to a person.
LEFT = {"video-caption", "object-alt", "skip-link", "avoid-inline-spacing", "td-has-header"}


def page(html: str, name: str = "u") -> Page:
    return Page(name, name, body=html.encode(), status=200)


def judged(name: str) -> dict[str, Outcome]:
    seen = page((FOLDER / name).read_text(encoding="utf-8"), name)
    return {rule: found[0] for rule in markup.JUDGED if (found := markup.judge(seen, rule))}


def outcome(rule: str, body: str) -> Outcome:
    html = f"<!doctype html><html lang=en><title>T</title><body>{body}</body></html>"
    found = markup.judge(page(html), rule)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_what_the_markup_fails_axe_core_does_not_pass(name: str) -> None:
    said = RECORDED[name]
    failing = {rule for rule, outcome in judged(name).items() if outcome is Outcome.FAILED}
    assert {rule: said[rule] for rule in failing if said[rule] not in ("failed", "cantTell")} == {}
    assert bool(failing) is (name == "broken.html")


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_what_axe_core_fails_the_markup_fails(name: str) -> None:
    ours = judged(name)
    wrong = {rule for rule, said in RECORDED[name].items() if said == "failed"} & ours.keys()
    assert {rule for rule in wrong if ours[rule] is not Outcome.FAILED} - LEFT == set()
    assert (len(wrong) > 45) is (name == "broken.html")


def test_every_rule_read_from_markup_is_one_of_axe_core() -> None:
    known = {str(rule.options["rule"]) for rule in load(()).rules if rule.check == "axe_result"}
    assert markup.JUDGED.keys() <= known
    assert not markup.JUDGED.keys() & {"color-contrast", "target-size", "link-in-text-block"}
    assert markup.judge(page("<p>x"), "color-contrast") is None
    assert axe.LEFT_OUT


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("link-name", '<div class="dropdown-menu"><a href="/x"></a></div>'),
        ("image-alt", "<style>.promo .old{display:none}</style><p class=old><img src=x></p>"),
        ("button-name", "<a aria-expanded=false aria-controls=m>M</a><div id=m><button></button>"),
        ("landmark-one-main", "<div id=app></div><script src=app.js></script>"),
        ("aria-valid-attr-value", "<p aria-labelledby=later>x</p>"),
    ],
)
def test_what_css_or_a_script_may_mend_is_for_a_person(rule: str, body: str) -> None:
    assert outcome(rule, body) is Outcome.CANT_TELL


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("image-alt", "<div hidden><img src=x></div>"),
        ("image-alt", "<details><summary>s</summary><img src=x></details>"),
        ("link-name", '<div aria-hidden=true><a href="/x" tabindex=-1></a></div>'),
        ("label", "<dialog><input></dialog>"),
    ],
)
def test_what_is_hidden_for_certain_is_no_matter(rule: str, body: str) -> None:
    assert outcome(rule, body) is Outcome.INAPPLICABLE


@pytest.mark.parametrize("deep", ["<div>", "<ul><li>", "<b>", "<table><tr><td>"])
def test_nothing_breaks_on_deep_or_broken_markup(deep: str) -> None:
    body = deep * 1500 + "<img src=x><p role=' ' aria-label tabindex=9999999999999999999999>x"
    for rule in markup.JUDGED:
        assert outcome(rule, body) in Outcome
