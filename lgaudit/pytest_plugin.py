"""The pytest plugin: the fixture ``lgaudit``, its options and its marker; see docs/ci.md.

Loaded with every start of pytest wherever lgaudit is installed, so it imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lgaudit.testing import Lgaudit

_SEVERITIES = ("minor", "moderate", "serious", "critical")
_OPTIONS = ("fail_on", "only", "rules", "browser")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--lgaudit-…` on the command line, `lgaudit_…` in pytest's settings."""
    group = parser.getgroup("lgaudit", "lgaudit: council pages against the shared bar")
    group.addoption(
        "--lgaudit-fail-on",
        choices=_SEVERITIES,
        default=None,
        help="only failures this severe or worse fail a test (default: the gates of lgaudit.toml)",
    )
    group.addoption(
        "--lgaudit-no-browser",
        action="store_true",
        default=None,
        help="only what can be judged without a browser (axe-core needs one)",
    )
    parser.addini("lgaudit_fail_on", "only failures this severe or worse count", default="")
    parser.addini("lgaudit_only", "only these packs or rules", type="args", default=[])
    parser.addini("lgaudit_rules", "folders of rule packs to add", type="paths", default=[])
    parser.addini("lgaudit_browser", "whether a browser is used", type="bool", default=True)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "lgaudit(fail_on='minor', only=[…], rules=[…], browser=True): other options for the"
        " fixture lgaudit in this test",
    )


@pytest.fixture(scope="session")
def lgaudit_session(pytestconfig: pytest.Config) -> Iterator[Lgaudit]:
    """What the fixture ``lgaudit`` shares between tests: one browser for all of them."""
    from lgaudit.testing import Lgaudit

    fail_on = pytestconfig.getoption("--lgaudit-fail-on") or pytestconfig.getini("lgaudit_fail_on")
    no_browser = pytestconfig.getoption("--lgaudit-no-browser")
    try:
        made = Lgaudit(
            fail_on=fail_on or None,
            only=pytestconfig.getini("lgaudit_only"),
            rules=pytestconfig.getini("lgaudit_rules"),
            browser=not no_browser and pytestconfig.getini("lgaudit_browser"),
        )
    except ValueError as error:
        pytest.fail(f"lgaudit_{error}", pytrace=False)
    yield made
    made.close()


@pytest.fixture
def lgaudit(lgaudit_session: Lgaudit, request: pytest.FixtureRequest) -> Lgaudit:
    """Check pages in a test: ``lgaudit.check(url_or_html).assert_meets_bar()``."""
    marker = request.node.get_closest_marker("lgaudit")
    if marker is None:
        return lgaudit_session
    options: dict[str, Any] = marker.kwargs
    wrong = [name for name in options if name not in _OPTIONS]
    if wrong or marker.args:
        given = ", ".join([*map(repr, marker.args), *wrong])
        pytest.fail(
            f"@pytest.mark.lgaudit does not know {given}. It takes {', '.join(_OPTIONS)}.",
            pytrace=False,
        )
    return lgaudit_session.but(**options)
