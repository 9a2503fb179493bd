"""The pytest plugin, as the tests of other people's websites use it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lgaudit.testing import Lgaudit

pytest_plugins = ["pytester"]

LIVE = """
import http.server, threading, pytest

class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        pages = {
            "/bins": (200, PAGE.format("Bin days", "<p>We collect bins on Mondays.</p>")),
            "/pay": (200, PAGE.format("Parking", "<p>To pay, <a href=/bins>click here</a>.</p>")),
            "/moved": (302, ""),
        }
        status, body = pages.get(self.path, (500, "<title>Error</title><h1>Server error</h1>"))
        self.send_response(status)
        self.send_header("content-type", "text/html; charset=utf-8")
        if status == 302:
            self.send_header("location", "/bins")
        self.end_headers()
        self.wfile.write(body.encode())
    def log_message(self, *words):
        pass

PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>{0} - Example</title>"
    "<meta name=viewport content='width=device-width, initial-scale=1'>"
    "<meta name=description content='What to do about {0}.'></head>"
    "<body><main><h1>{0}</h1>{1}</main></body></html>"
)

@pytest.fixture(scope="session")
def live_server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
"""


@pytest.fixture(autouse=True)
def _no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours is named; others (hypothesis, anyio) would be loaded anew for each inner run."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run(pytester: pytest.Pytester, *words: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-plgaudit.pytest_plugin", *words)


STATIC = "--lgaudit-no-browser"
CARD = '<p>To pay, <a href="/pay">click here</a>.</p>'


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Each inner run forgets the modules it loads, and some cannot be loaded twice."""
    for browser in (True, False):
        session = Lgaudit(browser=browser, only=["content"])
        result = session.check(CARD)
        assert result.explain()
        assert result.as_json()
        session.close()


@pytest.mark.browser
def test_html_and_pages_of_a_live_server_share_one_browser(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(LIVE)
    pytester.makepyfile(
        """
        import psutil

        def browsers():
            children = psutil.Process().children(recursive=True)
            return {p.pid for p in children if "chromedriver" in p.name()}

        seen = set()

        def test_picture(lgaudit):
            found = lgaudit.check('<img src="/a.png">').failures
            assert [f.rule for f in found if f.rule.startswith("axe/")] == ["axe/image-alt"]
            assert found[0].selector and found[0].wcag == ("1.1.1",) and found[0].fix
            seen.update(browsers())

        def test_page(lgaudit, live_server):
            result = lgaudit.check(live_server + "/bins")
            result.assert_meets_bar()
            assert result.as_json()["pages"][0]["source"] == live_server + "/bins"
            assert result.as_json()["summary"]["passed"] > 20
            assert browsers() == seen and len(seen) == 1
        """
    )
    run(pytester).assert_outcomes(passed=2)


def test_a_failure_names_the_issue_its_place_and_its_fix(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(LIVE)
    pytester.makepyfile(
        """
        def test_parking(lgaudit, live_server):
            lgaudit.check(live_server + "/pay").assert_meets_bar()

        def test_error(lgaudit, live_server):
            lgaudit.assert_meets_bar(live_server + "/gone")

        def test_moved(lgaudit, live_server):
            lgaudit.assert_meets_bar(live_server + "/moved")

        def test_nobody_there(lgaudit):
            lgaudit.check("http://127.0.0.1:9/").assert_meets_bar(fail_on="critical")
        """
    )
    done = run(pytester, STATIC, "--tb=short")
    done.assert_outcomes(passed=1, failed=3)
    done.stdout.fnmatch_lines(
        [
            "*AssertionError: the bar is not met",
            "*serious  Link text makes sense on its own  content/link-text-generic",
            "*Fix: Name the destination in the link itself*",
            "*http://127.0.0.1:*/pay:1  *a",
            "*<a href=*click here</a>",
            "*1 page checked; 1 rule fails.",
            "*Could not be checked",
            "*http://127.0.0.1:*/gone",
        ]
    )
    assert "lgaudit/testing.py" not in done.stdout.str()  # the trace ends in the user's own test


def test_parts_of_a_page_answer_for_themselves_only(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("html", [
            '<p>To pay, <a href="/pay">pay a parking fine</a>.</p>',
            b'<header><nav aria-label="Main"><a href="/pay">Pay Council Tax</a></nav></header>',
            '<h3>Bins</h3>',
        ])
        def test_good_parts(lgaudit, html):
            assert lgaudit.check(html).failures == []

        def test_bad_part(lgaudit):
            result = lgaudit.check('<p>To pay, <a href="/pay">click here</a>.</p>', name="a card")
            assert {f.rule for f in result.failures} == {"content/link-text-generic"}
            assert result.failures[0].page == "a card"
            told = result.as_json()
            assert told["summary"]["rules_failed"] == 1

        def test_whole_page(lgaudit):
            found = lgaudit.check("<html><title></title><body><p>Hello.</p>").failures
            assert "accessibility/title-generic" in {f.rule for f in found}
        """
    )
    run(pytester, STATIC).assert_outcomes(passed=5)


def test_built_files_and_folders_are_paths(pytester: pytest.Pytester) -> None:
    page = "<!doctype html><html lang=en><title>{0}</title><main><h1>{0}</h1><p>{1}</p></main>"
    build = pytester.mkdir("build")
    build.joinpath("index.html").write_text(page.format("Home", "<a href=/bins>Bin days</a>"))
    build.joinpath("bins.html").write_text(page.format("Bins", "<a href=/gone>Old bins</a>"))
    pytester.makepyfile(
        """
        from pathlib import Path

        def test_folder(lgaudit):
            result = lgaudit.check(Path("build"))
            assert {f.page for f in result.failures} >= {"build/bins.html", "build/index.html"}
            broken = [f for f in result.failures if f.rule == "content/broken-link-internal"]
            assert [f.snippet for f in broken] == ["http://page.localhost/gone"]

        def test_file(lgaudit):
            pages = lgaudit.check(Path("build/bins.html")).as_json()["pages"]
            assert [page["source"] for page in pages] == ["build/bins.html"]
        """
    )
    run(pytester, STATIC).assert_outcomes(passed=2)


def test_options_of_the_command_line_the_settings_and_the_marker(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        import pytest
        CARD = '''{CARD}'''

        def test_card(lgaudit):
            lgaudit.assert_meets_bar(CARD)

        @pytest.mark.lgaudit(fail_on="critical")
        def test_marked(lgaudit):
            lgaudit.assert_meets_bar(CARD)

        @pytest.mark.lgaudit(only=["performance"])
        def test_only(lgaudit):
            assert {{rule.pack for rule in lgaudit.check(CARD).rules}} == {{"performance"}}

        @pytest.mark.parametrize("let", [["content"], ["content/link-text-generic"]])
        def test_ignored(lgaudit, let):
            lgaudit.check(CARD).assert_meets_bar(ignore=let)
        """
    )
    run(pytester, STATIC).assert_outcomes(passed=4, failed=1)
    run(pytester, STATIC, "--lgaudit-fail-on=critical").assert_outcomes(passed=5)
    pytester.makeini("[pytest]\nlgaudit_fail_on = critical\nlgaudit_browser = no")
    run(pytester, "--strict-markers").assert_outcomes(passed=5)
    pytester.makeini("[pytest]\nlgaudit_fail_on = enormous")
    done = run(pytester, "-k", "card")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*lgaudit_fail_on must be one of minor, moderate*'enormous'*"])


def test_the_gates_of_the_configuration_hold_unless_a_level_is_named(
    pytester: pytest.Pytester,
) -> None:
    pytester.makefile(
        ".toml",
        lgaudit="[[check.gates]]\npaths = ['/old/*', '/']\nfail_on = 'never'\n"
        "[[check.gates]]\npacks = ['content/link-text-generic']\npaths = ['/news']\n"
        "fail_on = 'critical'\n",
    )
    pytester.makepyfile(
        LIVE.replace('"/moved"', '"/old/pay": (200, BAD), "/news": (200, BAD), "/moved"')
        + """
BAD = PAGE.format("Parking", "<p>To pay, <a href=/bins>click here</a>.</p>")

@pytest.mark.parametrize("path", ["/old/pay", "/news", "/pay"])
def test_page(lgaudit, live_server, path):
    lgaudit.assert_meets_bar(live_server + path)

def test_html(lgaudit):
    lgaudit.assert_meets_bar(BAD)

@pytest.mark.lgaudit(fail_on="minor")
def test_marked(lgaudit, live_server):
    lgaudit.assert_meets_bar(live_server + "/old/pay")

def test_named(lgaudit, live_server):
    lgaudit.assert_meets_bar(live_server + "/old/pay", fail_on="serious")
"""
    )
    plain = run(pytester, STATIC)
    plain.assert_outcomes(passed=2, failed=4)
    plain.stdout.fnmatch_lines(["FAILED *test_page?/pay?*", "FAILED *test_html*"])
    run(pytester, STATIC, "--lgaudit-fail-on=serious", "-k", "test_page").assert_outcomes(failed=3)


def test_what_cannot_be_meant_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize(("given", "said"), [
            ("/bins", "neither a web address"),
            (None, "takes a web address, HTML or a Path, not NoneType"),
        ])
        def test_pages(lgaudit, given, said):
            with pytest.raises((ValueError, TypeError), match=said):
                lgaudit.check(given)

        @pytest.mark.parametrize(("more", "said"), [
            ({"ignore": ["content/link-text"]}, "Did you mean content/link-text-"),
            ({"ignore": "content"}, "takes several rules"),
            ({"fail_on": "huge"}, "fail_on must be one of minor"),
        ])
        def test_asserts(lgaudit, more, said):
            with pytest.raises((ValueError, TypeError), match=said):
                lgaudit.check("<p>Hello.</p>").assert_meets_bar(**more)

        @pytest.mark.lgaudit(onyl=["axe"])
        def test_marker(lgaudit):
            pass
        """
    )
    done = run(pytester, STATIC)
    done.assert_outcomes(passed=5, errors=1)
    done.stdout.fnmatch_lines(["*does not know onyl. It takes fail_on, only, rules, browser."])


def test_no_browser_is_an_error_and_no_pass(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LGAUDIT_CHROMIUM", "/nowhere/chromium")
    pytester.makepyfile("def test_it(lgaudit): lgaudit.assert_meets_bar('<p>Hello.</p>')")
    done = run(pytester)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*BrowserMissing: *"])


def test_it_weighs_nothing_where_nobody_uses_it() -> None:
    """It is loaded with every start of pytest wherever lgaudit is installed."""
    code = (
        "import sys, pytest; before = set(sys.modules); import lgaudit.pytest_plugin;"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["lgaudit", "lgaudit.pytest_plugin"]


def test_the_entry_point_is_declared() -> None:
    import tomllib

    root = Path(__file__).resolve().parent.parent
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"lgaudit": "lgaudit.pytest_plugin"}
