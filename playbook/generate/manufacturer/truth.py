"""The truth behind a generated manufacturer, written beside its data and never read by a report.

``truth/truth.yml`` holds the planted figures:

- ``season``: factors on business by days from Spring Festival (``from``, ``to``, ``factor``), by ``weekday`` (Monday first), and
  in the week of the National Day; ``growth_a_year`` of the orders of parts.
- ``elasticity``: of the units of parts sold in the list price, by group.
- ``pipeline``: ``log_odds`` of winning once a price is quoted, ``owners`` (log-odds, mean discount), ``moves`` (log-odds of going
  on from the first two steps), ``visit`` (what it adds there), ``cost_share``, ``worth_while_discount`` of a middling deal and
  ``mean_discount`` given, ``leak`` (the column that gives the end away).
- ``journeys``: ``actions`` with their costs, and ``best_actions``.
- ``contracts``: ``log_odds`` of ending within a month, ``ended_by_year``, contracts ``running``.
- ``advertising``: deals opened a week by channel (ceiling, half, carryover). ``campaigns``: effect of each intervention.
- ``stock``: parts that run out and those that lie too long. ``wallet``: our share of a customer's spending by industry.
- ``faq``: topics covered, and gaps. ``surveys``: effect and share of each driver.

Frames beside it: ``customers`` (customer_id, monthly rate of orders of parts, chance a month that the contract ends, and the
orders that each campaign was expected to add), ``pipeline`` (opportunity_id, chance once quoted, quoted), ``orders`` (order_id,
campaign: orders that a campaign added), ``surveys`` (date, customer_id, driver: what moved the answer).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.generate.manufacturer.deals import Deals, worth_while_discount
from playbook.generate.manufacturer.firms import LAPSE
from playbook.generate.manufacturer.planted import (
    ACTIONS,
    CAMPAIGNS,
    CHANNELS,
    CONTRACT_LOSS,
    COST_SHARES,
    DEAL,
    FESTIVAL,
    GROWTH,
    LATE_SHARE,
    MOVES,
    OWNERS,
    SECOND,
    VISIT,
    WALLET,
    WEEKDAY,
    Campaign,
)
from playbook.generate.manufacturer.sales import Sales
from playbook.generate.manufacturer.shelf import PART_ELASTICITY
from playbook.generate.manufacturer.voices import SERVICE_FILE, covered
from playbook.generate.manufacturer.working_days import NATIONAL
from playbook.generate.service import words

__all__ = ["ManufacturerTruth", "tell_truth"]

LEAK = "赢输原因"


@dataclass(frozen=True)
class ManufacturerTruth:
    """``values``: planted figures (truth.yml). ``frames``: what is true of each row, by the name of its file."""

    values: dict
    frames: dict[str, pd.DataFrame]


def tell_truth(seed: int, firms: pd.DataFrame, deals: Deals, sales: Sales, moved: pd.DataFrame, lying: dict) -> ManufacturerTruth:
    """Collect what was planted and what came of it."""
    drivers = words(SERVICE_FILE)["drivers"]
    ended = firms["left_on"].dropna().dt.year.value_counts().sort_index()
    values = {
        "seed": seed,
        "season": {
            "spring_festival": {n: {"from": a, "to": b, "factor": f} for n, (a, b, f) in FESTIVAL.items()},
            "weekday": list(WEEKDAY),
            "national_day_week": NATIONAL,
        },
        "growth_a_year": GROWTH,
        "elasticity": dict(PART_ELASTICITY),
        "pipeline": _pipeline(deals),
        "journeys": {
            "actions": {f"{s}: {a}": cost for s, options in ACTIONS.items() for a, cost in options.items()},
            "best_actions": _best_actions(deals),
        },
        "contracts": {
            "log_odds": dict(CONTRACT_LOSS),
            "ended_by_year": {int(year): int(n) for year, n in ended.items()},
            "running": int((firms["contract_on"].notna() & firms["left_on"].isna()).sum()),
            "lapse_a_month_without": LAPSE,
        },
        "advertising": {c.name: {"carryover": c.carryover, "half": c.half, "ceiling_deals_a_week": c.ceiling} for c in CHANNELS},
        "campaigns": {c.id: _campaign(c, sales) for c in CAMPAIGNS},
        "late_share": LATE_SHARE,
        "stock": lying,
        "wallet": dict(WALLET),
        "faq": covered(),
        "surveys": {name: {"share": d["share"], "effect": d["effect"]} for name, d in drivers.items()},
    }
    lines = sales.lines
    frames = {
        "customers": _customers(firms, sales),
        "pipeline": deals.chances,
        "orders": lines.loc[lines["campaign"].notna(), ["order_id", "campaign"]].drop_duplicates(ignore_index=True),
        "surveys": moved,
    }
    return ManufacturerTruth(values, frames)


def _middling(deals: Deals) -> float:
    """Log-odds of winning, without discount, of a deal of the middle price that is like the mean of those quoted in all else."""
    quoted = deals.pipeline[deals.pipeline["discount"].notna()]
    rivals = sum(DEAL[f"rival {r}"] * float((quoted["rival"] == r).mean()) for r in ("德峰机械", "中科包装"))
    return (
        DEAL["all"]
        + DEAL["known customer"] * float((quoted["known"] == "是").mean())
        + DEAL["recommended"] * float((quoted["channel"] == "老客户介绍").mean())
        + DEAL["trial"] * SECOND["方案报价"]
        + rivals
        + float(np.mean([odds for odds, _ in OWNERS.values()]))
    )


def _pipeline(deals: Deals) -> dict:
    return {
        "log_odds": dict(DEAL),
        "owners": {name: {"log_odds": odds, "mean_discount": given} for name, (odds, given) in OWNERS.items()},
        "moves": dict(MOVES),
        "visit": VISIT,
        "cost_share": COST_SHARES["机器"],
        "worth_while_discount": round(worth_while_discount(_middling(deals)), 3),
        "mean_discount": round(float(deals.pipeline["discount"].mean()), 4),
        "leak": LEAK,
    }


def _best_actions(deals: Deals) -> dict[str, str]:
    """What is worth most at each step for a middling deal: chances to win times its margin, less what the action costs."""
    quoted = deals.pipeline[deals.pipeline["discount"].notna()]
    given = float(quoted["discount"].mean())
    margin = float((quoted["amount"] - quoted["cost"]).mean())
    odds = _middling(deals) - DEAL["trial"] * SECOND["方案报价"] + DEAL["discount"] * given

    def chance(log_odds: float) -> float:
        return 1 / (1 + float(np.exp(-log_odds)))

    quote = {a: chance(odds + DEAL["trial"] * n) * margin - cost for n, (a, cost) in enumerate(ACTIONS["方案报价"].items())}
    onward = chance(MOVES["需求确认"]) * max(quote.values())
    first = {a: chance(MOVES["线索"] + VISIT * n) * onward - cost for n, (a, cost) in enumerate(ACTIONS["线索"].items())}
    return {"线索": max(first, key=first.get), "方案报价": max(quote, key=quote.get)}


def _campaign(campaign: Campaign, sales: Sales) -> dict:
    mine = sales.expected[sales.expected["campaign"] == campaign.id]
    design = "lot" if campaign.per_group else "provinces" if campaign.provinces else "everybody"
    return {
        "relative_effect_on_orders_of_parts": campaign.effect,
        "design": design,
        "treated": len(mine),
        "realised_added_orders": int(sales.lines.loc[sales.lines["campaign"] == campaign.id, "order_id"].nunique()),
        "realised_added_revenue": round(float(sales.lines.loc[sales.lines["campaign"] == campaign.id, "revenue"].sum())),
    }


def _customers(firms: pd.DataFrame, sales: Sales) -> pd.DataFrame:
    told = firms[["customer_id"]].assign(monthly_part_orders=firms["rate"].round(4), contract_loss=firms["loss"].round(5))
    wide = sales.expected.pivot(index="firm", columns="campaign", values="orders").reindex(firms.index)
    return told.join(wide.round(4).add_prefix("added orders: "))
