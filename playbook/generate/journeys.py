"""Journeys: visits to the shop as a Markov chain with loops, from the first page to the payment."""

import numpy as np
import pandas as pd

from playbook.generate.planted import JOURNEY_CHANNELS, REFERENCE_CUSTOMERS, JourneyChannel

__all__ = ["ACTIONS", "STEPS", "draw_journeys", "transition_truth"]

STEPS = ("visit", "product page", "basket", "checkout", "paid")
VISITS = 40_000  # a year, for REFERENCE_CUSTOMERS
YEAR_DAYS = 365
LONGEST = 40  # steps; the chain has practically ended long before
STEP_SECONDS = (25, 70, 50, 90, 60)  # mean time spent at each step
# What the shop tried at a step, drawn at random, and by how much it multiplies the chance to go on: (step, action, factor).
ACTIONS = (
    (1, "none", 1.0),
    (1, "recommendation", 1.12),
    (2, "none", 1.0),
    (2, "delivery date shown", 1.25),
    (2, "voucher", 1.45),
)
_FORWARD = 4


def transition_truth() -> dict[str, dict[str, float]]:
    """Planted probability of every transition by channel when the shop does nothing ("basket > checkout": 0.17)."""
    return {
        channel.name: {
            f"{STEPS[a]} > {STEPS[b]}": float(p) for a, row in enumerate(_matrix(channel)) for b, p in enumerate(row[:5]) if p > 0
        }
        for channel in JOURNEY_CHANNELS
    }


def draw_journeys(orders: pd.DataFrame, last_day: pd.Timestamp, customers: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row a step of the last year's sampled visits. A paid visit is one of ``orders`` (order_date, customer_id, channel)."""
    count = round(VISITS * customers / REFERENCE_CUSTOMERS)
    channel = rng.choice(len(JOURNEY_CHANNELS), count, p=[c.share for c in JOURNEY_CHANNELS])
    steps = _walk(channel, rng)
    first_day = last_day - pd.Timedelta(days=YEAR_DAYS - 1)
    recent = orders[orders["order_date"] >= first_day]
    begin = recent["order_date"].to_numpy()[rng.integers(0, len(recent), count)] + rng.integers(-3600, 3600, count).astype(
        "timedelta64[s]"
    )
    steps["step_at"] = begin[steps["visit"]] + steps["elapsed"].to_numpy().astype("timedelta64[s]")
    steps["customer_id"] = pd.Series([None] * len(steps), dtype=object)
    steps["channel"] = np.array([c.name for c in JOURNEY_CHANNELS], dtype=object)[channel[steps["visit"]]]
    steps = _link(steps, recent, rng)
    steps = steps[(steps["step_at"] >= first_day) & (steps["step_at"] < last_day + pd.Timedelta(days=1))]
    entered = steps.groupby("visit")["step_at"].transform("min")
    steps = steps.assign(entered=entered).sort_values(["entered", "visit", "number"], ignore_index=True)
    number = (steps["visit"] != steps["visit"].shift()).cumsum()
    steps["journey_id"] = "V" + (100000 + number).astype(str)
    steps["step"] = np.array(STEPS, dtype=object)[steps["step"]]
    return steps[["journey_id", "step", "step_at", "customer_id", "channel", "action"]]


def _matrix(channel: JourneyChannel) -> np.ndarray:
    """Transition matrix: the five steps and, last, leaving the shop."""
    matrix = np.zeros((6, 6))
    matrix[0, 1] = channel.visit_product
    matrix[1, 1], matrix[1, 2] = channel.product_product, channel.product_basket
    matrix[2, 1], matrix[2, 3] = channel.basket_product, channel.basket_checkout
    matrix[3, 2], matrix[3, 4] = channel.checkout_basket, channel.checkout_paid
    matrix[:, 5] = 1 - matrix.sum(axis=1)
    return matrix


def _walk(channel: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """All visits step by step until each is paid or left: visit, number, step, action, elapsed (seconds)."""
    matrices = np.array([_matrix(c) for c in JOURNEY_CHANNELS])
    visit, step = np.arange(len(channel)), np.zeros(len(channel), dtype=int)
    elapsed = np.zeros(len(channel))
    frames = []
    for number in range(LONGEST):
        action, factor = _acts(step, rng)
        frames.append(pd.DataFrame({"visit": visit, "number": number, "step": step, "action": action, "elapsed": elapsed}))
        chances = matrices[channel[visit], step]
        ahead = np.minimum(step + 1, _FORWARD)
        rows = np.arange(len(step))
        gained = chances[rows, ahead] * (factor - 1)
        chances[rows, ahead] += gained
        chances[:, 5] -= gained
        following = (rng.random((len(step), 1)) >= np.cumsum(chances, axis=1)).sum(axis=1)
        elapsed = elapsed + np.ceil(rng.exponential(np.array(STEP_SECONDS)[step]))
        stays = (following < 5) & (step < _FORWARD)
        visit, step, elapsed = visit[stays], following[stays], elapsed[stays]
    return pd.concat(frames, ignore_index=True)


def _acts(step: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    action, factor = np.full(len(step), None, dtype=object), np.ones(len(step))
    for where in sorted({a[0] for a in ACTIONS}):
        options = [a for a in ACTIONS if a[0] == where]
        rows = np.flatnonzero(step == where)
        drawn = rng.integers(0, len(options), len(rows))
        action[rows] = np.array([o[1] for o in options], dtype=object)[drawn]
        factor[rows] = np.array([o[2] for o in options])[drawn]
    return action, factor


def _link(steps: pd.DataFrame, orders: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give every paid visit one real order of its channel: the order's customer and its moment."""
    steps = steps.copy()
    paid = steps[steps["step"] == _FORWARD]
    for channel, rows in paid.groupby("channel"):
        own = orders[orders["channel"] == channel]
        size = min(len(rows), len(own))
        picked = own.iloc[rng.choice(len(own), size, replace=False)]
        steps.loc[rows.index[:size], "customer_id"] = picked["customer_id"].to_numpy()
        shift = pd.Series(
            picked["order_date"].to_numpy() - rows["step_at"].to_numpy()[:size], index=rows["visit"].to_numpy()[:size]
        )
        mine = steps["visit"].isin(shift.index)
        steps.loc[mine, "step_at"] += steps.loc[mine, "visit"].map(shift)
    return steps
