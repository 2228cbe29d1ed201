"""Market course: how large the market was in each period, what the client sold of it, and both a year apart."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from playbook.locale import mark
from playbook.result.formats import LEVEL

__all__ = ["ALL", "Course", "compare_years", "market_course", "periods_a_year", "year_sums", "yearly_growth"]

ALL = mark("all groups")
FEWEST_PERIODS = 3  # each against the one a year before, to say how sure a change of share is
SAME = 1e-9  # of share: a smaller error is rounding


@dataclass(frozen=True)
class Course:
    """``rows``: category, period, size, own, share, and sold (own revenue by the orders; NaN where they do not tell), one row per
    group and finished period; ``a_year`` periods make a year (12, 4 or 1); ``last_day`` is the end of the last period."""

    rows: pd.DataFrame
    a_year: int
    last_day: pd.Timestamp

    @property
    def totals(self) -> pd.DataFrame:
        """period, size, own: sums over the groups that have a row in every period (own NaN unless all of them are known)."""
        periods = self.rows["period"].nunique()
        whole = self.rows.groupby("category")["period"].transform("size") == periods
        sums = self.rows[whole].groupby("period").agg(size=("size", "sum"), own=("own", lambda s: s.sum(skipna=False)))
        return sums.reset_index()


def periods_a_year(periods: pd.Series) -> int:
    """12, 4 or 1, by the usual distance between first days of periods; a lone period counts as a year."""
    days = pd.Series(sorted(periods.unique())).diff().dt.days.dropna()
    if days.empty:
        return 1
    return 12 if days.median() <= 45 else 4 if days.median() <= 135 else 1


def market_course(
    market_sizes: pd.DataFrame, category_months: pd.DataFrame | None, first_month: pd.Timestamp | None, as_of: pd.Timestamp
) -> Course | None:
    """Size, own revenue and share by group and period; None when no period with a size has ended by ``as_of``.

    ``market_sizes``: period (first day), category, size, share (0 to 1, optional). ``category_months``: category, month, revenue;
    ``first_month``: the first month that the orders cover whole (default: the first one in ``category_months``). ``own`` is
    share x size where the share is stated, else what the orders tell. Groups are matched by name without regard to case.
    """
    a_year = periods_a_year(market_sizes["period"])
    rows = market_sizes[["category", "period", "size"]].copy()
    rows["stated"] = market_sizes.get("share", np.nan)
    ends = rows["period"] + pd.DateOffset(months=12 // a_year)
    rows = rows[(ends - pd.Timedelta(days=1) <= as_of) & rows["size"].notna()]
    if not rows["size"].sum() > 0:
        return None
    rows["sold"] = _sold(rows, category_months, first_month, as_of, 12 // a_year)
    rows["own"] = (rows["stated"] * rows["size"]).where(rows["stated"].notna(), rows["sold"])
    rows["share"] = rows["stated"].where(rows["stated"].notna(), rows["own"] / rows["size"].where(rows["size"] > 0))
    last = rows["period"].max() + pd.DateOffset(months=12 // a_year) - pd.Timedelta(days=1)
    return Course(rows.sort_values(["category", "period"], ignore_index=True), a_year, last)


def _sold(
    rows: pd.DataFrame, category_months: pd.DataFrame | None, first: pd.Timestamp | None, as_of: pd.Timestamp, months: int
) -> pd.Series:
    """Own revenue of each group and period, NaN where the orders do not cover the period or do not know the group."""
    if category_months is None or category_months.empty:
        return pd.Series(np.nan, index=rows.index)
    key = category_months["category"].astype(str).str.strip().str.casefold()
    sold = category_months.assign(key=key).groupby(["key", "month"])["revenue"].sum()
    wanted = rows.assign(key=rows["category"].astype(str).str.strip().str.casefold())
    begin = category_months["month"].min() if first is None else first
    total = pd.Series(0.0, index=rows.index)
    for step in range(months):
        month = wanted["period"].dt.to_period("M").dt.to_timestamp() + pd.DateOffset(months=step)
        at = pd.MultiIndex.from_arrays([wanted["key"], month])
        total += sold.reindex(at).fillna(0.0).to_numpy()
    end = wanted["period"] + pd.DateOffset(months=months) - pd.Timedelta(days=1)
    return total.where((wanted["period"] >= begin) & (end <= as_of) & wanted["key"].isin(set(key)))


def compare_years(course: Course) -> tuple[pd.DataFrame, int]:
    """Every group, and "all" of them that are fully known, now and a year before; and how many periods each side holds.

    The last year against the one before, or, with less than two years, the last periods against the same ones a year earlier.
    Returns category, size, size_before, growth, own, own_before, own_growth, share, share_before, points (of share) with low and
    high (Student's, over the periods, each against the one a year before; needs three that differ, see ``_sure``), evidence and
    chance (of as much without any change), lost (money a year: points lost x size of a year), hold (what the present share brings
    if the market grows once more as it did) and opportunity (their sum), the greatest first, "all" in the last row. Unknown
    figures are NaN; so are those of a group that lacks a period.
    """
    rows = course.rows
    periods = sorted(rows["period"].unique())
    recent = periods[-course.a_year :]
    paired = [p for p in recent if p - pd.DateOffset(years=1) in set(periods)]
    recent = paired or recent
    before = [p - pd.DateOffset(years=1) for p in paired]
    size, own = (rows.pivot(index="category", columns="period", values=c).reindex(columns=periods) for c in ("size", "own"))
    known = own[recent + before].notna().all(axis=1) & size[recent + before].notna().all(axis=1)
    if known.any():
        size.loc[ALL], own.loc[ALL] = size[known].sum(), own[known].sum()
    out = pd.DataFrame(
        {
            "size": size[recent].sum(axis=1, skipna=False),
            "size_before": size[before].sum(axis=1, skipna=False) if before else np.nan,
            "own": own[recent].sum(axis=1, skipna=False),
            "own_before": own[before].sum(axis=1, skipna=False) if before else np.nan,
        }
    )
    out["growth"], out["own_growth"] = (out[c] / out[f"{c}_before"].where(out[f"{c}_before"] > 0) - 1 for c in ("size", "own"))
    out["share"], out["share_before"] = (out[f"own{w}"] / out[f"size{w}"].where(out[f"size{w}"] > 0) for w in ("", "_before"))
    out["points"] = out["share"] - out["share_before"]
    sides = [_residuals(own[side].to_numpy(dtype=float), size[side].to_numpy(dtype=float)) for side in (recent, before) if side]
    out[["low", "high", "evidence", "chance"]] = _sure(sides[0] - sides[1] if len(sides) == 2 else None, out["points"])
    year = course.a_year / len(recent)
    out["lost"] = (-out["points"]).clip(lower=0) * out["size"] * year
    out["hold"] = out["share"] * out["growth"].clip(lower=0) * out["size"] * year
    if known.any():
        out.loc[ALL, ["lost", "hold"]] = out.loc[known[known].index, ["lost", "hold"]].sum(min_count=1)
    out["opportunity"] = out["lost"] + out["hold"]
    out = out.reset_index().assign(last=lambda t: t["category"] == ALL)
    order = ["last", "opportunity", "size", "category"]
    return out.sort_values(order, ascending=[True, False, False, True], ignore_index=True).drop(columns="last"), len(recent)


def _residuals(own: np.ndarray, size: np.ndarray) -> np.ndarray:
    """What each period (columns) adds to the error of the share over all of them: Cochran (1977), ch. 6, of a ratio."""
    whole = np.where(size.sum(axis=1) > 0, size.sum(axis=1), np.nan)[:, None]
    return (own - own.sum(axis=1, keepdims=True) / whole * size) / whole * size.shape[1]


def _sure(changes: np.ndarray | None, points: pd.Series) -> pd.DataFrame:
    """Range of ``points``, how sure it is that there is a change, and the chance of as much without one.

    ``changes``: residuals of the periods, one row a group. Unknown where they do not differ: a year's share written into each of
    its periods says nothing about how far it can be relied on.
    """
    frame = pd.DataFrame({"low": np.nan, "high": np.nan, "evidence": "indicative", "chance": np.nan}, index=points.index)
    if changes is None or changes.shape[1] < FEWEST_PERIODS:
        return frame
    n = changes.shape[1]
    error = changes.std(axis=1, ddof=1) / np.sqrt(n)
    error = pd.Series(np.where(error > SAME, error, np.nan), points.index)
    frame["low"], frame["high"] = (points + side * stats.t.ppf((1 + LEVEL) / 2, n - 1) * error for side in (-1, 1))
    frame["chance"] = 2 * stats.t.sf(points.abs() / error, n - 1)
    for level, word in ((LEVEL, "likely"), (0.95, "shown")):
        frame.loc[frame["chance"] < 1 - level, "evidence"] = word
    return frame


def yearly_growth(course: Course) -> list[float]:
    """Growth of the whole market in each pair of years that the table holds, counted back from its last period, oldest first."""
    sizes = year_sums(course.totals["size"].to_numpy(dtype=float), course.a_year)[:: -course.a_year][::-1]
    return [float(after / before - 1) for before, after in zip(sizes, sizes[1:], strict=False) if before > 0]


def year_sums(values: np.ndarray, a_year: int) -> np.ndarray:
    """Sums of ``a_year`` values in a row, one for every place at which a year ends."""
    if len(values) < a_year:
        return np.zeros(0)
    return np.convolve(values, np.ones(a_year), "valid")
