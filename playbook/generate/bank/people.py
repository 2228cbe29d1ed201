"""People: who the bank's customers are, what they use, and when they leave."""

import numpy as np
import pandas as pd

from playbook.generate.bank.planted import AGES, BRANCHES, DECLINE_MONTHS, GROUPS, LEAVING, PART_TIME

__all__ = ["NEVER", "draw_people", "fades"]

YEARS_BEFORE = 8  # accounts opened before the history, as evenly as those within it
CONTRACTS = ("Basic", "Plus", "Private")
CONTRACT_MIX = {
    "affluent": (0.05, 0.35, 0.60),
    "family": (0.40, 0.55, 0.05),
    "young digital": (0.70, 0.29, 0.01),
    "quiet": (0.85, 0.15, 0),
}
WORK = ("permanent", "self-employed", "student", "retired")
WORK_MIX = {
    "18-29": (0.66, 0.06, 0.28, 0),
    "30-44": (0.85, 0.15, 0, 0),
    "45-64": (0.78, 0.16, 0, 0.06),
    "65+": (0.05, 0.03, 0, 0.92),
}
INCOME_BANDS, INCOME_NAMES = (100, 200, 350), ("under 100k", "100-200k", "200-350k", "over 350k")
SPREAD = 0.30  # sigma, log scale: how customers of a group differ
YEAR_DAYS = 365.25
STAYS, NEVER = 3, 10_000  # months that everybody stays; number of the month of leaving for those who do not


def draw_people(months: pd.DatetimeIndex, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row a customer: what the bank knows, and group, rates and habits, which only the truth knows.

    ``months``: first days of the months of history. ``first`` and ``left`` are numbers of months, 0 for the first one of history,
    below that before it: the one of opening the account, and the one of leaving: beyond the history for those who leave after
    it, NEVER for the rest. ``leaving`` is the monthly chance to leave in the last month there.
    """
    sizes = np.array([round(count * group.share) for group in GROUPS])
    sizes[1] += count - sizes.sum()
    which = rng.permutation(np.repeat(np.arange(len(GROUPS)), sizes))
    gender = np.where(rng.random(count) < 0.51, "female", "male")
    age = np.empty(count, dtype=object)
    income, contract = np.empty(count), np.empty(count, dtype=object)
    for number, group in enumerate(GROUPS):
        rows = np.flatnonzero(which == number)
        age[rows] = rng.choice(AGES, len(rows), p=group.ages)
        income[rows] = group.incomes[0] * rng.lognormal(0, group.incomes[1], len(rows))
        contract[rows] = rng.choice(CONTRACTS, len(rows), p=CONTRACT_MIX[group.name])
    people = pd.DataFrame(
        {
            "customer_id": [f"H{number}" for number in range(20001, 20001 + count)],
            "group": np.array([g.name for g in GROUPS], dtype=object)[which],
            "gender": gender,
            "age_group": age,
            "income": income.round(1),
            "income_group": np.array(INCOME_NAMES, dtype=object)[np.searchsorted(INCOME_BANDS, income)],
            "employment": _work(gender, age, rng),
            "region": rng.choice(list(BRANCHES), count, p=list(BRANCHES.values())),
            "contract": contract,
        }
    )
    for habit in ("bookings", "worth", "balance", "cards", "logins"):
        usual = np.array([getattr(group, habit) for group in GROUPS])[which]
        people[habit] = usual * rng.lognormal(-(SPREAD**2) / 2, SPREAD, count)
    people["first"], people["acquired_on"] = _joined(months, count, rng)
    people["leaving"], people["left"], people["left_on"] = _left(people, months, rng)
    return people


def fades(people: pd.DataFrame, month: int, decline: float, over: int) -> np.ndarray:
    """Factor on the use of the account in one month: 1, less in the last months before leaving, 0 when not there."""
    ahead = people["left"].to_numpy() - month  # 0 in the month of leaving
    there = (people["first"].to_numpy() <= month) & (ahead >= 0)
    return np.where(there, decline ** np.clip(over - ahead, 0, over), 0.0)


def _work(gender: np.ndarray, age: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    work = np.empty(len(gender), dtype=object)
    for band in AGES:
        rows = np.flatnonzero(age == band)
        work[rows] = rng.choice(WORK, len(rows), p=WORK_MIX[band])
    part = rng.random(len(gender)) < np.array([PART_TIME[g] for g in gender])
    return np.where(part, "part-time", work)


def _joined(months: pd.DatetimeIndex, count: int, rng: np.random.Generator) -> tuple[np.ndarray, pd.DatetimeIndex]:
    """Number of the month of opening, and the day."""
    first = rng.integers(-12 * YEARS_BEFORE, len(months), count)
    return first, _grid(months)[first + 12 * YEARS_BEFORE] + pd.to_timedelta(rng.integers(0, 28, count), "D")


def _grid(months: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Months from the first that an account was opened in to the last that is drawn."""
    before = 12 * YEARS_BEFORE
    return pd.date_range(months[0] - pd.DateOffset(months=before), periods=before + len(months) + DECLINE_MONTHS, freq="MS")


def _left(people: pd.DataFrame, months: pd.DatetimeIndex, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, pd.Series]:
    """Chance to leave in the last month there, number of the month of leaving, and the day; nobody leaves in the first months.

    Begins with the oldest account, because the bank keeps those that were closed long ago, and goes on for DECLINE_MONTHS after
    the history, so that some who are still there already fade.
    """
    fixed = LEAVING["all"] + (
        LEAVING["contract Basic"] * (people["contract"] == "Basic")
        + LEAVING["age 18-29"] * (people["age_group"] == "18-29")
        + LEAVING["branch Airport Road"] * (people["region"] == "Airport Road")
    ).to_numpy(dtype=float)
    left = np.full(len(people), NEVER)
    chance = np.zeros(len(people))
    grid = _grid(months)
    for month, start in enumerate(grid, -12 * YEARS_BEFORE):
        young = ((start - people["acquired_on"]).dt.days < 2 * YEAR_DAYS).to_numpy()
        now = 1 / (1 + np.exp(-fixed - LEAVING["first two years"] * young))
        there = (left == NEVER) & (people["first"].to_numpy() + STAYS <= month)
        if month < len(months):
            chance = np.where(left == NEVER, now, chance)
        left = np.where(there & (rng.random(len(people)) < now), month, left)
    place = np.minimum(left + 12 * YEARS_BEFORE, len(grid) - 1)
    day = grid[place] + pd.to_timedelta(rng.integers(0, 28, len(people)), "D")
    return chance.round(5), left, pd.Series(day).where(left < len(months))
