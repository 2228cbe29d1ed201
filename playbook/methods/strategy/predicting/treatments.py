"""Treatments: what was done with each case, in one spelling, and with which nothing was done."""

import pandas as pd

__all__ = ["NONE", "treatments"]

NONE = "none"
_LEFT_ALONE = ("", "none", "no", "control", "nobody")


def treatments(told: pd.Series) -> pd.Series:
    """The client's words (N,): NONE where nothing was done, else the most frequent of spellings that differ in case only."""
    text = told.astype("object").where(told.notna(), "").astype(str).str.strip()
    folded = text.str.casefold()
    spelt = text.groupby(folded).agg(lambda words: words.value_counts().sort_index().idxmax())
    return folded.map(spelt).mask(folded.isin(_LEFT_ALONE), NONE)
