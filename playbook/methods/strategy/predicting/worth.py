"""Worth: what a yes brings, and which share of the yes working on a row brings about."""

import numpy as np
import pandas as pd
from sklearn.isotonic import IsotonicRegression

__all__ = ["EFFECT", "FEWEST", "PLANNED", "next_purchases", "share_caused", "worth"]

# What writing to customers once a month adds to what they would buy anyway: low, expected, high. Hillstrom's e-mail test, as in
# the playbook's advice for segments (3 percent of a year's purchases for twelve mails).
EFFECT = (0.013, 0.03, 0.047)
# What working on an open case or deal adds to the yes that comes anyway, where no control group has shown it: a planning share
# with a wide range. Hillstrom's mails brought about a third to a half of the purchases of the two weeks that followed; who asked
# for an offer has come further by himself.
PLANNED = (0.05, 0.2, 0.5)
FEWEST = 10  # yes of one subject or product, for its average to stand for all of them
PRICED = 0.5  # share of the no cases that have a value, from which the value is one known before


def worth(values: pd.Series, outcome: pd.Series, group: pd.Series | None) -> np.ndarray:
    """What a yes of each row brings: its own value where values are known before the end, else the mean of its group's yes.

    Values that only rows with yes have (or that are 0 for the others) were written at the end.
    """
    values = values.astype(float)
    yes, no = outcome.fillna(False).astype(bool), outcome.eq(False).fillna(False).astype(bool)
    usual = pd.Series(values[yes].mean(), index=values.index)
    if group is not None:
        table = values[yes].groupby(group[yes]).agg(["mean", "count"])
        usual = group.map(table.loc[table["count"] >= FEWEST, "mean"]).astype(float).fillna(usual)
    before = no.any() and (values[no] > 0).mean() >= PRICED
    return (values.where(values > 0).fillna(usual) if before else usual).to_numpy(float)


def share_caused(treated: pd.Series, alone: pd.Series) -> tuple[float, float, float]:
    """Share of the yes of those treated that those left alone did not say: 1 - rate alone / rate treated, with its range."""
    a, b = float(treated.mean()), float(alone.mean())
    if a == 0:
        return 0.0, 0.0, 0.0
    error = np.hypot(np.sqrt(a * (1 - a) / len(treated)) * b / a**2, np.sqrt(b * (1 - b) / len(alone)) / a)
    return tuple(float(np.clip(1 - b / a + z * error, 0, 1)) for z in (-1.2816, 0, 1.2816))


def next_purchases(rows: pd.DataFrame) -> np.ndarray:
    """Revenue of the next 90 days of a customer who buys in them: a rising step curve of the revenue of the year before."""
    buyers = rows[rows["orders_next_90"] > 0]
    if buyers.empty:
        return np.full(len(rows), np.nan)
    curve = IsotonicRegression(y_min=0, out_of_bounds="clip").fit(buyers["revenue_365"], buyers["revenue_next_90"].clip(lower=0))
    return curve.predict(rows["revenue_365"])
