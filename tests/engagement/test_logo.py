"""A logo stands in every page: a plain picture, in which nothing runs and nothing is fetched."""

import pytest

from playbook.engagement.logo import fault

SVG = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>{}</svg>"
GRADIENT = "<defs><path id='a'/></defs><use xlink:href='#a' fill='url(#a)' style=\"filter: url( '#a' )\"/><style>a{b:c}</style>"


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".png", b"\x89PNG\r\n\x1a\n..."),
        (".JPG", b"\xff\xd8\xff\xe0..."),
        (".svg", "\ufeff<?xml version='1.0'?><!DOCTYPE svg><!-- ours -->" + SVG.format(GRADIENT)),
        (".svg", SVG.format("<image href='data:image/png;base64,AAAA'/>")),
    ],
)
def test_a_plain_picture_is_a_logo(suffix, content):
    assert fault(suffix, content if isinstance(content, bytes) else content.encode()) is None


@pytest.mark.parametrize(
    ("suffix", "content", "said"),
    [
        (".png", "<svg/>", "is no PNG picture"),
        (".jpeg", b"\x89PNG\r\n\x1a\n", "is no JPEG picture"),
        (".svg", "a logo", "is no SVG that a browser can read"),
        (".svg", b"\xff\xfe", "is no SVG that a browser can read"),
        (".svg", "<html><svg/></html>", "is no SVG: it has to begin with"),
        (".svg", SVG.format("<g><script>alert(1)</script></g>"), "holds <script>"),
        (".svg", "<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:script/></s:svg>", "holds <script>"),
        (".svg", SVG.format("<foreignObject/>"), "holds <foreignObject>"),
        (".svg", SVG.format("<g onload='alert(1)'/>"), "holds onload, which runs a script"),
        (
            ".svg",
            SVG.format("<image href='https://tracker.example/a.png'/>"),
            "leads elsewhere by href (https://tracker.example",
        ),
        (".svg", SVG.format("<a xlink:href=' javascript:alert(1)'/>"), "leads elsewhere by href (javascript:"),
        (".svg", SVG.format("<set attributeName='xlink:href' to='x'/>"), "leads elsewhere by href"),
        (".svg", SVG.format("<g fill='url(//x.example/a#b)'/>"), "fetches something by fill"),
        (".svg", SVG.format("<style>@import 'https://x.example/a.css';</style>"), "fetches something by its style"),
        (".svg", SVG.format('<style>a{b:url( "x.png")}</style>'), "fetches something by its style"),
        (".svg", "<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG.format("&a;"), "declares entities"),
        (".svg", "<?xml-stylesheet href='a.css'?>" + SVG.format(""), "declares entities or a style sheet"),
    ],
)
def test_what_is_no_plain_picture_is_refused_with_the_reason(suffix, content, said):
    assert said in fault(suffix, content if isinstance(content, bytes) else content.encode())
