"""Own controls: the client's further columns in which deals are compared alike, such as the rival or the trade.

Who meets a sharper rival gets more discount and is won less often: left out, that looks as if discounts did nothing.
"""

import numpy as np
import pandas as pd

from playbook.intake.schema import FEATURE
from playbook.methods.strategy.predicting.leakage import leaks

__all__ = ["own_controls", "with_own_words"]

MOST, MOST_WORDS = 6, 8  # columns told apart, and different words of one: more would leave too few deals of each
KNOWN = 0.9  # share of closed deals in which the column is filled


def with_own_words(deals: pd.DataFrame, opportunities: pd.DataFrame) -> pd.DataFrame:
    """``deals`` with the client's columns of words, missing ones as None; both frames have the same rows."""
    words = [c for c in opportunities if str(c).startswith(FEATURE) and not pd.api.types.is_numeric_dtype(opportunities[c])]
    kept = opportunities[words].astype(object)
    return pd.concat([deals, kept.where(kept.notna(), None).set_axis(deals.index)], axis=1)


def own_controls(deals: pd.DataFrame) -> tuple[str, ...]:
    """Those of the client's columns in ``deals`` (end: won, lost or open) that were known before the end and say few words.

    A column that was written at the end, as a reason for losing is, would explain every deal and leave nothing to the discount.
    """
    closed, waiting = deals[deals["end"] != "open"], deals[deals["end"] == "open"]
    own = [c for c in deals if str(c).startswith(FEATURE)]
    own = [c for c in own if 2 <= closed[c].nunique() <= MOST_WORDS and closed[c].notna().mean() >= KNOWN]
    if not own:
        return ()
    late = leaks(closed[own], np.asarray(closed["end"] == "won"), waiting[own])
    return tuple(c for c in own if c not in set(late["column"]))[:MOST]
