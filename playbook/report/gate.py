"""The gate: what forbids a page to be published. Every rule looks at the finished HTML, whoever wrote it."""

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

__all__ = ["MAX_BYTES", "inspect_page"]

MAX_BYTES = 1_500_000
_FORBIDDEN = (
    "script",
    "iframe",
    "frame",
    "object",
    "embed",
    "applet",
    "form",
    "link",
    "base",
    "audio",
    "video",
    "source",
    "track",
    "portal",
    "foreignobject",
    "template",
)
_FETCHING = {
    "src",
    "srcset",
    "imagesrcset",
    "srcdoc",
    "poster",
    "background",
    "data",
    "action",
    "formaction",
    "manifest",
    "ping",
    "href",
    "xlink:href",
}
_FOLLOWED = re.compile(r"https?://[^\s]+|mailto:[^\s]+|[\w.-]+\.(html|xlsx)(#[\w.-]+)?")  # a reader decides to open it
_OUTSIDE_URL = re.compile(r"url\(\s*['\"]?(?!\s*['\"]?(?:#|data:))|@import|image-set\(", re.I)
_LOCAL_PATH = re.compile(
    r"(?<![\w.-])(?:/(?:home|Users|root|tmp|mnt)/[\w.-]+|file://[^\s\"'<]+|[A-Z]:[\\/](?:Users|Documents)[\w.\\/-]*)"
)
_HARMLESS_SOURCES = {"'none'", "'unsafe-inline'", "data:"}  # of a policy's directives, but for scripts
_CODE_CELL = re.compile(r"jp-CodeCell|jp-InputArea|class=\"(?:input|input_area|highlight)\b|(?:In|Out)\s?\[\d*\]:")


class _Tag(NamedTuple):
    """An element as a browser would read it: names in small letters, "" for an attribute without a value."""

    name: str
    attrs: dict[str, str]
    node: LexborNode


def inspect_page(html: str) -> tuple[str, ...]:
    """Problems of a page, each a sentence; empty when it may leave the house."""
    nodes = LexborHTMLParser(html).css("*")
    tags = [_Tag(node.tag.lower(), {name.lower(): text or "" for name, text in node.attributes.items()}, node) for node in nodes]
    rules = (_executes, _fetches, _readable, _ordered, _linked)
    return tuple(dict.fromkeys(problem for found in (*(rule(tags) for rule in rules), _unfit_text(html)) for problem in found))


def _executes(tags: list[_Tag]) -> list[str]:
    """Elements and attributes that run something or take input."""
    found = [f"holds a <{tag.name}> element" for tag in tags if tag.name in _FORBIDDEN]
    for tag in tags:
        found += [f"<{tag.name}> has the event handler {name}" for name in tag.attrs if name.startswith("on")]
    return found


def _fetches(tags: list[_Tag]) -> list[str]:
    """References that a browser would load by itself, and a missing policy against them."""
    found = []
    for tag in tags:
        for name, text in tag.attrs.items():
            if name in _FETCHING and not _stays(tag, name, text.strip()):
                found.append(f"<{tag.name}> would fetch {text[:80]}")
            elif _OUTSIDE_URL.search(text) and name not in {"aria-label", "alt", "title", "content"}:
                found.append(f"the {name} of a <{tag.name}> would fetch something")
    if any(_OUTSIDE_URL.search(style.node.text()) for style in _named(tags, "style")):
        found.append("a style sheet would fetch something")
    if not any(_strict(meta.attrs.get("content", "")) for meta in _metas(tags, "content-security-policy")):
        found.append("has no Content-Security-Policy that stops scripts and requests")
    if _metas(tags, "refresh"):
        found.append("refreshes itself")
    return found


def _named(tags: list[_Tag], name: str) -> list[_Tag]:
    return [tag for tag in tags if tag.name == name]


def _strict(policy: str) -> bool:
    """Whether a policy forbids scripts and all that does not come with the page."""
    directives = [part.split() for part in policy.split(";") if part.strip()]
    harmless = all(not d[0].startswith("script-src") and _HARMLESS_SOURCES.issuperset(d[1:]) for d in directives)
    return harmless and ["default-src", "'none'"] in directives


def _metas(tags: list[_Tag], kind: str) -> list[_Tag]:
    return [meta for meta in _named(tags, "meta") if meta.attrs.get("http-equiv", "").strip().lower() == kind]


def _stays(tag: _Tag, attribute: str, value: str) -> bool:
    """Whether a reference stays on the page, or is a link that waits for the reader."""
    if value.startswith("#"):
        return True
    if tag.name == "img":
        return attribute == "src" and value.startswith("data:image/")
    return tag.name == "a" and attribute == "href" and bool(_FOLLOWED.fullmatch(value))


def _readable(tags: list[_Tag]) -> list[str]:
    """What a screen reader needs: language, title, words for pictures."""
    found = []
    if not any(page.attrs.get("lang", "").strip() for page in _named(tags, "html")[:1]):
        found.append("names no language")
    if not any(title.node.text().strip() for title in _named(tags, "title")[:1]):
        found.append("has no title")
    if any(not image.attrs.get("alt", "").strip() for image in _named(tags, "img")):
        found.append("has a picture without alternative text")
    for drawing in _named(tags, "svg"):
        told = drawing.attrs.get("role") == "img" and drawing.attrs.get("aria-label", "").strip()
        if drawing.attrs.get("aria-hidden") != "true" and not told:
            found.append("has a drawing without alternative text")
    return found


def _ordered(tags: list[_Tag]) -> list[str]:
    """One h1, first of all headings, and no level left out."""
    levels = [int(tag.name[1]) for tag in tags if re.fullmatch("h[1-6]", tag.name)]
    found = [] if levels.count(1) == 1 else [f"has {levels.count(1)} first-level headings"]
    if levels and levels[0] != 1:
        found.append(f"begins with a heading of level {levels[0]}")
    return found + [f"a heading of level {b} follows one of level {a}" for a, b in pairwise(levels) if b > a + 1]


def _linked(tags: list[_Tag]) -> list[str]:
    """Ids that are unique, and links on the page that lead somewhere."""
    ids = Counter(tag.attrs["id"] for tag in tags if "id" in tag.attrs)
    targets = {a.attrs["href"][1:] for a in _named(tags, "a") if re.match("#.", a.attrs.get("href", ""))} - set(ids)
    found = [f"uses the id {i} more than once" for i, n in sorted(ids.items()) if n > 1]
    return found + [f"links to #{t}, which is not there" for t in sorted(targets)]


def _unfit_text(html: str) -> list[str]:
    """What no client should see, and more bytes than a mail or a phone takes gladly."""
    found = [f"shows the path {match}" for match in sorted(set(_LOCAL_PATH.findall(html)))]
    if "Traceback (most recent call last)" in html:
        found.append("shows a traceback")
    if _CODE_CELL.search(html):
        found.append("shows a code cell")
    size = len(html.encode())
    return [*found, f"is {size / 1e6:.1f} MB; the limit is {MAX_BYTES / 1e6:.1f} MB"] if size > MAX_BYTES else found
