"""Lists: for each customer three items not bought before, why these, and what naming them should bring."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.isotonic import IsotonicRegression

from playbook.methods.strategy.recommending.measures import TOP, first
from playbook.methods.strategy.recommending.scorers import alike
from playbook.methods.strategy.recommending.tastes import Tastes
from playbook.methods.strategy.recommending.trial import BLEND, CONTENT, EASE, KNN, Chosen, fit, score

__all__ = ["CAUSED", "YEAR", "Rates", "fresh_items", "offers", "rates"]

NAMED = 3  # items on a customer's list
YEAR = 365
BLOCK = 2_000  # customers scored at a time
# Share of the purchases of a named item that naming it brought about. On a large web shop at least three quarters of the clicks
# on recommendations would have come anyway (Sharma, Hofman & Watts 2015, ACM EC): a quarter is the most that can be claimed.
CAUSED = {"value_low": 0.05, "value": 0.15, "value_high": 0.25}
BUYERS_NAMED = 25  # customers named for an item that is new


@dataclass(frozen=True)
class Rates:
    """Chances within one period: ``active`` and ``quiet`` that a customer buys something new, who did or did not buy in the
    period before; ``by_rank`` (10,) that it is the item named at that place."""

    active: float
    quiet: float
    by_rank: np.ndarray


def rates(tastes: Tastes, chosen: Chosen) -> Rates:
    """From the last period, as the blend of the trial named items for it; a later place is never the likelier one (the difference
    is chance, and is evened out)."""
    had = tastes.before.getnnz(axis=1) > 0
    fresh = (tastes.late - tastes.late.multiply(tastes.before)).sum(axis=1)
    new, lately = np.asarray(fresh).ravel() > 0, tastes.middle.getnnz(axis=1) > 0
    shares = [float(new[had & group].mean()) if (had & group).any() else 0.0 for group in (lately, ~lately)]
    hits = chosen.rankings[BLEND].found.mean(axis=0)
    return Rates(*shares, IsotonicRegression(increasing=False).fit_transform(np.arange(len(hits)), hits))


def offers(
    tastes: Tastes, chosen: Chosen, texts: list[str], free: np.ndarray, brings: np.ndarray, rate: Rates, days: int
) -> pd.DataFrame:
    """One row per customer and item named, best first: customer_id, place, item (column of ``tastes``), because (column, -1 where
    fashion alone speaks for it), chance (to buy it within a year), brings (margin expected from that).

    Of the ten likeliest items that may be offered (``free``), the three that should bring most.
    """
    fitted, shares = fit(tastes.ever, chosen.settings, alike(texts)), chosen.settings.shares
    main = max((KNN, EASE, CONTENT), key=lambda way: shares.get(way, 0.0))
    reason = fitted[main] if shares.get(main, 0.0) > 0 else None
    parts = []
    for start in range(0, len(tastes.customers), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(tastes.customers)))
        found = score(fitted, tastes.ever[rows], shares)[BLEND]
        held = tastes.ever[rows].toarray() > 0
        masked = np.where(held | ~free[None, :], -np.inf, found)
        top = first(masked, min(TOP, masked.shape[1]))
        there = np.isfinite(np.take_along_axis(masked, top, axis=1))
        lately = tastes.late[rows].getnnz(axis=1) > 0
        new = np.where(lately, rate.active, rate.quiet)[:, None] * rate.by_rank[None, : top.shape[1]]
        chance = 1 - (1 - new) ** (YEAR / days)
        money = np.where(there, chance * brings[top], -np.inf)
        best = np.argsort(-money, axis=1, kind="stable")[:, :NAMED]  # of equal ones the likelier by place
        for place in range(best.shape[1]):
            at = best[:, place]
            item, kept = top[np.arange(len(rows)), at], there[np.arange(len(rows)), at]
            because = np.full(len(rows), -1)
            if reason is not None:
                pull = held * reason[:, item].T
                because = np.where(pull.max(axis=1, initial=0) > 0, pull.argmax(axis=1), -1)
            parts.append(
                pd.DataFrame(
                    {
                        "customer_id": tastes.customers[rows], "place": place, "item": item, "because": because,
                        "chance": chance[np.arange(len(rows)), at], "brings": money[np.arange(len(rows)), at],
                    }
                )[kept]
            )  # fmt: skip
    table = pd.concat(parts) if parts else pd.DataFrame(columns=["customer_id", "place", "item", "because", "chance", "brings"])
    return table.sort_values(["customer_id", "place"], kind="stable", ignore_index=True)


def fresh_items(tastes: Tastes, items: pd.DataFrame, fresh: pd.DataFrame, texts: list[str], new_texts: list[str]) -> pd.DataFrame:
    """For each item that too few have bought, the customers whose purchases are most like it by words: item, name, like (the
    closest item that is known), customer_id, place."""
    parts = []
    close = alike([*texts, *new_texts])[: len(texts), len(texts) :]
    for column, row in enumerate(fresh.to_dict("records")):
        if close[:, column].max(initial=0) <= 0:
            continue
        liking = np.asarray(tastes.ever @ close[:, column]).ravel() / np.sqrt(np.maximum(tastes.ever.getnnz(axis=1), 1))
        likely = np.argsort(-liking, kind="stable")[:BUYERS_NAMED]
        nearest = items.iloc[int(close[:, column].argmax())]
        parts.append(
            pd.DataFrame(
                {
                    "item": row["item"], "name": row.get("name", row["item"]), "like": nearest.get("name", nearest["item"]),
                    "customer_id": tastes.customers[likely], "place": np.arange(1, len(likely) + 1),
                }
            )
        )  # fmt: skip
    return (
        pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["item", "name", "like", "customer_id", "place"])
    )
