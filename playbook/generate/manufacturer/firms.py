"""Firms: who buys machines and parts, since when, under which service contract, and when they stop."""

import numpy as np
import pandas as pd

from playbook.generate.manufacturer.planted import CONTRACT_LOSS, CONTRACTS, INDUSTRIES, PROVINCES, SIZES

__all__ = ["NEVER", "add_contracts", "draw_firms", "new_firms"]

YEARS_BEFORE = 9
RATE = 0.45  # orders of parts a month of a middling customer
RATE_SPREAD = 0.55  # sigma, log scale
UNDER_CONTRACT = {"大型": 0.85, "中型": 0.72, "小型": 0.58}  # chance to sign one
SIGNED_DAYS = 600  # mean time from the first machine to the contract
FEE_BY_SIZE, FEE_SPREAD = {"大型": 1.30, "中型": 1.0, "小型": 0.85}, 0.08
FIRST_SIGNED = pd.Timestamp("2019-01-01")  # no contracts before
LAPSE = 0.009  # chance a month that a customer without a contract stops ordering
FIRST_YEAR = 12  # months
WON_BY = {"老客户介绍": 0.34, "展会": 0.22, "代理商": 0.24, "客户拜访": 0.20}
NEVER = pd.Timestamp("2099-01-01")


def draw_firms(count: int, first_day: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """Customers of before the history: customer_id, region, industry, size, channel, acquired_on, buys_from, rate."""
    since = first_day - pd.to_timedelta(rng.integers(60, 365 * YEARS_BEFORE, count), "D")
    firms = _describe(count, rng).assign(acquired_on=since, buys_from=since + pd.Timedelta(days=50))
    firms["channel"] = rng.choice(list(WON_BY), count, p=list(WON_BY.values()))
    return firms.sort_values("acquired_on", ignore_index=True)


def new_firms(opened: pd.DatetimeIndex, channels: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Firms that first ask for an offer on these days; when they buy for the first time is not known yet."""
    return _describe(len(opened), rng).assign(acquired_on=opened, buys_from=NEVER, channel=channels)


def _describe(count: int, rng: np.random.Generator) -> pd.DataFrame:
    size = rng.choice(list(SIZES), count, p=[share for share, _ in SIZES.values()])
    industry = rng.choice(list(INDUSTRIES), count, p=[share for share, _ in INDUSTRIES.values()])
    usual = np.array([SIZES[s][1] * INDUSTRIES[i][1] for s, i in zip(size, industry, strict=True)])
    return pd.DataFrame(
        {
            "region": rng.choice(list(PROVINCES), count, p=list(PROVINCES.values())),
            "industry": industry,
            "size": size,
            "rate": RATE * usual * rng.lognormal(-(RATE_SPREAD**2) / 2, RATE_SPREAD, count),
        }
    )


def add_contracts(firms: pd.DataFrame, last: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """Adds contract, fee, contract_on, left_on (empty without, and while running), loss (chance a month at the end), lapsed.

    ``lapsed`` is the day from which a firm orders nothing any more; NEVER for most.
    """
    count = len(firms)
    size = firms["size"].to_numpy()
    buyer = (firms["buys_from"] < last).to_numpy()
    wants = rng.random(count) < np.array([UNDER_CONTRACT[s] for s in size])
    wait = pd.to_timedelta(np.round(rng.exponential(SIGNED_DAYS, count)) + 20, "D")
    signed = np.maximum((firms["buys_from"].where(buyer, last) + wait).to_numpy(), (FIRST_SIGNED + wait / 3).to_numpy())
    has = buyer & wants & (signed < (last - pd.Timedelta(days=10)).to_datetime64())
    level = rng.choice(list(CONTRACTS), count, p=[share for _, share in CONTRACTS.values()])
    listed = np.array([CONTRACTS[name][0] for name in level])
    fee = (listed * np.array([FEE_BY_SIZE[s] for s in size]) * rng.lognormal(0, FEE_SPREAD, count)).round(-1)
    start = pd.Series(pd.DatetimeIndex(signed).normalize())
    ended, loss = _ended(firms, level, start, last, rng)
    lapse = rng.geometric(LAPSE, count) * 30
    left = ended.where(has)
    free = firms["buys_from"].clip(lower=last - pd.Timedelta(days=3 * 365)).where(buyer, last)
    lapsed = (free + pd.to_timedelta(lapse, "D")).where(~has | left.notna(), NEVER)
    return firms.assign(
        contract=np.where(has, level, "无"),
        fee=pd.Series(fee).where(has),
        contract_on=start.where(has),
        left_on=left,
        loss=np.where(has, loss, np.nan),
        lapsed=np.maximum(lapsed, left.fillna(lapsed)).where(lapsed < NEVER, NEVER),
    )


def _ended(
    firms: pd.DataFrame, level: np.ndarray, start: pd.Series, last: pd.Timestamp, rng: np.random.Generator
) -> tuple[pd.Series, np.ndarray]:
    """Day on which each contract would end (empty where it runs on), and the chance a month to end after the first year."""
    odds = CONTRACT_LOSS["all"] + (
        CONTRACT_LOSS["contract 基础保养"] * (level == "基础保养")
        + CONTRACT_LOSS["size 小型"] * (firms["size"] == "小型")
        + CONTRACT_LOSS["province 四川"] * (firms["region"] == "四川")
    ).to_numpy(dtype=float)
    ended = np.full(len(firms), np.datetime64("NaT", "ns"))
    months = int((last - start.min()).days / 30.44) + 1
    for month in range(months):
        day = start + pd.to_timedelta(np.round(30.44 * month + rng.integers(0, 30, len(firms))), "D")
        chance = 1 / (1 + np.exp(-odds - CONTRACT_LOSS["first year"] * (month < FIRST_YEAR)))
        now = np.isnat(ended) & (rng.random(len(firms)) < chance) & (day <= last).to_numpy()
        ended[now] = day.to_numpy()[now]
    return pd.Series(ended), 1 / (1 + np.exp(-odds))
