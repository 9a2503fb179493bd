"""What the parser says a page shows is what reading every node of it says."""

from __future__ import annotations

import pytest

from lgaudit import dom
from lgaudit.gather import shown


@pytest.mark.parametrize(
    "html",
    [
        "<main><h1>Bins</h1><p>Put them <b>out</b><br>on Monday.</p></main><footer>Us</footer>",
        "<main>a<script>b</script><style>c</style><svg><text>d</text></svg><p hidden>e</p>f</main>",
        "<main><div hidden>a<div style='display: none'>b</div></div><p style='color: red'>c</main>",
        "<main hidden>a</main><main>b</main>",
        "<div hidden><main>a</main></div><div id=content>b<template>c</template></div>",
        "<p>a<noscript>b</noscript><select><option>c</select><!-- d --><textarea>e</textarea>",
        "<body hidden><p>a",
        "<frameset><frame src=a></frameset>",
        "",
    ],
)
def test_main_content_and_its_letters_are_the_same_either_way(html: str) -> None:
    read, asked = dom.parse(html), dom.parse(html)
    node, main = dom.main_content(read), shown.main_of(asked)
    assert (main is None) == (node is None)
    if main is not None and node is not None:
        assert main.tag == node.tag
        assert "".join(shown.letters_of(main).split()) == "".join(dom.visible_text(node).split())
