"""Prose and pictures that people put into a notebook or a note: made safe, and fit to stand below a section's heading."""

import base64
import re

import nh3
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import InlineParser, IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from playbook.result.formats import Formats

__all__ = ["clean", "picture", "prose"]

TOP_LEVEL = 3  # a page has one h1, its sections have h2: headings in prose start below
PICTURES = ("image/svg+xml", "image/png", "image/jpeg")
_TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"} | {"figure", "figcaption"}
_WIDE = Markup('<div class="scroll plain" tabindex="0" role="group" aria-label="{}"><table>')  # scrolls by itself, not the page
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}, "ol": {"start"}}


def prose(markdown: str, fmt: Formats) -> Markup:
    """Markdown as clean HTML: headings, lists, tables, emphasis and links; no script, no picture from elsewhere.

    ``fmt`` speaks to those who hear the page.
    """
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    # Without the parser for formulas, to which what stands between two dollar signs is one: no script draws them, and $ is money.
    html = clean(MarkdownWithMath(renderer=renderer, inline=InlineParser()).render(markdown)).strip()
    return Markup(html.replace("<table>", _WIDE.format(fmt.say("Table"))).replace("</table>", "</table></div>"))


def clean(fragment: str) -> str:
    """HTML that did not come from the playbook itself, through an allow-list, its headings in order below h2."""
    safe = nh3.clean(
        fragment,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags={"script", "style"},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return _levelled(safe)


def picture(output: NotebookNode, otherwise: str) -> Markup | None:
    """The picture that a cell showed, as data inside the page.

    ``alt`` of the output's metadata describes it, else ``otherwise``; None when the output is no picture.
    """
    data, described = output.get("data", {}), output.get("metadata", {})
    kind = next((k for k in PICTURES if k in data), None)
    if kind is None:
        return None
    content = data[kind]
    # In an <img> an SVG can neither run nor fetch anything.
    coded = base64.b64encode(content.encode()).decode() if kind == "image/svg+xml" else re.sub(r"\s", "", content)
    alt = described.get("alt") or described.get(kind, {}).get("alt") or otherwise
    return Markup('<figure class="figure"><img alt="{}" src="data:{};base64,{}"></figure>').format(alt, kind, coded)


def _levelled(fragment: str) -> str:
    """Headings from h3 down without leaving a level out, whatever levels the writer chose."""
    level = TOP_LEVEL - 1

    def place(match: re.Match) -> str:
        nonlocal level
        if not match.group(1):
            level = min(max(int(match.group(2)), TOP_LEVEL), level + 1)
        return f"<{match.group(1)}h{level}>"

    return re.sub(r"<(/?)h([1-6])>", place, fragment)
