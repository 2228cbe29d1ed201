"""Corporate loans: opportunities with the rate concession offered, and whether they were won."""

import numpy as np
import pandas as pd

from playbook.generate.bank.planted import CUSTOMERS, DEAL, DEAL_OWNERS

__all__ = ["draw_deals", "worth_while_discount"]

DEALS = 900  # for CUSTOMERS
MONTHS_BACK = 30
STEPS = ("First talk", "Figures received", "Offer", "Credit committee")  # then Won or Lost
DAYS_A_STEP = 14
PRODUCTS = ("Working capital line", "Equipment loan", "Trade finance", "Property loan")
TRADES = ("machinery", "food", "logistics", "retail", "textiles", "construction")
MIDDLE_AMOUNT = 80_000  # CNY, margin at list price over the whole term
COST_SHARE = 0.35  # of it: funding of the risk, lawyers, work


def draw_deals(last: pd.Timestamp, customers: int, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row an opportunity, and the truth: opportunity_id, chance (of winning).

    ``discount`` is the share of the margin at list price over the term that is given away, ``amount`` what is left of it,
    ``cost`` what is to be paid of that. The chance is logistic (DEAL, DEAL_OWNERS). What each owner gives away does not
    depend on the deal.
    """
    size = round(DEALS * customers / CUSTOMERS)
    deals = pd.DataFrame(
        {"created_on": last.normalize() - pd.to_timedelta(np.sort(rng.integers(0, 30 * MONTHS_BACK, size))[::-1], "D")}
    )
    deals["owner"] = rng.choice(list(DEAL_OWNERS), size)
    listed = (MIDDLE_AMOUNT * rng.lognormal(0, 0.6, size)).round(-3)
    deals["discount"] = np.round(rng.beta(1.6, 5.5, size) * 0.6, 2)
    deals.insert(deals.columns.get_loc("discount"), "amount", (listed * (1 - deals["discount"])).round(2))
    deals["product"] = rng.choice(PRODUCTS, size)
    deals["channel"] = rng.choice(("branch", "recommended", "fair", "website"), size, p=(0.4, 0.25, 0.15, 0.2))
    deals["trade"] = rng.choice(TRADES, size)
    deals["rating"] = rng.choice(("A", "B", "C"), size, p=(0.3, 0.5, 0.2))
    deals["cost"] = (listed * COST_SHARE * rng.lognormal(0, 0.08, size)).round(-2)
    odds = (
        DEAL["all"]
        + DEAL["discount"] * deals["discount"]
        + DEAL["size"] * np.log(listed / MIDDLE_AMOUNT)
        + DEAL["recommended"] * (deals["channel"] == "recommended")
        + DEAL["rating C"] * (deals["rating"] == "C")
        + deals["owner"].map(DEAL_OWNERS)
    ).to_numpy(dtype=float)
    chance = 1 / (1 + np.exp(-odds))
    won = rng.random(size) < chance
    lasts = np.where(won, len(STEPS), rng.integers(1, len(STEPS) + 1, size))  # steps taken before the end
    days = np.ceil(rng.gamma(2.0, DAYS_A_STEP / 2, size) * lasts).astype(int) + 3
    closed = deals["created_on"] + pd.to_timedelta(days, "D")
    going = (closed > last).to_numpy()
    passed = np.floor(lasts * (last - deals["created_on"]).dt.days / days).clip(0, len(STEPS) - 1).to_numpy(dtype=int)
    deals["stage"] = np.where(going, np.array(STEPS, dtype=object)[passed], np.where(won, "Won", "Lost"))
    deals["closed_on"] = closed.mask(going)
    deals.insert(0, "opportunity_id", [f"L{number}" for number in range(4001, 4001 + size)])
    return deals, pd.DataFrame({"opportunity_id": deals["opportunity_id"], "chance": chance.round(4)})


def worth_while_discount(amount: float, cost: float, odds: float) -> float:
    """The concession with the highest expected profit P(d) (amount (1 - d) - cost), to a tenth of a point, ``odds`` at none."""
    grid = np.linspace(0, 0.5, 501)
    chance = 1 / (1 + np.exp(-odds - DEAL["discount"] * grid))
    return float(grid[np.argmax(chance * (amount * (1 - grid) - cost))])
