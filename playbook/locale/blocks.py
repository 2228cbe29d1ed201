"""Blocks: Markdown cut into the pieces that are translated one by one: the same for extraction and for the page."""

import re

__all__ = ["blocks"]

# Code and headings stand alone, blank lines part the rest.
_PARTED = re.compile(r"(?ms)^(```.*?^```[ \t]*$|#+ [^\n]*$)|\n\s*\n")
# Lists, tables, quotes and code keep their lines, and what goes on in a list its margin.
_KEPT_LINES = re.compile(r"(?m)^(\s*([-*+]|\d+[.)])\s|\||>|```)|\A[ \t]")


def blocks(markdown: str) -> list[tuple[str, str]]:
    """Markdown as (mark, text) pairs: a heading's hashes and its words, or nothing and a paragraph on one line.

    Lists, tables, quotes and code keep their lines. The pieces with a blank line between them say what ``markdown`` says.
    """
    found = []
    for piece in filter(str.strip, filter(None, _PARTED.split(markdown))):
        if heading := re.fullmatch(r"(#+) (.*)", piece):
            found.append((heading.group(1), heading.group(2).strip()))
        else:
            piece = piece.strip("\n").rstrip()
            found.append(("", piece if _KEPT_LINES.search(piece) else " ".join(piece.split())))
    return found
