"""Budget: do the ranges hold the truth, what is lost against the true best split, and what simpler ways would have lost."""

import numpy as np
import pandas as pd
import pytest
from markets import Market, market
from scipy.optimize import minimize

from measure import cpu
from playbook.methods.strategy.spending.allocation import Option, allocate
from playbook.methods.strategy.spending.curves import Curves, channel_option, yearly_curves
from playbook.methods.strategy.spending.fitting import fit_response

SEEDS = range(40)
YEAR, PADDING, WORTH = 52, 7, 1e6  # orders dear enough that every budget is spent whole


def truly(true: Market, curves: Curves, option: list[Option]) -> list[Option]:
    """The channels' true curves at the knots of ``option``."""
    year = true.panel.spend[-YEAR - PADDING :]
    found = []
    for i, (place, o) in enumerate(zip(curves.places, option, strict=True)):
        brings = [true.brings(year * amount / curves.today[i])[-YEAR:, place].sum() for amount in o.amounts]
        found.append(Option(o.amounts, np.array(brings) * WORTH))
    return found


def worth(options: list[Option], amounts: np.ndarray) -> float:
    return sum(float(np.interp(a, o.amounts, o.values)) for a, o in zip(amounts, options, strict=True))


def plain(true: Market) -> tuple[np.ndarray, np.ndarray]:
    """Orders regressed on the week's spend, a trend and two waves: orders per unit of spend by channel, nothing below nothing."""
    panel = true.panel
    angle = 2 * np.pi * panel.weeks.day_of_year.to_numpy() / 365.25
    others = [np.ones(len(angle)), np.arange(len(angle)), *[wave(k * angle) for k in (1, 2) for wave in (np.sin, np.cos)]]
    slopes = np.linalg.lstsq(np.column_stack([panel.spend, *others]), panel.orders, rcond=None)[0][: panel.spend.shape[1]]
    return slopes.clip(min=0), slopes.clip(min=0) * panel.spend.mean(axis=0)


def by_slsqp(curves: Curves, options: list[Option], money: float) -> np.ndarray:
    """The same problem, on the curves themselves, by a general solver from today's split on."""
    size = money / len(options)
    found = minimize(
        lambda k: -sum(curves.orders(i, np.array([a * size])).mean() for i, a in enumerate(k)),
        curves.today / size,
        method="SLSQP",
        bounds=[(o.amounts[0] / size, o.amounts[-1] / size) for o in options],
        constraints={"type": "ineq", "fun": lambda k: len(options) - k.sum()},
    )  # fmt: skip
    return found.x * size


@pytest.mark.parametrize("claims", [True, False])
def test_truth_is_held_and_little_is_lost(note, claims):
    rows, seconds, solved, other = [], [], [], []
    for seed in SEEDS:
        true = market(seed, claims=claims)
        response, cost = cpu(lambda true=true: fit_response(true.panel, None, np.zeros((len(true.panel.weeks), 0))))
        seconds.append(cost.cpu)
        curves, mean = yearly_curves(response), true.caused.mean(axis=0)
        low, high = np.quantile(response.effect, [0.1, 0.9], axis=0)
        money = float(curves.today.sum())
        options, pieces = cpu(lambda c=curves: [channel_option(c, i, WORTH, None) for i in range(len(c.places))])
        ours, cost = cpu(lambda o=options, m=money: allocate(o, m))
        solved.append(pieces.cpu + cost.cpu)
        theirs, cost = cpu(lambda c=curves, o=options, m=money: by_slsqp(c, o, m))
        other.append(cost.cpu)
        planted = truly(true, curves, options)
        best = allocate(planted, money).total
        slopes, brought = plain(true)
        straight = [Option(o.amounts, o.amounts * slope * WORTH) for o, slope in zip(options, slopes[curves.places], strict=True)]
        rows.append(
            {
                "inside": np.mean((low <= mean) & (mean <= high)),
                "together": response.effect.sum(axis=1).mean() / mean.sum(),
                "error": np.abs(response.effect.mean(axis=0) / mean - 1).mean(),
                "plain error": np.abs(brought / mean - 1).mean(),
                "regret": 1 - worth(planted, ours.amounts) / best,
                "slsqp": 1 - worth(planted, theirs) / best,
                "plain": 1 - worth(planted, allocate(straight, money).amounts) / best,
                "today": 1 - worth(planted, curves.today) / best,
                "short": worth(options, theirs) / ours.total - 1,
            }
        )
    found = pd.DataFrame(rows).mean()
    assert found["inside"] >= 0.70 and found["regret"] <= 0.05 and found["regret"] < min(found["plain"], found["today"])
    assert found["short"] <= 1e-3  # nobody finds a better split on our own curves
    words = "with claims" if claims else "without claims"
    note(f"response curves, 40 markets {words}: 80% ranges that hold the truth", f"{found['inside']:.1%} of 160")
    note("  all channels together, beside the truth", f"{found['together']:.2f}")
    errors = found["error"] / found["plain error"]
    note("  error of a channel's orders", f"{found['error']:.0%}", "linear regression", f"{found['plain error']:.0%}", errors)
    note("  lost against the true best split", f"{found['regret']:.2%}", "linear regression", f"{found['plain']:.2%}",
         found["regret"] / found["plain"])  # fmt: skip
    note("  the same", f"{found['regret']:.2%}", "today's split", f"{found['today']:.2%}", found["regret"] / found["today"])
    note("  the same", f"{found['regret']:.2%}", "our curves, SLSQP", f"{found['slsqp']:.2%}", found["regret"] / found["slsqp"])
    time = np.mean(solved) / np.mean(other)
    note("  the split: seconds", f"{np.mean(solved):.3f}", "SLSQP", f"{np.mean(other):.3f}", time)
    note("  the fit: seconds", f"{np.mean(seconds):.2f}")
