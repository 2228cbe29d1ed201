"""Wallet: which part of what customers spend on such goods they spend with the client."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from playbook.result.formats import LEVEL

__all__ = ["FEWEST_ANSWERS", "Wallet", "share_of_wallet", "wallets_by_segment"]

FEWEST_ANSWERS = 10
FEWEST_DAYS = 180  # of orders before an answer, to say what a year brought


@dataclass(frozen=True)
class Wallet:
    """``share`` of the spending of those who answered, with its range; ``gap``: mean amount a year and customer that goes
    elsewhere, with its range; ``answers`` counted; ``above``: of these, own sales above the spending they stated; ``elsewhere``:
    sum of the gaps; ``mean``: the share of the average customer, who counts as much as one that spends ten times more."""

    share: float
    low: float
    high: float
    gap: float
    gap_low: float
    gap_high: float
    answers: int
    above: int
    elsewhere: float
    mean: float


def share_of_wallet(wallets: pd.DataFrame) -> Wallet | None:
    """Own sales of a year over all spending of a year, of all who answered; None with fewer than ten usable answers.

    ``wallets``: total_spend and own (money a year), days (that ``own`` covers: fewer than a year are carried to one, fewer than
    180 left out). Spending is at least own sales. Ranges are Student's at LEVEL, of a ratio for the share (Cochran 1977, ch. 6).
    """
    own, spent, above = _year(wallets)
    if len(own) < FEWEST_ANSWERS or spent.sum() <= 0:
        return None
    n, share, gaps = len(own), own.sum() / spent.sum(), spent - own
    reach = stats.t.ppf((1 + LEVEL) / 2, n - 1) / np.sqrt(n)
    error = reach * np.std(own - share * spent, ddof=1) / spent.mean()
    gap_error = reach * np.std(gaps, ddof=1)
    return Wallet(
        float(share), float(max(0.0, share - error)), float(min(1.0, share + error)), float(gaps.mean()),
        float(max(0.0, gaps.mean() - gap_error)), float(gaps.mean() + gap_error), n, above, float(gaps.sum()),
        float((own / spent).mean()),
    )  # fmt: skip


def wallets_by_segment(wallets: pd.DataFrame, assignments: pd.DataFrame) -> pd.DataFrame:
    """The share of wallet of every segment, the largest gap first.

    Returns segment, customers (all of it), answers, share, low, high, gap (mean amount a year spent elsewhere), reach (half of
    the gap's range), mean. ``assignments``: customer_id, segment. Segments with fewer than ten usable answers are left out.
    """
    joined = wallets.merge(assignments[["customer_id", "segment"]], on="customer_id")
    sizes = assignments.groupby("segment").size()
    found = {segment: share_of_wallet(rows) for segment, rows in joined.groupby("segment", sort=True)}
    rows = [
        (name, int(sizes[name]), w.answers, w.share, w.low, w.high, w.gap, w.gap_high - w.gap, w.mean)
        for name, w in found.items()
        if w is not None
    ]
    columns = ["segment", "customers", "answers", "share", "low", "high", "gap", "reach", "mean"]
    return pd.DataFrame(rows, columns=columns).sort_values(["gap", "segment"], ascending=[False, True], ignore_index=True)


def _year(wallets: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, int]:
    """Own sales and spending of a year of each usable answer, and how many stated less than they spent with the client."""
    usable = wallets[(wallets["days"] >= FEWEST_DAYS) & wallets["total_spend"].notna()]
    own = (usable["own"].fillna(0.0).clip(lower=0) * 365 / usable["days"]).to_numpy(dtype=float)
    total = usable["total_spend"].to_numpy(dtype=float)
    spent = np.maximum(total, own)
    told = spent > 0
    return own[told], spent[told], int((own > total)[told].sum())
