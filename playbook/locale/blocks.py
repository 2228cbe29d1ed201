"""Blocks: Markdown cut into the pieces that are translated one by one: the same for extraction and for the page."""

import re

__all__ = ["blocks"]

_KEPT_LINES = re.compile(r"^(\s*([-*+]|\d+[.)])\s|\||>|```)")  # lists, tables, quotes and code keep their lines


def blocks(markdown: str) -> list[tuple[str, str]]:
    """Markdown as (mark, text) pairs: a heading's hashes and its words, or nothing and a paragraph on one line."""
    found = []
    for part in re.split(r"\n\s*\n", markdown):
        for piece in re.split(r"(?m)^(#+ .*)$", part):
            if not (piece := piece.strip()):
                continue
            if heading := re.fullmatch(r"(#+) (.*)", piece):
                found.append((heading.group(1), heading.group(2).strip()))
            else:
                found.append(("", piece if _KEPT_LINES.match(piece) else " ".join(piece.split())))
    return found
