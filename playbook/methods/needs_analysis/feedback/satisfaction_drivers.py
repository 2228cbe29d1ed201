"""Satisfaction drivers: how many points of the score go with each thing that customers mention or went through.

Ordinary least squares of the score on what was mentioned, with standard errors that hold when the spread differs between
groups and, where customers are known, when one customer answers several times (MacKinnon & White 1985, HC3; Liang & Zeger 1986).
"""

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import norm

from playbook.methods.needs_analysis.chance import evidence_of, holm
from playbook.result.formats import LEVEL

__all__ = ["FEWEST_MENTIONS", "effects", "late_before"]

FEWEST_ANSWERS = 50  # with a score, before effects are worked out
FEWEST_MENTIONS = 10  # of a theme, and as many answers without it
RECENT = 60  # days before an answer within which an order was delivered for the answer to be about it
COLUMNS = ("driver", "mentions", "share", "effect", "low", "high", "gain", "p", "evidence")


def effects(scores: pd.Series, mentioned: pd.DataFrame, customers: pd.Series | None = None, level: float = LEVEL) -> pd.DataFrame:
    """Effect of each mention on the score, strongest first.

    ``scores`` are answers on any scale (empty ones are left out), ``mentioned`` a boolean frame with the same index, one column a
    driver, ``customers`` who answered. Returns [driver, mentions, share (of answers), effect (points against answers that
    mention none of the drivers), low, high (at ``level``), gain (what the mean of all scores would gain if the driver vanished:
    minus effect times share), p (held against chance for all drivers together, Holm 1979), evidence]. Empty with fewer than 50
    answers; drivers with fewer than 10 mentions are left out. Scores end at 10: what a very happy customer would say beyond that
    is not seen, so praise counts for a little less than it is worth.
    """
    known = scores.notna()
    y, x = scores[known].astype(float), mentioned[known]
    counts = x.sum()
    x = x.loc[:, (counts >= FEWEST_MENTIONS) & (counts <= len(y) - FEWEST_MENTIONS)]
    x = x.iloc[
        :, np.sort(np.unique(x.to_numpy(), axis=1, return_index=True)[1])
    ]  # two drivers always mentioned together cannot be told apart
    design = sm.add_constant(x.astype(float), has_constant="add")
    if len(y) < FEWEST_ANSWERS or x.empty or y.nunique() < 2 or np.linalg.matrix_rank(design.to_numpy()) < design.shape[1]:
        return pd.DataFrame(columns=list(COLUMNS))
    fit = _fit(y, design, None if customers is None else customers[known])
    found = pd.DataFrame({"driver": x.columns, "mentions": x.sum().to_numpy(), "share": x.mean().to_numpy()})
    effect, error = fit.params[x.columns].to_numpy(), fit.bse[x.columns].to_numpy()
    half = norm.ppf((1 + level) / 2) * error
    found = found.assign(effect=effect, low=effect - half, high=effect + half, gain=-effect * found["share"])
    p = 2 * norm.sf(np.abs(effect) / np.where(error > 0, error, np.inf))
    found["p"] = holm(p)
    found["evidence"] = [evidence_of(p) for p in found["p"]]
    return found.sort_values(["effect", "driver"], ignore_index=True)[list(COLUMNS)]


def _fit(y: pd.Series, design: pd.DataFrame, customers: pd.Series | None):
    model = sm.OLS(y, design)
    if customers is None:
        return model.fit(cov_type="HC3", use_t=False)
    # An answer without a customer is a customer of its own.
    codes = pd.factorize(customers.astype(object), use_na_sentinel=True)[0]
    alone = codes < 0
    codes = np.where(alone, codes.max() + 1 + np.cumsum(alone), codes)
    if len(np.unique(codes)) in {len(codes), 1}:
        return model.fit(cov_type="HC3", use_t=False)
    return model.fit(cov_type="cluster", cov_kwds={"groups": codes}, use_t=False)


def late_before(answers: pd.DataFrame, deliveries: pd.DataFrame) -> pd.Series:
    """Whether the customer's last parcel before the answer came after the day promised; NaN where none came within 60 days.

    ``answers`` [date, customer_id], ``deliveries`` [customer_id, promised_on, delivered_on]; the index is that of ``answers``.
    """
    left = answers[["date", "customer_id"]].dropna().reset_index(names="row").sort_values("date", kind="stable")
    right = deliveries[["customer_id", "promised_on", "delivered_on"]].dropna().sort_values("delivered_on", kind="stable")
    left, right = left.astype({"date": "datetime64[s]"}), right.astype({"delivered_on": "datetime64[s]"})
    left["customer_id"], right["customer_id"] = left["customer_id"].astype(str), right["customer_id"].astype(str)
    joined = pd.merge_asof(
        left, right, left_on="date", right_on="delivered_on", by="customer_id", tolerance=pd.Timedelta(days=RECENT)
    ).set_index("row")
    late = (joined["delivered_on"] > joined["promised_on"]).astype(float).where(joined["delivered_on"].notna())
    return late.reindex(answers.index)
