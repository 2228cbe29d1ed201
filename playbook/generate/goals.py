"""What the generated client wants: objectives, stated costs and campaigns, in proportion to its size."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from playbook.generate.planted import INTERVENTIONS, REFERENCE_CUSTOMERS, InterventionPlan

__all__ = ["Goals", "set_goals"]

REVENUE_GROWTH, VALUE_GROWTH, REPEAT_GAIN, CONVERSION_GAIN = 1.15, 1.05, 0.04, 0.006
GROSS_MARGIN, DISCOUNT_RATE, ACQUISITION_COST, SERVICE_COST = 0.38, 0.10, 350, 7.5
CONTACT_COST, REVIEW_COST, ORDER_COST = 0.35, 6.0, 40  # one e-mail, one look at an order, one order with a supplier
HOLDING_RATE, SERVICE_LEVEL, LEAST_MARGIN, ANSWER_PRECISION = 0.25, 0.95, 0.18, 0.95
# What a channel may be given a year, as multiples of last year's spending: at least, at most.
LIMITS = {"paid search": (0.4, 1.8), "social": (0.0, 2.0), "display": (0.0, 1.2), "email": (0.5, 3.0), "affiliates": (0.2, 1.5)}
LIMIT_STEP = 500
YEAR_DAYS = 365


@dataclass(frozen=True)
class Goals:
    """Targets by KPI, the day they are due, the stated parameters, and the campaigns with costs scaled to the customers.

    ``channel_limits``: floor and cap of a year's spending by channel. ``limit_step``: spending moves in such steps.
    """

    due: date
    targets: dict[str, float]
    parameters: dict[str, float]
    interventions: tuple[tuple[InterventionPlan, int], ...]
    channel_limits: dict[str, tuple[int, int]]
    limit_step: int = LIMIT_STEP


def set_goals(tables: dict[str, pd.DataFrame], as_of: date) -> Goals:
    """Targets a little above what the last year's tables show, rounded as a board would."""
    orders, journeys, marketing = tables["orders"], tables["journeys"], tables["marketing"]
    since = pd.Timestamp(as_of) - pd.Timedelta(days=YEAR_DAYS - 1)
    recent = orders[orders["order_date"] >= since]
    per_customer = recent.groupby("customer_id")["order_id"].nunique()
    conversion = journeys.loc[journeys["step"] == "paid", "journey_id"].nunique() / journeys["journey_id"].nunique()
    scale = len(tables["customers"]) / REFERENCE_CUSTOMERS
    targets = {
        "revenue": float(round(recent["revenue"].sum() / 12 * REVENUE_GROWTH, -3)),
        "order_value": float(round(recent["revenue"].sum() / recent["order_id"].nunique() * VALUE_GROWTH)),
        "repeat_rate": round(float((per_customer > 1).mean()) + REPEAT_GAIN, 2),
        "conversion": round(conversion + CONVERSION_GAIN, 3),
    }
    parameters = {
        "discount_rate": DISCOUNT_RATE,
        "gross_margin": GROSS_MARGIN,
        "acquisition_cost": ACQUISITION_COST,
        "service_cost": SERVICE_COST,
        "budget": int(round(marketing.loc[marketing["date"] >= since, "spend"].sum(), -4 if scale >= 1 else -3)),
        "contact_cost": CONTACT_COST,
        "review_cost": REVIEW_COST,
        "service_level": SERVICE_LEVEL,
        "holding_rate": HOLDING_RATE,
        "order_cost": ORDER_COST,
        "least_margin": LEAST_MARGIN,
        "answer_precision": ANSWER_PRECISION,
    }
    spent = marketing[marketing["date"] >= since].groupby("channel")["spend"].sum()
    limits = {
        channel: tuple(int(LIMIT_STEP * round(spent[channel] * times / LIMIT_STEP)) for times in bounds)
        for channel, bounds in LIMITS.items()
    }
    costs = tuple(
        (plan, max(100, int(round(plan.cost * scale, -2)))) for plan in sorted(INTERVENTIONS, key=lambda plan: plan.start)
    )
    return Goals(date(as_of.year + 1, as_of.month, as_of.day), targets, parameters, costs, limits)
