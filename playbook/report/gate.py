"""The gate: what forbids a page to be published. Every rule looks at the finished HTML, whoever wrote it."""

import re
from collections import Counter
from itertools import pairwise

from bs4 import BeautifulSoup, Tag

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
_CODE_CELL = re.compile(r"jp-CodeCell|jp-InputArea|class=\"(?:input|input_area|highlight)\b|(?:In|Out)\s?\[\d*\]:")


def inspect_page(html: str) -> tuple[str, ...]:
    """Problems of a page, each a sentence; empty when it may leave the house."""
    soup = BeautifulSoup(html, "html.parser")
    rules = (_executes, _fetches, _readable, _ordered, _linked)
    return tuple(dict.fromkeys(problem for found in (*(rule(soup) for rule in rules), _unfit_text(html)) for problem in found))


def _executes(soup: BeautifulSoup) -> list[str]:
    """Elements and attributes that run something or take input."""
    found = [f"holds a <{tag.name}> element" for tag in soup.find_all(_FORBIDDEN)]
    for tag in soup.find_all(True):
        found += [f"<{tag.name}> has the event handler {name}" for name in tag.attrs if name.lower().startswith("on")]
    return found


def _fetches(soup: BeautifulSoup) -> list[str]:
    """References that a browser would load by itself, and a missing policy against them."""
    found = []
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            text = " ".join(value) if isinstance(value, list) else str(value)
            if name.lower() in _FETCHING and not _stays(tag, name.lower(), text.strip()):
                found.append(f"<{tag.name}> would fetch {text[:80]}")
            elif _OUTSIDE_URL.search(text) and name.lower() not in {"aria-label", "alt", "title", "content"}:
                found.append(f"the {name} of a <{tag.name}> would fetch something")
    if any(_OUTSIDE_URL.search(style.text) for style in soup.find_all("style")):
        found.append("a style sheet would fetch something")
    policies = [meta.get("content", "") for meta in _metas(soup, "Content-Security-Policy")]
    if not any("default-src 'none'" in policy and "script-src" not in policy for policy in policies):
        found.append("has no Content-Security-Policy that stops scripts and requests")
    if _metas(soup, "refresh"):
        found.append("refreshes itself")
    return found


def _metas(soup: BeautifulSoup, kind: str) -> list[Tag]:
    return soup.find_all("meta", attrs={"http-equiv": re.compile(f"^{kind}$", re.I)})


def _stays(tag: Tag, attribute: str, value: str) -> bool:
    """Whether a reference stays on the page, or is a link that waits for the reader."""
    if value.startswith("#"):
        return True
    if tag.name == "img":
        return attribute == "src" and value.startswith("data:image/")
    return tag.name == "a" and attribute == "href" and bool(_FOLLOWED.fullmatch(value))


def _readable(soup: BeautifulSoup) -> list[str]:
    """What a screen reader needs: language, title, words for pictures."""
    found = []
    if not (soup.html and soup.html.get("lang", "").strip()):
        found.append("names no language")
    if not (soup.title and soup.title.text.strip()):
        found.append("has no title")
    if any(not image.get("alt", "").strip() for image in soup.find_all("img")):
        found.append("has a picture without alternative text")
    for drawing in soup.find_all("svg"):
        if drawing.get("aria-hidden") != "true" and not (drawing.get("role") == "img" and drawing.get("aria-label", "").strip()):
            found.append("has a drawing without alternative text")
    return found


def _ordered(soup: BeautifulSoup) -> list[str]:
    """One h1, first of all headings, and no level left out."""
    levels = [int(tag.name[1]) for tag in soup.find_all(re.compile("^h[1-6]$"))]
    found = [] if levels.count(1) == 1 else [f"has {levels.count(1)} first-level headings"]
    if levels and levels[0] != 1:
        found.append(f"begins with a heading of level {levels[0]}")
    return found + [f"a heading of level {b} follows one of level {a}" for a, b in pairwise(levels) if b > a + 1]


def _linked(soup: BeautifulSoup) -> list[str]:
    """Ids that are unique, and links on the page that lead somewhere."""
    ids = Counter(tag["id"] for tag in soup.find_all(id=True))
    targets = {a["href"][1:] for a in soup.find_all("a", href=re.compile("^#.")) if a["href"][1:] not in ids}
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
