"""Logo: whether a file that stands in every page is a picture and nothing else: nothing that runs, nothing that is fetched."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

__all__ = ["LOGOS", "fault"]

LOGOS = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_BEGINS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_SVG = "{http://www.w3.org/2000/svg}"
_ACTIVE = {"script", "foreignObject", "iframe", "embed", "object", "handler", "listener"}
_INSIDE = ("#", "data:image/png", "data:image/jpeg")
_ELSEWHERE = re.compile(r"""url\(\s*["']?\s*(?!["'#\s])|@import""", re.IGNORECASE)


def fault(suffix: str, content: bytes) -> str | None:
    """What forbids a file with that suffix (one of ``LOGOS``) and these bytes to be a logo, in words; None for a sound one.

    PNG and JPEG are known by their first bytes; SVG is parsed as browsers parse it, as XML (SVG 2, 3.2 secure static mode says
    what an image may hold).
    """
    kind = LOGOS[suffix.lower()]
    if kind in _BEGINS:
        return None if content.startswith(_BEGINS[kind]) else f"is no {kind.removeprefix('image/').upper()} picture"
    try:
        text = content.decode("utf-8-sig")
        if re.search(r"<!ENTITY|<\?xml-stylesheet", text):
            return "declares entities or a style sheet of its own; save it as plain SVG"
        root = ElementTree.fromstring(text)  # at most 100 kB, without entities
    except (UnicodeDecodeError, ElementTree.ParseError) as error:
        return f"is no SVG that a browser can read: {error}"
    if root.tag != f"{_SVG}svg":
        return "is no SVG: it has to begin with <svg xmlns='http://www.w3.org/2000/svg'>"
    return next(_faults(root), None)


def _faults(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        name = _local(element.tag)
        if name in _ACTIVE:
            yield f"holds <{name}>, and a logo is only drawn"
        for attribute, value in ((_local(key), value.strip()) for key, value in element.items()):
            if attribute.lower().startswith("on"):
                yield f"holds {attribute}, which runs a script"
            animated = attribute == "attributeName" and _local(value) == "href"
            if animated or (attribute == "href" and not value.startswith(_INSIDE)):
                yield f"leads elsewhere by href ({value[:40]}); everything has to be in the file"
            if _ELSEWHERE.search(value):
                yield f"fetches something by {attribute} ({value[:40]}); everything has to be in the file"
        if name == "style" and _ELSEWHERE.search(element.text or ""):
            yield "fetches something by its style; everything has to be in the file"


def _local(name: str) -> str:
    """A name without its namespace or prefix."""
    return re.split(r"[}:]", name)[-1]
