"""By regions: where it was rolled out, beside a mix of the regions where it was not that moved like them before."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from playbook.locale import said, said_n
from playbook.methods.evaluation.measuring.effect import judge, relative, sized
from playbook.methods.evaluation.measuring.saying import listed, sentences
from playbook.methods.evaluation.measuring.synthetic import (
    FEWEST_OTHERS,
    Placebos,
    placebo_test,
    synthetic_control,
    synthetic_did,
)
from playbook.methods.evaluation.measuring.windows import WEEK

__all__ = ["ALL", "FEWEST_BEFORE", "NONE", "against_regions", "comparable", "regions_of"]

FEWEST_BEFORE = 12  # weeks before the start on which the mix is fitted
MOST_BEFORE = 104  # two years; older weeks say little about today
SOLD = 0.9  # share of the weeks before in which a region has to have sold, to serve as a comparison
ALL, NONE = 0.9, 0.05  # share of a region's earlier customers listed, from which it counts as treated; up to which as not
POOR_FIT = 2.0  # times the other regions' median error before the start
COUNTS, NAMED = 0.05, 3  # weight from which a region is named, and how many are
TREATED = "where it was rolled out"


def regions_of(members: pd.DataFrame, order_totals: pd.DataFrame, customers: pd.DataFrame | None, start: date) -> tuple[str, ...]:
    """Regions whose earlier customers were all treated while nobody elsewhere was; empty where customers were chosen otherwise.

    ``members``: group by customer_id. A control group, or customers treated in a part of a region, mean another design.
    """
    if customers is None or "region" not in customers or (members["group"] == "control").any():
        return ()
    earlier = order_totals.loc[order_totals["day"] < pd.Timestamp(start), "customer_id"].dropna().unique()
    known = customers[customers["customer_id"].isin(earlier)].dropna(subset=["region"])
    share = known["customer_id"].isin(members.index).groupby(known["region"]).mean()
    if not ((share >= ALL) | (share <= NONE)).all() or not (share >= ALL).any():
        return ()
    return tuple(share.index[share >= ALL].astype(str))


def comparable(
    region_weeks: pd.DataFrame | None,
    regions: tuple[str, ...],
    start: date,
    end: date,
    others: Sequence[tuple[tuple[str, ...], date, date]] = (),
) -> pd.DataFrame | None:
    """Weekly revenue of the treated regions together (``TREATED``) and of each other one, in units of its mean before the start.

    Weeks x units; weeks that were treated in part and weeks after ``end`` are left out. Other regions have to have sold in nine
    of ten weeks before, and of ``others`` (regions, start, end) none may have begun or ended there: since the first week fitted
    where enough regions remain, else since ``start``. None with fewer than 12 weeks before, no whole week since, or fewer than
    ``FEWEST_OTHERS`` other regions.
    """
    if region_weeks is None or region_weeks.empty:
        return None
    wide = region_weeks.pivot(index="week", columns="region", values="revenue").fillna(0.0).sort_index()
    mine = [r for r in wide.columns if str(r) in regions]
    if not mine:
        return None
    whole = pd.Timestamp(start) + pd.Timedelta(days=(-start.weekday()) % WEEK)
    week = wide.index
    sunday = week + pd.Timedelta(days=WEEK - 1)
    wide = wide[((sunday < pd.Timestamp(start)) | (week >= whole)) & (sunday <= pd.Timestamp(end))]
    before = wide[wide.index < whole].tail(MOST_BEFORE)
    wide = wide[wide.index >= before.index[0]] if len(before) else wide
    sold = [r for r in wide.columns if r not in mine and (before[r] > 0).mean() >= SOLD]
    free = sold
    for since in (before.index.min(), pd.Timestamp(start)):
        busy = {r for names, *days in others for r in names if any(since <= pd.Timestamp(d) <= pd.Timestamp(end) for d in days)}
        free = [r for r in sold if str(r) not in busy]
        if len(free) >= FEWEST_OTHERS:
            break
    panel = pd.concat([wide[mine].sum(axis=1).rename(TREATED), wide[free]], axis=1)
    level = panel.loc[before.index].mean()
    if len(before) < FEWEST_BEFORE or len(wide) == len(before) or len(free) < FEWEST_OTHERS or level[TREATED] <= 0:
        return None
    return panel / level


def against_regions(panel: pd.DataFrame, level: float, start: date, named: int) -> dict:
    """Fields of ``Effect`` from a panel of ``comparable`` regions; ``level``: mean weekly revenue of the treated ones before.

    The effect is that of a synthetic control, for its error was the smaller one in simulations of weekly revenue; its range
    comes from the placebos. Synthetic difference in differences is told beside it.
    """
    first = panel.index[panel.index >= pd.Timestamp(start)][0]
    found = placebo_test(panel, TREATED, first)
    mix = synthetic_control(panel, TREATED, first)
    other = synthetic_did(panel, TREATED, first)
    weeks = int((panel.index >= first).sum())
    poor = mix.pre_rmspe > POOR_FIT * float(found.gaps["pre_rmspe"].iloc[1:].median())
    note = sentences(
        said("Where it was rolled out was not drawn by lot."),
        said("No mix of other regions followed it closely before the start.") if poor else "",
    )
    course = mix.path.rename(columns={"period": "week"})
    course[["actual", "expected"]] *= level
    return {
        "design": "other regions",
        "why": _why(named, mix.weights[mix.weights >= COUNTS].sort_values(ascending=False).index),
        **sized(found.estimate, mix.expected + mix.effect, mix.expected, level * weeks),
        "weeks": float(weeks),
        "rank": found.rank,
        "of": found.of,
        "second": relative(other.expected + other.effect, other.effect),
        "note": note,
        "course": course,
        "gaps": _named(found),
        "verdict": judge(found.estimate.low, found.estimate.high, found.estimate.p, doubtful=poor, at_most_likely=True),
    }


def _why(named: int, mixed: pd.Index) -> str:
    return said_n(
        "It was rolled out to one region, so what came there is compared with a mix of other regions that moved alike before, "
        "mostly {regions}.",
        "It was rolled out to {n} regions, so what came there is compared with a mix of other regions that moved alike before, "
        "mostly {regions}.",
        named,
        regions=listed(mixed[:NAMED]),
    )


def _named(found: Placebos) -> pd.DataFrame:
    """Gaps by week, the treated regions first."""
    return found.paths.rename_axis("week").reset_index()
