"""By customers: those who got it beside those set aside by lot, or beside all others, at one start or at several."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from playbook.locale import said, said_n
from playbook.methods.evaluation.measuring.by_regions import NONE
from playbook.methods.evaluation.measuring.by_silence import against_silent
from playbook.methods.evaluation.measuring.did import ALIKE, difference, event_study, imbalance, pre_trend
from playbook.methods.evaluation.measuring.effect import judge, sized
from playbook.methods.evaluation.measuring.elsewhere import Elsewhere, spoiled
from playbook.methods.evaluation.measuring.estimate import CERTAIN
from playbook.methods.evaluation.measuring.groups import FEWEST_CUSTOMERS
from playbook.methods.evaluation.measuring.lot import drawn, metrics_of
from playbook.methods.evaluation.measuring.saying import listed, sentences
from playbook.methods.evaluation.measuring.staggered import NEVER, staggered
from playbook.methods.evaluation.measuring.windows import WEEK, Windows, customer_windows

__all__ = ["against_customers", "starts"]

CHANCE = 2.0  # standard errors within which a difference may be chance
FEWEST_WEEKS = 4  # before the start
WHOLE, FEWEST_CLUSTERS = 0.75, 6  # share of a region's customers that began together; regions for a range that goes by them
LAPSED = 0.5  # share of those who got it, and had ordered before, that had not in the weeks before: it was meant for such


def against_customers(
    members: pd.DataFrame,
    order_totals: pd.DataFrame,
    start: date,
    end: date,
    customers: pd.DataFrame | None = None,
    control_share: float | None = None,
    doubt: str = "",
    others: Sequence[Elsewhere] = (),
) -> dict:
    """Fields of ``Effect`` by comparing customers. ``members``: group by customer_id, and started_on where starts differ.

    With a control group only those listed are compared, else all who bought in the time before. ``control_share``: the share that
    was to be set aside; ``doubt``: why the comparison can give no more than indications, if so. Without a control group those of
    the ``others`` who got something else meanwhile are left out of the comparison, and those who had stopped buying are compared
    with others who had (``by_silence``).
    """
    set_aside = bool((members["group"] == "control").any())
    already = None
    if set_aside and customers is not None and "acquired_on" in customers:
        already = pd.Index(customers.loc[pd.to_datetime(customers["acquired_on"]) < pd.Timestamp(start), "customer_id"])
    days = starts(members)
    start = min([start, *days]) if len(days) > 1 else start
    windows = customer_windows(order_totals, start, end, members.index if set_aside else None, already)
    treated = members["group"].reindex(windows.before.index).fillna("control").ne("control")
    at_once = not set_aside and len(days) < 2 and windows.weeks_before >= FEWEST_WEEKS
    if at_once and _lapsed(members, order_totals, start, treated):
        return against_silent(members.index, order_totals, start, end, windows.weeks_before, others)
    cleared = ""
    if not set_aside and treated.any() and not treated.all():
        windows, treated, cleared, spoilt = _cleared(windows, treated, others, start, end)
        doubt = sentences(doubt, spoilt)
    n_treated, n_control = int(treated.sum()), int((~treated).sum())
    counted = {"design": "control group" if set_aside else "other customers", "n_treated": n_treated, "n_control": n_control}
    counted["why"] = _why(set_aside, len(days))
    enough = n_treated if len(days) > 1 else min(n_treated, n_control)  # in stages, those who wait are the comparison
    if enough < FEWEST_CUSTOMERS or windows.weeks_before < FEWEST_WEEKS:
        need = said(
            "Needs {customers} earlier customers in each group and {weeks} weeks of orders before the start.",
            customers=FEWEST_CUSTOMERS,
            weeks=FEWEST_WEEKS,
        )
        return {**counted, "verdict": "too little data", "note": need}
    broken = drawn(members["group"], treated, control_share) if set_aside else ""
    by_chance = CHANCE * np.sqrt(1 / n_treated + 1 / max(n_control, 1))  # small groups drawn by lot differ more
    alike = set_aside and not broken and abs(imbalance(windows.before, treated)) <= max(ALIKE, by_chance)
    trend = pre_trend(windows.weekly.loc[:, :-1], treated)
    drifting = trend < 1 - CERTAIN
    if len(days) > 1:
        found = _in_stages(windows, treated, members, start, customers)
        if found is None:
            lacking = said("Too few customers were left without it to compare with.")
            return {**counted, "verdict": "too little data", "note": lacking}
    else:
        found = _at_once(windows, treated, start, adjusted=alike)
        if alike:  # else the groups' levels, side by side, would tell what they were before
            metrics = metrics_of(order_totals, windows, treated, start, end)
            metrics.loc[metrics["metric"] == "revenue", ["effect", "low", "high"]] = found["effect"], found["low"], found["high"]
            found["metrics"] = metrics
    differed = set_aside and not (alike or broken)
    note = sentences(
        doubt,
        cleared,
        found.get("note", ""),
        broken,
        said("The groups were alike before the start; earlier revenue is allowed for.") if alike and len(days) < 2 else "",
        said("The groups differed before the start, so only their change is compared.") if differed else "",
        "" if set_aside else said("Who received it was not drawn by lot."),
        said("The groups were drifting apart before the start.") if drifting else "",
    )
    p = found.pop("p")
    return {
        **counted,
        **found,
        "pre_trend_p": trend,
        "verdict": judge(
            found["revenue_low"],
            found["revenue_high"],
            p,
            doubtful=bool(doubt or broken) or (drifting and not alike),
            at_most_likely=drifting or not alike,
        ),
        "note": note,
    }


def starts(members: pd.DataFrame) -> list[date]:
    """The days on which treated customers got it first, where the client says so, each once."""
    if "started_on" not in members:
        return []
    known = members.loc[members["group"].ne("control"), "started_on"].dropna()
    return sorted({day.date() for day in pd.to_datetime(known)})


def _at_once(windows: Windows, treated: pd.Series, start: date, adjusted: bool) -> dict:
    found = difference(windows.before, windows.during, treated, adjusted=adjusted)
    scale = found.n_treated * windows.weeks_during
    weekly = windows.weekly.groupby(treated).mean().T.rename(columns={True: "treated", False: "control"})
    days = pd.Timestamp(start) + pd.to_timedelta(WEEK * weekly.index, unit="D")
    return {
        **sized(found, found.expected + found.effect, found.expected, scale),
        "effect": found.relative,
        "low": found.relative_low,  # what would have come is an estimate, too: the range allows for that
        "high": found.relative_high,
        "before_treated": found.before_treated,
        "before_control": found.before_control,
        "estimate": found,
        "p": found.p,
        "weeks": windows.weeks_during,
        "course": weekly.assign(week=days).reset_index(drop=True),
        "by_week": event_study(windows.weekly, treated).rename(columns={"week": "time"}),
    }


def _in_stages(
    windows: Windows, treated: pd.Series, members: pd.DataFrame, start: date, customers: pd.DataFrame | None
) -> dict | None:
    """The same where customers got it on different days; the week in which one got it counts as treated."""
    panel = windows.weekly.iloc[:, : int(windows.weeks_during) + windows.weeks_before]  # whole weeks only
    day = pd.to_datetime(members["started_on"]).reindex(panel.index).fillna(pd.Timestamp(start))
    first = ((day - pd.Timestamp(start)).dt.days // WEEK).where(treated, NEVER).astype(float)
    clusters = _together(first, customers)
    found = staggered(panel, first, windows.weeks_before, clusters, FEWEST_CUSTOMERS)
    if found is None:
        return None
    estimate, scale = found.estimate, found.treated_periods
    weekly = _courses(panel, treated, first)
    days = pd.Timestamp(start) + pd.to_timedelta(WEEK * weekly.index, unit="D")
    return {
        **sized(estimate, found.expected + estimate.effect, found.expected, scale),
        "before_treated": float(windows.before[treated].mean()),
        "before_control": float(windows.before[~treated].mean()),
        "estimate": estimate,
        "p": estimate.p,
        "weeks": scale / int(treated.sum()),
        "course": weekly.assign(week=days).reset_index(drop=True),
        "by_week": found.by_time.drop(columns="n"),
        "note": "" if clusters is None else said("Whole regions began together, so the range goes by regions, not by customers."),
    }


def _together(first: pd.Series, customers: pd.DataFrame | None) -> pd.Series | None:
    """Region of each customer where whole regions began together, others never, and there are enough to go by; else None.

    Customers of a region share its luck: where all of them were treated alike, only regions count as cases. A few customers
    here and there, picked one by one, leave most of every region alike too: untreated. They began nothing together.
    """
    if customers is None or "region" not in customers:
        return None
    region = customers.drop_duplicates("customer_id").set_index("customer_id")["region"].reindex(first.index).fillna("")
    begun = first.where(np.isfinite(first)).groupby(region)
    alike = begun.agg(lambda start: start.value_counts().max() / len(start) if start.notna().any() else 0.0)
    whole, none = alike >= WHOLE, begun.count() / begun.size() <= NONE
    return region if len(alike) >= FEWEST_CLUSTERS and whole.any() and (whole | none).all() else None


def _courses(panel: pd.DataFrame, treated: pd.Series, first: pd.Series) -> pd.DataFrame:
    """Mean by week of those who got it and the others; where everybody got it, of those who had it and those who waited."""
    if not treated.all():
        return panel.groupby(treated).mean().T.rename(columns={True: "treated", False: "control"})
    has = panel.columns.to_numpy() >= first.to_numpy()[:, None]
    return pd.DataFrame({"treated": panel.where(has).mean(), "control": panel.where(~has).mean()})


def _lapsed(members: pd.DataFrame, order_totals: pd.DataFrame, start: date, treated: pd.Series) -> bool:
    """Whether most of the earlier customers who got it had stopped buying; ``treated`` by customer who had not."""
    earlier = order_totals.loc[order_totals["day"] < pd.Timestamp(start), "customer_id"].dropna()
    known = len(members.index.intersection(earlier))
    return known >= FEWEST_CUSTOMERS and 1 - treated.sum() / known > LAPSED


def _cleared(
    windows: Windows, treated: pd.Series, others: Sequence[Elsewhere], start: date, end: date
) -> tuple[Windows, pd.Series, str, str]:
    """The same without those of the comparison who got something else meanwhile; what was left out, or why it could not be."""
    since = start - timedelta(weeks=windows.weeks_before)
    out, labels = spoiled(others, treated, since, end)
    if not len(out):
        return windows, treated, "", ""
    names = listed(labels)
    if int((~treated).sum()) - len(out) < FEWEST_CUSTOMERS:
        most = said("Most of the others got {names} in these weeks, so what that did to them is counted in.", names=names)
        return windows, treated, "", most
    left = replace(windows, weekly=windows.weekly.drop(out), before=windows.before.drop(out), during=windows.during.drop(out))
    gone = said_n(
        "Left out of the comparison is one customer who got {names} in these weeks.",
        "Left out of the comparison are {n} customers who got {names} in these weeks.",
        len(out),
        names=names,
    )
    return left, treated.drop(out), gone, ""


def _why(set_aside: bool, days: int) -> str:
    if days > 1:
        return said(
            "It began on {n} different days, so each start is compared with the customers who did not have it yet.", n=days
        )
    if set_aside:
        return said("Some customers were set aside and left without it. Comparing the two groups is the surest way there is.")
    return said("It is known who received it, and nobody was set aside, so the other customers are the comparison.")
