"""What the generated client wants: objectives, stated costs and campaigns, in proportion to its size."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from playbook.generate.planted import INTERVENTIONS, REFERENCE_CUSTOMERS, InterventionPlan

__all__ = ["Goals", "set_goals"]

REVENUE_GROWTH, VALUE_GROWTH, REPEAT_GAIN, CONVERSION_GAIN = 1.15, 1.05, 0.04, 0.006
GROSS_MARGIN, DISCOUNT_RATE, ACQUISITION_COST, SERVICE_COST = 0.38, 0.10, 350, 7.5
YEAR_DAYS = 365


@dataclass(frozen=True)
class Goals:
    """Targets by KPI, the day they are due, the stated parameters, and the campaigns with costs scaled to the customers."""

    due: date
    targets: dict[str, float]
    parameters: dict[str, float]
    interventions: tuple[tuple[InterventionPlan, int], ...]


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
    }
    costs = tuple(
        (plan, max(100, int(round(plan.cost * scale, -2)))) for plan in sorted(INTERVENTIONS, key=lambda plan: plan.start)
    )
    return Goals(date(as_of.year + 1, as_of.month, as_of.day), targets, parameters, costs)
