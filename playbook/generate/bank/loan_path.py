"""The way to a loan: applicants from the rate check to the payout, and what the bank did on the way."""

import numpy as np
import pandas as pd

from playbook.generate.bank.planted import CUSTOMERS

__all__ = ["LOAN_ACTIONS", "LOAN_MOVES", "LOAN_STEPS", "draw_loan_path"]

LOAN_STEPS = ("rate check", "application form", "documents", "decision", "paid out")
PATHS, DAYS = 3_600, 365  # for CUSTOMERS, over the last days
WAIT_HOURS = (1, 8, 40, 30)  # mean time from each step to the next
# Chances to go on and to go back one step when the bank does nothing; the rest give up.
LOAN_MOVES = {"rate check": (0.46, 0.0), "application form": (0.52, 0.10), "documents": (0.55, 0.08), "decision": (0.70, 0.06)}
# What the bank tries, drawn at random: factor on the chance to go on, and cost in CNY.
LOAN_ACTIONS = {
    "application form": {"none": (1.0, 0.0), "chat": (1.20, 6.0)},
    "documents": {"none": (1.0, 0.0), "reminder": (1.15, 0.5), "adviser call": (1.40, 90.0)},
}
MARGIN, MARGIN_SPREAD = 620.0, 0.4  # CNY a loan paid out: median, sigma on the log scale
LONGEST = 30
CHANNELS = {"website": 0.5, "app": 0.3, "branch": 0.2}


def draw_loan_path(last: pd.Timestamp, customers: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row a step of each applicant: journey_id, step, step_at, channel, action, value, cost."""
    count = round(PATHS * customers / CUSTOMERS)
    begin = last.normalize() - pd.Timedelta(days=DAYS - 1) + pd.to_timedelta(rng.integers(0, DAYS * 86_400, count), "s")
    channel = rng.choice(list(CHANNELS), count, p=list(CHANNELS.values()))
    who, at, step = np.arange(count), np.zeros(count), np.zeros(count, dtype=int)
    frames = []
    for number in range(LONGEST):
        action, factor, cost = _acts(step, rng)
        frames.append(pd.DataFrame({"who": who, "number": number, "step": step, "seconds": at, "action": action, "cost": cost}))
        moves = np.array([LOAN_MOVES.get(name, (0.0, 0.0)) for name in LOAN_STEPS])[step]
        ahead, draw = moves[:, 0] * factor, rng.random(len(who))
        to = np.where(draw < ahead, step + 1, np.where(draw < ahead + moves[:, 1], step - 1, -1))
        hours = np.array([*WAIT_HOURS, 1])[step]
        at = at + np.ceil(3600 * rng.exponential(hours))
        on = to >= 0
        who, at, step = who[on], at[on], to[on]
    steps = pd.concat(frames, ignore_index=True)
    steps["step_at"] = begin.to_numpy()[steps["who"]] + pd.to_timedelta(steps["seconds"], "s")
    steps = steps[steps["step_at"] <= last]
    paid = steps["step"] == len(LOAN_STEPS) - 1
    steps["value"] = np.where(paid, (MARGIN * rng.lognormal(0, MARGIN_SPREAD, len(steps))).round(-1), np.nan)
    steps["channel"] = channel[steps["who"]]
    steps["journey_id"] = "A" + (60_001 + steps["who"]).astype(str)
    steps["step"] = np.array(LOAN_STEPS, dtype=object)[steps["step"]]
    columns = ["journey_id", "step", "step_at", "channel", "action", "value", "cost"]
    return steps.sort_values(["who", "number"], ignore_index=True)[columns]


def _acts(step: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    action, factor, cost = np.full(len(step), None, dtype=object), np.ones(len(step)), np.zeros(len(step))
    for where, options in LOAN_ACTIONS.items():
        rows = np.flatnonzero(step == LOAN_STEPS.index(where))
        drawn = rng.integers(0, len(options), len(rows))
        action[rows] = np.array(list(options), dtype=object)[drawn]
        factor[rows], cost[rows] = np.array(list(options.values()))[drawn].T
    return action, factor, cost
