"""The gate: every kind of violation is planted once and has to be found."""

import pytest

from playbook.report.gate import MAX_BYTES, inspect_page

GOOD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Needs</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:">
<style>p{color:red}</style></head><body><h1>One</h1><h2 id="a">Two</h2><a href="#a">a</a><a href="index.html#b">all</a>
<a href="https://example.com/paper">source</a><a href="mailto:board@acme.example">mail</a>
<img alt="chart" src="data:image/png;base64,aa"><svg role="img" aria-label="chart"><path clip-path="url(#c)"/></svg>
<svg aria-hidden="true"></svg><p>PLACE</p></body></html>"""

VIOLATIONS = {
    "script": ("<script>1</script>", "holds a <script> element"),
    "iframe": ("<iframe></iframe>", "holds a <iframe> element"),
    "object": ("<object></object>", "holds a <object> element"),
    "embed": ("<embed>", "holds a <embed> element"),
    "form": ("<form></form>", "holds a <form> element"),
    "link": ('<link rel="stylesheet">', "holds a <link> element"),
    "base": ("<base>", "holds a <base> element"),
    "foreign object": ("<svg role=img aria-label=x><foreignObject></foreignObject></svg>", "holds a <foreignobject> element"),
    "shadow": ("<div><template shadowrootmode=open><img src=x></template></div>", "holds a <template> element"),
    "first of two": ('<img alt=x src=x.png SRC="data:image/png;base64,aa">', "<img> would fetch x.png"),
    "event handler": ("<p onClick='x()'>x</p>", "<p> has the event handler onclick"),
    "remote picture": ('<img alt="x" src="https://a.example/x.png">', "<img> would fetch https://a.example/x.png"),
    "protocol-relative": ('<img alt="x" src="//a.example/x.png">', "<img> would fetch //a.example/x.png"),
    "picture beside the page": ('<img alt="x" src="chart.png">', "<img> would fetch chart.png"),
    "srcset": ('<img alt="x" srcset="x.png 2x" src="data:image/png;base64,aa">', "<img> would fetch x.png 2x"),
    "svg use": ('<svg aria-hidden="true"><use href="x.svg#a"/></svg>', "<use> would fetch x.svg#a"),
    "svg image": (
        '<svg aria-hidden="true"><image xlink:href="https://a.example"/></svg>',
        "<image> would fetch https://a.example",
    ),
    "javascript link": ('<a href="javascript:alert(1)">x</a>', "<a> would fetch javascript:alert(1)"),
    "file link": ('<a href="../other/index.html">x</a>', "<a> would fetch ../other/index.html"),
    "ping": ('<a href="#a" ping="https://a.example">x</a>', "<a> would fetch https://a.example"),
    "style attribute": ('<p style="background:url(https://a.example)">x</p>', "the style of a <p> would fetch something"),
    "svg fill": ('<svg aria-hidden="true"><path fill="url(//a.example)"/></svg>', "the fill of a <path> would fetch something"),
    "style url": ("<style>p{background:url('x.png')}</style>", "a style sheet would fetch something"),
    "font": ("<style>@font-face{font-family:x;src:url(//a.example/x.otf)}</style>", "a style sheet would fetch something"),
    "style import": ("<style>@import 'x.css';</style>", "a style sheet would fetch something"),
    "refresh": ('<meta http-equiv="Refresh" content="1;url=https://a.example">', "refreshes itself"),
    "picture without words": ('<img alt=" " src="data:image/png;base64,aa">', "has a picture without alternative text"),
    "drawing without words": ('<svg role="img"></svg>', "has a drawing without alternative text"),
    "second h1": ("<h1>x</h1>", "has 2 first-level headings"),
    "heading left out": ("<h4>x</h4>", "a heading of level 4 follows one of level 2"),
    "id twice": ('<p id="a">x</p>', "uses the id a more than once"),
    "link to nowhere": ('<a href="#gone">x</a>', "links to #gone, which is not there"),
    "traceback": ("Traceback (most recent call last)", "shows a traceback"),
    "code cell": ('<div class="jp-CodeCell">x</div>', "shows a code cell"),
    "prompt": ("In [3]:", "shows a code cell"),
    "home path": ("see /home/anna/data.csv", "shows the path /home/anna"),
    "mac path": ("see /Users/anna/data.csv", "shows the path /Users/anna"),
    "windows path": (r"see C:\Users\anna", r"shows the path C:\Users\anna"),
    "file address": ("see file:///etc/hosts", "shows the path file:///etc/hosts"),
    "too large": ("x" * MAX_BYTES, "is 1.5 MB; the limit is 1.5 MB"),
}

MISSING = {
    "language": (' lang="en"', "names no language"),
    "title": ("<title>Needs</title>", "has no title"),
    "h1": ("<h1>One</h1>", "has 0 first-level headings"),
    "policy": ("default-src 'none'; ", "has no Content-Security-Policy that stops scripts and requests"),
}


def test_a_good_page_passes():
    assert inspect_page(GOOD) == ()


@pytest.mark.parametrize(("planted", "problem"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_what_is_planted_is_found(planted, problem):
    assert problem in inspect_page(GOOD.replace("PLACE", planted))


@pytest.mark.parametrize(("removed", "problem"), MISSING.values(), ids=MISSING)
def test_what_is_missing_is_found(removed, problem):
    assert problem in inspect_page(GOOD.replace(removed, ""))


@pytest.mark.parametrize(
    "directive", ["script-src 'unsafe-inline'", "script-src-elem data:", "font-src https:", "img-src *", "connect-src a.example"]
)
def test_a_policy_that_allows_scripts_or_requests_is_none(directive):
    page = GOOD.replace("font-src data:", directive)
    assert inspect_page(page) == ("has no Content-Security-Policy that stops scripts and requests",)


HARMLESS = ["example.com/home/page", "and/or", "a ratio of A: B", "raw/orders.csv", "&lt;script&gt;", "log in [today]"]


@pytest.mark.parametrize("harmless", HARMLESS)
def test_harmless_words_pass(harmless):
    assert inspect_page(GOOD.replace("PLACE", harmless)) == ()


def test_a_problem_is_named_once():
    assert inspect_page(GOOD.replace("PLACE", "<script></script><script></script>")) == ("holds a <script> element",)
