"""By silence: a win-back goes to customers who had stopped buying; others who were silent just as long are the comparison.

Those who bought in the weeks before are none: they would have bought more anyway. Customers are compared within bands of the time
since their last order, and the bands averaged as the treated lie in them (subclassification: Imbens & Rubin 2015, ch. 17).
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from playbook.locale import said, said_n
from playbook.methods.evaluation.measuring.did import ALIKE, imbalance
from playbook.methods.evaluation.measuring.effect import NAN, judge, sized
from playbook.methods.evaluation.measuring.elsewhere import Elsewhere, spoiled
from playbook.methods.evaluation.measuring.estimate import Estimate
from playbook.methods.evaluation.measuring.groups import FEWEST_CUSTOMERS
from playbook.methods.evaluation.measuring.saying import sentences
from playbook.methods.evaluation.measuring.windows import WEEK, customer_windows

__all__ = ["against_silent"]

BANDS = 4
FEWEST_IN_BAND = 5  # customers of each group
YEAR = 365


def against_silent(
    members: pd.Index, order_totals: pd.DataFrame, start: date, end: date, weeks_before: int, others: Sequence[Elsewhere] = ()
) -> dict:
    """Fields of ``Effect`` for ``members`` (who got it) without an order in the ``weeks_before`` weeks before ``start``."""
    first, since = pd.Timestamp(start), pd.Timestamp(start) - pd.Timedelta(weeks=weeks_before)
    prior = order_totals[order_totals["day"] < first].dropna(subset=["customer_id"])
    silence = (first - prior.groupby("customer_id")["day"].max()).dt.days
    silence = silence[silence > (first - since).days]
    treated = pd.Series(silence.index.isin(members), silence.index)
    out, _ = spoiled(others, treated, since.date(), end) if treated.any() and not treated.all() else (pd.Index([]), ())
    silence, treated = silence.drop(out), treated.drop(out)
    band = _bands(silence, treated)
    silence, treated, band = (s[band.notna()] for s in (silence, treated, band))
    active = len(members.intersection(prior.loc[prior["day"] >= since, "customer_id"]))
    found = {
        "design": "other customers", "n_treated": int(treated.sum()), "n_control": int((~treated).sum()),
        "why": said(
            "Those who got it had not bought in the {weeks} weeks before, so customers who were silent as long are the"
            " comparison.",
            weeks=weeks_before,
        ),
    }  # fmt: skip
    if min(found["n_treated"], found["n_control"]) < FEWEST_CUSTOMERS:
        need = said(
            "Those who got it had not bought in the {weeks} weeks before, and fewer than {fewest} others were silent as long: "
            "next time set some of them aside by lot.",
            weeks=weeks_before,
            fewest=FEWEST_CUSTOMERS,
        )
        return {**found, "verdict": "too little data", "note": need}
    windows = customer_windows(order_totals, start, end, silence.index)
    during, weekly = windows.during.reindex(silence.index), windows.weekly.reindex(silence.index)
    estimate = _by_band(during, treated, band)
    theirs = band[~treated]  # weighted so that they lie in the bands as the treated do
    weight = theirs.map(band[treated].value_counts(normalize=True)) / theirs.map(theirs.value_counts())
    course = pd.DataFrame({"treated": weekly[treated].mean(), "control": weekly[~treated].T @ weight})
    year = prior[prior["day"] >= since - timedelta(days=YEAR)].groupby("customer_id")["revenue"].sum()
    year = year.reindex(silence.index, fill_value=0.0)
    alike = abs(imbalance(year - year[~treated].groupby(theirs).mean().reindex(band).to_numpy(), treated)) <= ALIKE
    level, scale = float(during[treated].mean()), found["n_treated"] * windows.weeks_during
    note = sentences(
        said("Who received it was not drawn by lot."),
        "" if alike else said("Before they fell silent, they had bought less or more than the others."),
        said_n(
            "One who still bought in the weeks before is left out.",
            "{n} who still bought in the weeks before are left out.",
            active,
        )
        if active
        else "",
    )
    return {
        **found,
        **sized(estimate, level, level - estimate.effect, scale),
        "estimate": estimate,
        "weeks": windows.weeks_during,
        "course": course.assign(week=first + pd.to_timedelta(WEEK * course.index, unit="D")).reset_index(drop=True),
        "verdict": judge(estimate.low, estimate.high, estimate.p, doubtful=not alike, at_most_likely=True),
        "note": note,
    }


def _bands(silence: pd.Series, treated: pd.Series) -> pd.Series:
    """Band of each customer, by quantiles of the silence of the treated; NaN where a band lacks customers of either group."""
    edges = np.unique(silence[treated].quantile(np.linspace(0, 1, BANDS + 1))) if treated.any() else np.array([])
    if not len(edges):
        return pd.Series(NAN, silence.index)
    edges = np.array([edges[0] - 0.5, *edges[1:-1], edges[-1] + 0.5])  # customers of one day of silence are one band
    band = pd.cut(silence, edges, labels=False, include_lowest=True)
    sizes = [band[side].value_counts().reindex(band).fillna(0).to_numpy() for side in (treated, ~treated)]
    return band.where(np.minimum(*sizes) >= FEWEST_IN_BAND)


def _by_band(during: pd.Series, treated: pd.Series, band: pd.Series) -> Estimate:
    """Mean difference of the groups within bands, weighted as the treated lie in them; unequal variances (Welch)."""
    cells = during.groupby([band, treated]).agg(["mean", "var", "size"]).unstack()
    n = cells["size"]
    part = n[True] / n[True].sum()
    terms = cells["var"] / n * part.to_numpy()[:, None] ** 2
    variance = float(terms.to_numpy().sum())
    df = variance**2 / float((terms**2 / (n - 1)).to_numpy().sum()) if variance > 0 else float(n.to_numpy().sum() - 2)
    return Estimate(float((part * (cells["mean"][True] - cells["mean"][False])).sum()), float(np.sqrt(variance)), df)
