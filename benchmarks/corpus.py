"""A made-up corpus of government-like pages: 3 sites of 40 pages, the same every time.

`python -m benchmarks.corpus` serves it on 127.0.0.1 and prints the address; `--write FOLDER`
writes it to disk instead.
"""

from __future__ import annotations

import argparse
import gzip
import random
import struct
import sys
import zlib
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SITES = ("elmshire", "northborough", "westmere")
PAGES = 40  # of each site
WORDS = (
    "apply pay report council tax bin collection housing benefit school place planning application"
    " parking permit library meeting budget road repair licence registration birth adult care"
    " support family young people business rates election vote consultation policy strategy street"
    " park open space waste recycling garden date address payment account request information"
    " form contact office hours appeal decision committee report agenda minutes member ward area"
    " local community service resident home advice help guide how what when where find check your"
).split()


def build() -> dict[str, tuple[str, bytes]]:
    """Path to (content type, body) of every file of the corpus."""
    files: dict[str, tuple[str, bytes]] = {}
    for number, site in enumerate(SITES):
        dice = random.Random(number)
        files[f"/{site}/site.css"] = ("text/css", _css(dice).encode())
        files[f"/{site}/print.css"] = ("text/css", _css(dice)[:6000].encode())
        files[f"/{site}/site.js"] = ("text/javascript", _script().encode())
        files[f"/{site}/library.js"] = ("text/javascript", _library(dice).encode())
        for picture in range(12):
            size = (320 + 20 * picture, 200)
            files[f"/{site}/img/{picture}.png"] = ("image/png", _png(dice, *size))
        for page in range(PAGES):
            html = _page(dice, site, page).encode()
            files[f"/{site}/{page}.html"] = ("text/html; charset=utf-8", html)
    return files


def paths(pages: int = PAGES) -> list[str]:
    """Paths of the first so many pages of each site, site by site."""
    return [f"/{site}/{page}.html" for site in SITES for page in range(pages)]


def _words(dice: random.Random, number: int) -> str:
    return " ".join(dice.choices(WORDS, k=number)).capitalize()


def _page(dice: random.Random, site: str, number: int) -> str:
    title = _words(dice, 4)
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} - {site}'
        '</title><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="site.css"><link rel="stylesheet" href="print.css"'
        ' media="print"><script src="library.js"></script></head><body>'
        '<a class="skip" href="#content">Skip to main content</a>',
        _header(dice, site),
        f'<main id="content"><h1>{title}</h1><p class="lead">{_words(dice, 25)}.</p>',
    ]
    makers: tuple[Callable[[random.Random], str], ...] = (_text, _cards, _table, _list, _form)
    target = dice.triangular(18_000, 56_000, 20_000)  # many ordinary pages, a few long ones
    while sum(map(len, parts)) < target:
        maker = dice.choice(makers)
        parts.append(_region(dice, maker.__name__.strip("_"), maker(dice)))
    parts.append(f"</main>{_footer(dice)}")
    if number % 3 == 0:
        parts.append('<iframe title="Map" src="0.html#map" width="300" height="150"></iframe>')
        parts[-1] = parts[-1].replace('src="0.html#map"', 'srcdoc="<p>Map of the area</p>"')
    parts.append('<script src="site.js" defer></script></body></html>')
    return "\n".join(parts)


def _region(dice: random.Random, kind: str, inside: str) -> str:
    """A part of the content in the wrappers that content management systems put around it."""
    mark = f"{dice.randrange(16**8):08x}"
    return (
        f'<div class="region region--content region--content--{kind} clearfix">'
        f'<div class="paragraph paragraph--type--council-{kind} paragraph--view-mode--default"'
        f' id="paragraph-{mark}" data-component-id="{mark}">'
        '<div class="field field--name-body field--type-text-long field--label-hidden">'
        f"{inside}</div></div></div>"
    )


def _header(dice: random.Random, site: str) -> str:
    links = "".join(_menu(dice, n) for n in range(dice.randint(8, 12)))
    return (
        f'<header class="top"><a class="logo" href="0.html"><img src="img/0.png" alt="{site}"'
        ' width="120" height="60"></a><form role="search" action="search"><label for="q">Search'
        f'</label><input id="q" name="q"><button>Search</button></form></header>'
        f'<nav aria-label="Main"><ul class="menu">{links}</ul></nav>'
        '<nav aria-label="Breadcrumb"><ol class="crumbs"><li><a href="0.html">Home</a></li>'
        f'<li><a href="1.html">{_words(dice, 2)}</a></li></ol></nav>'
    )


def _menu(dice: random.Random, number: int) -> str:
    """One section of a large menu, with the pages below it."""
    below = "".join(
        f'<li class="menu__item menu__item--level-2"><a class="menu__link menu__link--level-2"'
        f' href="{dice.randrange(PAGES)}.html">{_words(dice, 2)}</a></li>'
        for _ in range(dice.randint(3, 5))
    )
    return (
        '<li class="menu__item menu__item--level-1 menu__item--expanded"><a class="menu__link'
        f' menu__link--level-1" href="{number}.html">{_words(dice, 2)}</a>'
        f'<ul class="menu__list menu__list--level-2">{below}</ul></li>'
    )


def _text(dice: random.Random) -> str:
    paragraphs = "".join(
        f'<p>{_words(dice, dice.randint(30, 80))}. <a href="{dice.randrange(PAGES)}.html">'
        f"{_words(dice, 3)}</a> {_words(dice, 12)}.</p>"
        for _ in range(dice.randint(2, 5))
    )
    faint = ' class="faint"' if dice.random() < 0.1 else ""
    return f"<section><h2>{_words(dice, 4)}</h2><div{faint}>{paragraphs}</div></section>"


def _cards(dice: random.Random) -> str:
    cards = "".join(
        f'<li class="card"><img src="img/{dice.randrange(12)}.png"'
        f"{'' if dice.random() < 0.15 else f' alt={chr(34)}{_words(dice, 3)}{chr(34)}'}"
        f' width="160" height="100" loading="lazy"><h3><a href="{dice.randrange(PAGES)}.html">'
        f"{_words(dice, 3)}</a></h3><p>{_words(dice, 14)}.</p></li>"
        for _ in range(dice.randint(3, 9))
    )
    return f'<section><h2>{_words(dice, 3)}</h2><ul class="cards">{cards}</ul></section>'


def _table(dice: random.Random) -> str:
    columns, rows = dice.randint(3, 6), dice.randint(5, 18)
    scope = ' scope="col"' if dice.random() < 0.8 else ""
    head = "".join(f"<th{scope}>{_words(dice, 2)}</th>" for _ in range(columns))
    body = "".join(
        "<tr>" + "".join(f"<td>{_words(dice, 3)}</td>" for _ in range(columns)) + "</tr>"
        for _ in range(rows)
    )
    return (
        f"<table><caption>{_words(dice, 4)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _list(dice: random.Random) -> str:
    items = "".join(
        f'<li><a href="{dice.randrange(PAGES)}.html">{_words(dice, 5)}</a></li>'
        for _ in range(dice.randint(5, 20))
    )
    return f'<section><h2>{_words(dice, 3)}</h2><ul class="links">{items}</ul></section>'


def _form(dice: random.Random) -> str:
    fields = []
    for _ in range(dice.randint(3, 8)):
        name = f"f{dice.randrange(10**9)}"
        label = f'<label for="{name}">{_words(dice, 2)}</label>' if dice.random() < 0.9 else ""
        fields.append(f'<div class="field">{label}<input id="{name}" name="{name}"></div>')
    return (
        f'<form class="panel"><fieldset><legend>{_words(dice, 3)}</legend>{"".join(fields)}'
        "<button>Continue</button></fieldset></form>"
    )


def _footer(dice: random.Random) -> str:
    links = "".join(f'<li><a href="{n}.html">{_words(dice, 2)}</a></li>' for n in range(12))
    return f'<footer class="end"><ul class="menu">{links}</ul><p>{_words(dice, 12)}</p></footer>'


def _css(dice: random.Random) -> str:
    rules = [
        "body{font:18px/1.5 sans-serif;margin:0;color:#111;background:#fff}",
        ".skip{position:absolute;left:-999px}.top{background:#003078;padding:16px;display:flex}",
        ".top label{color:#fff}.menu{display:flex;flex-wrap:wrap;gap:12px;list-style:none}",
        "main{max-width:960px;margin:0 auto}.faint{color:#aaa}a{color:#1d70b8}",
        ".cards{display:grid;grid-template-columns:repeat(3,1fr);gap:16px;padding:0}",
        ".card{border:1px solid #ccc;padding:12px;list-style:none}table{border-collapse:collapse}",
        "td,th{border:1px solid #999;padding:6px}.end{background:#222;color:#ddd;padding:24px}",
        ".end a{color:#fff}.field{margin:12px 0}.panel{background:#f3f2f1;padding:16px}",
    ]
    while sum(map(len, rules)) < 30_000:
        name = f"c{dice.randrange(10**6)}"
        rules.append(
            f".{name},.{name}:hover>p{{margin:{dice.randint(0, 40)}px;"
            f"color:#{dice.randrange(4096):03x};transition:opacity .{dice.randint(1, 9)}s}}"
        )
    return "\n".join(rules)


def _script() -> str:
    return """
document.querySelectorAll(".card").forEach((card) => {
  card.addEventListener("click", () => { location.href = card.querySelector("a").href; });
});
const total = document.querySelectorAll("a").length;
document.body.dataset.links = String(total);
const note = document.createElement("p");
note.textContent = "There are " + total + " links on this page.";
document.querySelector("footer").append(note);
"""


def _library(dice: random.Random) -> str:
    functions = [
        f"function f{n}(a, b) {{ return (a * {dice.randint(2, 99)} + b)"
        f" % {dice.randint(100, 999)}; }}"
        for n in range(900)
    ]
    calls = "let sum = 0; for (let i = 0; i < 20000; i++) sum = f1(sum, f2(i, f3(i, 7)));"
    return "\n".join((*functions, calls))


def _png(dice: random.Random, width: int, height: int) -> bytes:
    rows = b"".join(b"\0" + dice.randbytes(width // 8) * 8 for _ in range(height))

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 6))
        + chunk(b"IEND", b"")
    )


def handler(files: Mapping[str, tuple[str, bytes]]) -> type[BaseHTTPRequestHandler]:
    """A request handler for those files; text is compressed, all but pages may be kept."""
    zipped = {
        path: gzip.compress(body, 6, mtime=0)
        for path, (kind, body) in files.items()
        if kind.startswith("text/")
    }

    class Corpus(BaseHTTPRequestHandler):
        """Answers from memory."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 65536

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            """Answer one request."""
            path = self.path.split("?")[0]
            kind, body = files.get(path, ("text/plain", b"not found"))
            self.send_response(200 if path in files else 404)
            if self.path.endswith("?eager"):  # pictures are not left for later
                body = body.replace(b' loading="lazy"', b"")
            elif path in zipped and "gzip" in self.headers.get("accept-encoding", ""):
                body = zipped[path]
                self.send_header("content-encoding", "gzip")
            if not path.endswith(".html"):
                self.send_header("cache-control", "max-age=3600")
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Corpus


def main() -> None:
    """Serve the corpus until the standard input ends, or write it to a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FOLDER")
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    files = build()
    if arguments.write:
        for path, (_, body) in files.items():
            target = arguments.write / path[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
        return
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), handler(files))
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    import threading

    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
