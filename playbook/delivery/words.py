"""The mail's own words in the reader's language, as data in ``words.yml``."""

import re
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

__all__ = ["LANGUAGES", "one_line", "words"]

LANGUAGES = ("en", "zh")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


@cache
def words(language: str) -> dict[str, object]:
    """The words of one of ``LANGUAGES`` by key."""
    return YAML(typ="safe", pure=True).load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))[language]


def one_line(text: str) -> str:
    """A text as one line that may stand in a mail's header.

    Without control characters, without marks that turn the direction of what follows, and without the beginning of an encoded
    word: Python decodes those when it writes a header, and a line break in one of them would begin a header of its own.
    """
    return " ".join(_CONTROL.sub(" ", text).replace("=?", "= ?").split())
