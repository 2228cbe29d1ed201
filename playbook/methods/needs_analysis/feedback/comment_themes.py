"""Comment themes: which of the things customers commonly speak of a comment mentions, by the codebook ``comment_themes.yml``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd

from playbook.locale.data import data_file

__all__ = ["Theme", "comment_themes", "mentions"]

_SENTENCE = re.compile(r"[.!?;。！？；\n]+")
LONGEST = 2_000  # characters of a comment that are read


@dataclass(frozen=True)
class Theme:
    """A theme: its name, whether a mention is praise (None: open), what to do, and the patterns that find it."""

    id: str
    label: str
    good: bool | None
    action: str
    ways: tuple[tuple[re.Pattern, ...], ...]
    unless: tuple[re.Pattern, ...]

    def within(self, sentence: str) -> bool:
        """Whether a sentence mentions the theme."""
        found = any(all(pattern.search(sentence) for pattern in way) for way in self.ways)
        return found and not any(pattern.search(sentence) for pattern in self.unless)


_ROWS = data_file(__package__, "comment_themes.yml")


@cache
def comment_themes() -> Mapping[str, Theme]:
    """All themes by id, in the order of the file."""
    return MappingProxyType({id: _theme(id, row) for id, row in _ROWS.items()})


def _theme(id: str, row: dict) -> Theme:
    def compiled(patterns: list[str]) -> tuple[re.Pattern, ...]:
        return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)

    ways = [compiled(together) for together in row.get("together", ())] + [(one,) for one in compiled(row.get("any", ()))]
    return Theme(id, row["label"], row["good"], row["action"], tuple(ways), compiled(row.get("unless", ())))


def mentions(comments: pd.Series) -> pd.DataFrame:
    """Which themes each comment mentions: a boolean frame, one row a comment (same index), one column a theme id.

    Empty comments mention none. Every different comment is read once.
    """
    themes = comment_themes()
    codes, different = pd.factorize(comments, use_na_sentinel=True)
    found = np.zeros((len(different) + 1, len(themes)), dtype=bool)  # the last row is for those without a comment
    for row, comment in enumerate(different):
        sentences = [s for s in _SENTENCE.split(str(comment)[:LONGEST]) if s.strip()]
        found[row] = [any(theme.within(s) for s in sentences) for theme in themes.values()]
    return pd.DataFrame(found[codes], index=comments.index, columns=list(themes))
