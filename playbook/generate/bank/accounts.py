"""Accounts: balance, card payments and log-ins of each customer month by month, falling before a customer leaves."""

import numpy as np
import pandas as pd

from playbook.generate.bank.people import fades
from playbook.generate.bank.planted import DECLINE, DECLINE_MONTHS

__all__ = ["ACTIVITY_MONTHS", "draw_activity"]

ACTIVITY_MONTHS = 18  # of the history, the last ones
SWING = 0.16  # sigma, log scale, of a balance from month to month
DIP, DIP_FACTOR = 0.02, 0.45  # share of months in which somebody uses the account less and does not leave: holidays, another card


def draw_activity(people: pd.DataFrame, months: pd.DatetimeIndex, rng: np.random.Generator) -> pd.DataFrame:
    """One row a customer and month while the account runs: balance (CNY, end of month), card_payments, app_logins.

    All three fall by DECLINE each month over the DECLINE_MONTHS months before the customer leaves.
    """
    frames = []
    drift = rng.normal(0, SWING, len(people))
    for number in range(len(months) - ACTIVITY_MONTHS, len(months)):
        drift = 0.9 * drift + rng.normal(0, SWING * np.sqrt(1 - 0.9**2), len(people))
        use = fades(people, number, DECLINE, DECLINE_MONTHS) * np.where(rng.random(len(people)) < DIP, DIP_FACTOR, 1.0)
        rows = np.flatnonzero((use > 0) & (people["left"].to_numpy() > number))
        money = people["balance"].to_numpy() * np.exp(drift) * use
        frames.append(
            pd.DataFrame(
                {
                    "customer_id": people["customer_id"].to_numpy()[rows],
                    "period": months[number],
                    "balance": np.round(money[rows], -2).astype(int),
                    "card_payments": rng.poisson((people["cards"].to_numpy() * use)[rows]),
                    "app_logins": rng.poisson((people["logins"].to_numpy() * use)[rows]),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
