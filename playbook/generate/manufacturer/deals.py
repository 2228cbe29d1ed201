"""Deals: offers of machines from the first talk to the end, step by step, with the discount, the rival and the reason."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.generate.manufacturer.firms import new_firms
from playbook.generate.manufacturer.planted import (
    ACTIONS,
    COST_SHARES,
    DEAL,
    MOVES,
    OWNERS,
    RECOMMENDED,
    RIVALS,
    SECOND,
    STEP_DAYS,
    STEPS,
    VISIT,
)
from playbook.generate.manufacturer.working_days import business, next_open
from playbook.generate.shop import Shelf

__all__ = ["BY_WORD", "MIDDLE_PRICE", "Deals", "draw_deals", "worth_while_discount"]

BY_WORD = "老客户介绍"
WON, LOST = "赢单", "输单"
KNOWN = 0.52  # share of deals with firms that have bought before
QUANTITIES = {1: 0.80, 2: 0.15, 3: 0.05}
DISCOUNT_SPREAD, HARDER = 0.035, 0.03  # around the owner's mean; more where the sharpest rival offers too
MOST_GIVEN = 0.34
COST_SPREAD = 0.06
MIDDLE_PRICE = 120_000
LOST_AT_QUOTE = 0.6  # share of those lost after a quotation that never came to negotiations
WON_FOR = {"价格合适": 0.30, "设备性能": 0.30, "老客户信任": 0.20, "交期短": 0.20}
LOST_FOR = {"价格偏高": 0.40, "选择竞品": 0.30, "项目取消": 0.18, "预算不足": 0.12}


@dataclass(frozen=True)
class Deals:
    """``pipeline``: one row a deal. ``chances``: opportunity_id, chance (of winning once quoted). ``steps``: the way of each.
    ``won``: won deals with product number, quantity, list price. ``firms``: all firms, those that the deals brought too."""

    pipeline: pd.DataFrame
    chances: pd.DataFrame
    steps: pd.DataFrame
    won: pd.DataFrame
    firms: pd.DataFrame


def draw_deals(opened: pd.DataFrame, firms: pd.DataFrame, shelf: Shelf, last: pd.Timestamp, rng: np.random.Generator) -> Deals:
    """All deals opened in the weeks of ``opened`` (expected number by week and channel). Chances are logistic (DEAL, OWNERS)."""
    deals = _opened(opened, rng)
    known = rng.random(len(deals)) < KNOWN
    machines = np.flatnonzero(shelf.products["kind"] == "机器")
    appeal = shelf.products["popularity"].to_numpy()[machines]
    which = machines[rng.choice(len(machines), len(deals), p=appeal / appeal.sum())]
    weight = firms["rate"].to_numpy()
    old = rng.choice(len(firms), len(deals), p=weight / weight.sum())
    fresh = new_firms(pd.DatetimeIndex(deals["created_on"][~known]), deals["channel"].to_numpy()[~known], rng)
    firm = np.where(known, old, len(firms) - 1 + np.cumsum(~known))
    firms = pd.concat([firms, fresh], ignore_index=True)
    deals["firm"], deals["known"], deals["product_row"] = firm, known, which
    deals["quantity"] = rng.choice(list(QUANTITIES), len(deals), p=list(QUANTITIES.values()))
    week = np.clip(np.searchsorted(shelf.weeks, deals["created_on"], side="right") - 1, 0, None)
    deals["list_price"] = shelf.list_price[week, which] * deals["quantity"]
    deals["owner"] = rng.choice(list(OWNERS), len(deals))
    deals["rival"] = rng.choice(list(RIVALS), len(deals), p=list(RIVALS.values()))
    usual = deals["owner"].map({name: given for name, (_, given) in OWNERS.items()})
    given = usual + HARDER * (deals["rival"] == "德峰机械") + rng.normal(0, DISCOUNT_SPREAD, len(deals))
    deals["given"] = given.clip(0, MOST_GIVEN).round(2)
    deals["visit"], deals["trial"] = (rng.random(len(deals)) < SECOND[step] for step in ACTIONS)
    deals["cost"] = (deals["list_price"] * COST_SHARES["机器"] * rng.lognormal(0, COST_SPREAD, len(deals))).round(-2)
    deals["chance"] = _chance(deals)
    deals = _ways(deals, rng)
    deals["opportunity_id"] = [f"SJ{number}" for number in range(10_001, 10_001 + len(deals))]
    return _told(deals, firms, shelf, last, rng)


def worth_while_discount(odds: float) -> float:
    """The discount with the highest expected margin P(d) (1 - d - cost), to a tenth of a point, ``odds`` at none."""
    grid = np.linspace(0, 0.34, 341)
    chance = 1 / (1 + np.exp(-odds - DEAL["discount"] * grid))
    return float(grid[np.argmax(chance * (1 - grid - COST_SHARES["机器"]))])


def _opened(opened: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    days = opened.index.to_numpy()[:, None] + pd.to_timedelta(np.arange(7), "D").to_numpy()
    busy = business(pd.DatetimeIndex(days.ravel())).reshape(len(opened), 7).mean(axis=1)
    expected = opened.assign(**{BY_WORD: RECOMMENDED * busy})
    frames = []
    for channel in expected:
        monday = np.repeat(expected.index.to_numpy(), rng.poisson(expected[channel].to_numpy()))
        day = pd.DatetimeIndex(monday) + pd.to_timedelta(rng.integers(0, 5, len(monday)), "D")
        frames.append(pd.DataFrame({"created_on": next_open(day), "channel": channel}))
    return pd.concat(frames).sort_values(["created_on", "channel"], kind="stable", ignore_index=True)


def _chance(deals: pd.DataFrame) -> np.ndarray:
    odds = (
        DEAL["all"]
        + DEAL["discount"] * deals["given"]
        + DEAL["size"] * np.log(deals["list_price"] / MIDDLE_PRICE)
        + DEAL["known customer"] * deals["known"]
        + DEAL["recommended"] * (deals["channel"] == BY_WORD)
        + DEAL["trial"] * deals["trial"]
        + sum(DEAL[f"rival {name}"] * (deals["rival"] == name) for name in RIVALS if f"rival {name}" in DEAL)
        + deals["owner"].map({name: odds for name, (odds, _) in OWNERS.items()})
    )
    return (1 / (1 + np.exp(-odds))).to_numpy(dtype=float)


def _ways(deals: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Adds ``taken`` (steps taken before the end), ``end`` and the day of each step and of the end (``at 0`` ...)."""
    count = len(deals)
    first, second = (1 / (1 + np.exp(-odds)) for odds in (MOVES["线索"] + VISIT * deals["visit"], MOVES["需求确认"]))
    won = rng.random(count) < deals["chance"]
    taken = np.where(won, 4, np.where(rng.random(count) < LOST_AT_QUOTE, 3, 4))
    taken = np.where(rng.random(count) < second, taken, 2)
    taken = np.where(rng.random(count) < first, taken, 1)
    deals = deals.assign(taken=taken, end=np.where(won & (taken == 4), WON, LOST))
    larger = (deals["list_price"] / MIDDLE_PRICE).clip(0.3, 6) ** 0.25
    day = pd.DatetimeIndex(deals["created_on"])
    deals["at 0"] = day
    for step, mean in enumerate(STEP_DAYS):
        day = next_open(day + pd.to_timedelta(np.ceil(rng.gamma(1.6, mean / 1.6, count) * larger).to_numpy() + 1, "D"))
        deals[f"at {step + 1}"] = day
    deals["closed"] = deals[[f"at {n}" for n in range(5)]].to_numpy()[np.arange(count), taken]
    return deals


def _told(deals: pd.DataFrame, firms: pd.DataFrame, shelf: Shelf, last: pd.Timestamp, rng: np.random.Generator) -> Deals:
    firms["customer_id"] = [f"KH{number}" for number in range(20_001, 20_001 + len(firms))]
    going = (deals["closed"] > last).to_numpy()
    reached = deals[[f"at {n}" for n in range(len(STEPS))]].le(last).sum(axis=1).clip(upper=deals["taken"])
    stage = np.where(going, np.array(STEPS, dtype=object)[reached - 1], deals["end"])
    quoted = (np.where(going, reached, deals["taken"]) >= 3) & (deals["at 2"] <= last)
    why = np.where(
        deals["end"] == WON,
        rng.choice(list(WON_FOR), len(deals), p=list(WON_FOR.values())),
        rng.choice(list(LOST_FOR), len(deals), p=list(LOST_FOR.values())),
    )
    net = deals["list_price"] * (1 - deals["given"].where(quoted, 0.0))
    pipeline = pd.DataFrame(
        {
            "opportunity_id": deals["opportunity_id"],
            "customer_id": firms["customer_id"].to_numpy()[deals["firm"]],
            "stage": stage,
            "created_on": deals["created_on"],
            "closed_on": deals["closed"].mask(going),
            "product": shelf.products["name"].to_numpy()[deals["product_row"]],
            "amount": net.round(0),
            "discount": deals["given"].where(quoted),
            "cost": deals["cost"],
            "owner": deals["owner"],
            "channel": deals["channel"],
            "known": np.where(deals["known"], "是", "否"),
            "rival": deals["rival"],
            "trial": np.where(quoted, np.where(deals["trial"], "是", "否"), ""),
            "reason": np.where(going, "", why),
        }
    )
    chances = pd.DataFrame({"opportunity_id": deals["opportunity_id"], "chance": deals["chance"].round(4), "quoted": quoted})
    won = deals[(deals["end"] == WON) & ~going].assign(amount=pipeline["amount"], closed_on=deals["closed"])
    bought = won.groupby("firm")["closed_on"].min()
    firms.loc[bought.index, "buys_from"] = np.minimum(firms.loc[bought.index, "buys_from"], bought + pd.Timedelta(days=60))
    return Deals(pipeline, chances, _steps(deals, pipeline, last), won, firms)


def _steps(deals: pd.DataFrame, pipeline: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    """One row a deal and step reached, with what was done there, and the end with the amount won."""
    frames = []
    for number, step in enumerate(STEPS):
        here = deals["taken"] > number
        action, cost = None, 0.0
        if step in ACTIONS:
            usual, other = ACTIONS[step]
            more = deals["visit" if number == 0 else "trial"]
            action = np.where(more, other, usual)
            cost = np.where(more, ACTIONS[step][other], ACTIONS[step][usual])
        rows = pipeline[["opportunity_id", "owner", "product", "channel"]].assign(
            step=step, step_at=deals[f"at {number}"], action=action, cost=cost, value=0.0, order=number
        )
        frames.append(rows[here])
    ended = pipeline[["opportunity_id", "owner", "product", "channel"]].assign(
        step=deals["end"], step_at=deals["closed"], action=None, cost=0.0, order=len(STEPS),
        value=np.where(deals["end"] == WON, pipeline["amount"], 0.0),
    )  # fmt: skip
    steps = pd.concat([*frames, ended])
    steps = steps[steps["step_at"] <= last].sort_values(["step_at", "opportunity_id", "order"], ignore_index=True)
    return steps.rename(columns={"opportunity_id": "journey_id"}).drop(columns="order")
