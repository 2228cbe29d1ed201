"""The gate: what forbids a page to be published. Every rule looks at the finished HTML, whoever wrote it."""

import re
from collections import Counter
from collections.abc import Callable

from bs4 import BeautifulSoup

__all__ = ["MAX_BYTES", "inspect_page"]

MAX_BYTES = 1_500_000
_FORBIDDEN = ("script", "iframe", "frame", "object", "embed", "form", "link", "base", "audio", "video", "source", "applet")
_FETCHING = ("src", "srcset", "poster", "background", "data", "action", "formaction", "xlink:href", "href")
_LOCAL_PATH = re.compile(r"(?:/home/|/Users/|/root/|[A-Z]:\\Users\\)[\w.-]+")
_rules: list[Callable[[BeautifulSoup, str], list[str]]] = []


def inspect_page(html: str) -> tuple[str, ...]:
    """Problems of a page, each a sentence; empty when it may leave the house."""
    soup = BeautifulSoup(html, "html.parser")
    return tuple(problem for rule in _rules for problem in rule(soup, html))


def _rule(check: Callable[[BeautifulSoup, str], list[str]]):
    _rules.append(check)
    return check


@_rule
def _executes(soup: BeautifulSoup, html: str) -> list[str]:
    found = [f"holds a <{tag.name}> element" for tag in soup.find_all(_FORBIDDEN)]
    for tag in soup.find_all(True):
        found += [f"<{tag.name}> has the event handler {name}" for name in tag.attrs if name.lower().startswith("on")]
    return found


@_rule
def _fetches(soup: BeautifulSoup, html: str) -> list[str]:
    found = []
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            if name.lower() in _FETCHING and not _stays(tag.name, name.lower(), str(value)):
                found.append(f"<{tag.name}> would fetch {str(value)[:80]}")
        if "@import" in str(tag.get("style", "")) or _outside_urls(str(tag.get("style", ""))):
            found.append(f"the style of a <{tag.name}> would fetch something")
    for style in soup.find_all("style"):
        if "@import" in style.text or _outside_urls(style.text):
            found.append("a style sheet would fetch something")
    if not soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"}):
        found.append("has no Content-Security-Policy")
    refresh = soup.find("meta", attrs={"http-equiv": re.compile("^refresh$", re.I)})
    return [*found, "refreshes itself"] if refresh else found


def _stays(tag: str, attribute: str, value: str) -> bool:
    """Whether a reference stays on the page, or (a link that a reader follows) in the report's folder."""
    value = value.strip()
    if value.startswith("#"):
        return True
    if tag == "img":
        return attribute == "src" and value.startswith("data:image/")
    return tag == "a" and attribute == "href" and bool(re.fullmatch(r"[\w.-]+\.html(#[\w-]+)?", value))


def _outside_urls(style: str) -> list[str]:
    return [u for u in re.findall(r"url\(\s*['\"]?([^'\")]+)", style) if not u.startswith(("#", "data:"))]


@_rule
def _readable(soup: BeautifulSoup, html: str) -> list[str]:
    found = []
    if not (soup.html and soup.html.get("lang")):
        found.append("names no language")
    if not (soup.title and soup.title.text.strip()):
        found.append("has no title")
    for image in soup.find_all("img"):
        if not image.get("alt", "").strip():
            found.append("has a picture without alternative text")
    for drawing in soup.find_all("svg"):
        if drawing.get("aria-hidden") != "true" and not (drawing.get("role") == "img" and drawing.get("aria-label", "").strip()):
            found.append("has a drawing without alternative text")
    return found


@_rule
def _ordered(soup: BeautifulSoup, html: str) -> list[str]:
    levels = [int(tag.name[1]) for tag in soup.find_all(re.compile("^h[1-6]$"))]
    found = [] if levels.count(1) == 1 else [f"has {levels.count(1)} first-level headings"]
    jumps = [f"a heading of level {b} follows one of level {a}" for a, b in zip(levels, levels[1:], strict=False) if b > a + 1]
    ids = Counter(tag["id"] for tag in soup.find_all(id=True))
    repeated = sorted(i for i, n in ids.items() if n > 1)
    targets = {a["href"][1:] for a in soup.find_all("a", href=re.compile("^#.")) if a["href"][1:] not in ids}
    found += jumps
    found += [f"uses the id {i} more than once" for i in repeated]
    return found + [f"links to #{t}, which is not there" for t in sorted(targets)]


@_rule
def _private(soup: BeautifulSoup, html: str) -> list[str]:
    found = [f"shows the path {match}" for match in sorted(set(_LOCAL_PATH.findall(html)))]
    if "Traceback (most recent call last)" in html:
        found.append("shows a traceback")
    return found


@_rule
def _light(soup: BeautifulSoup, html: str) -> list[str]:
    size = len(html.encode())
    return [f"is {size / 1e6:.1f} MB; the limit is {MAX_BYTES / 1e6:.1f} MB"] if size > MAX_BYTES else []
