"""Measure: one intervention, by the strongest comparison that the data allow, and why it is that one.

control group     customers were set aside by lot: groups compared, earlier revenue allowed for (``trial``, ``did``)
other customers   who got it is known, the others are the comparison: difference in differences (``did``, ``staggered``)
other regions     it was rolled out to some regions: a mix of the others is the comparison (``synthetic``)
own past          it was for everybody: the weekly course before is continued (``interrupted``)
"""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.engagement import Intervention
from playbook.errors import did_you_mean
from playbook.methods.evaluation.measuring.by_customers import against_customers, starts
from playbook.methods.evaluation.measuring.by_past import against_past
from playbook.methods.evaluation.measuring.by_regions import FEWEST_BEFORE, against_regions, comparable, regions_of
from playbook.methods.evaluation.measuring.effect import Effect, earned
from playbook.methods.evaluation.measuring.synthetic import FEWEST_OTHERS
from playbook.methods.evaluation.measuring.trial import needed
from playbook.methods.evaluation.measuring.windows import WEEK

__all__ = ["Sales", "measure"]

NO_REGIONS = "It was rolled out to regions, but customers carry none, so all sales are compared with those of the weeks before."
TOO_FEW_REGIONS = (
    f"Fewer than {FEWEST_OTHERS} other regions sold in most weeks before (at least {FEWEST_BEFORE} are needed), so customers are "
    "compared: what else happened to a region as a whole is counted in."
)


@dataclass(frozen=True, kw_only=True)
class Sales:
    """The frames that interventions are measured on: ``order_totals`` and ``weeks``, and where the client has them
    ``memberships`` (intervention_id, customer_id, group, perhaps started_on), ``customers``, ``region_weeks``."""

    order_totals: pd.DataFrame = field(repr=False)
    weeks: pd.DataFrame = field(repr=False)
    memberships: pd.DataFrame | None = field(default=None, repr=False)
    customers: pd.DataFrame | None = field(default=None, repr=False)
    region_weeks: pd.DataFrame | None = field(default=None, repr=False)


def measure(intervention: Intervention, sales: Sales, as_of: date, margin: float | None) -> Effect:
    """Measure one intervention up to its end or ``as_of``; ``margin`` is the share of revenue that is left as profit."""
    start, cost = intervention.start, intervention.cost
    end = min(intervention.end or as_of, as_of)
    basis = {"id": intervention.id, "label": intervention.label, "start": start, "end": end, "cost": cost}
    if start > as_of:
        note = "It starts after the day up to which this report counts."
        return Effect(**{**basis, "end": intervention.end or start}, design="–", verdict="not started", note=note)
    if (end - start).days + 1 < WEEK:
        return Effect(**basis, design="–", verdict="too early", note="It has run for less than a week.")
    over = intervention.end is not None and intervention.end <= as_of
    running = "" if over else "Still running: the effect so far is set against the whole cost."
    found = _compared(intervention, sales, start, end)
    money = earned(found, cost, margin)
    estimate, expected = found.pop("estimate", None), found.pop("expected", float("nan"))
    found.pop("expected_revenue", None)
    if estimate is not None and "pays_from" in money:
        money["needed"] = needed(estimate, found["n_treated"], found["n_control"], money["pays_from"] * expected)
    return Effect(**{**basis, **found, **money, "note": " ".join(filter(None, [found.get("note"), running]))})


def _compared(intervention: Intervention, sales: Sales, start: date, end: date) -> dict:
    """The comparison that was chosen, as fields of ``Effect``."""
    members = _members(intervention.id, sales)
    if members is not None and (members["group"] == "control").any():
        return _customers(members, intervention, sales, start, end)
    regions = intervention.regions
    if not regions and members is not None and len(starts(members)) < 2:
        regions = regions_of(members, sales.order_totals, sales.customers, start)
    if regions:
        return _regions(regions, members, intervention, sales, start, end)
    if members is not None:
        return _customers(members, intervention, sales, start, end)
    return against_past(sales.weeks, start, end)


def _customers(members: pd.DataFrame, intervention: Intervention, sales: Sales, start: date, end: date, doubt: str = "") -> dict:
    share = intervention.control_share
    return against_customers(members, sales.order_totals, start, end, sales.customers, share, doubt)


def _regions(
    regions: tuple[str, ...], members: pd.DataFrame | None, intervention: Intervention, sales: Sales, start: date, end: date
) -> dict:
    known = [] if sales.region_weeks is None else sorted(map(str, sales.region_weeks["region"].unique()))
    if not known:
        return against_past(sales.weeks, start, end, NO_REGIONS)
    if strange := [r for r in regions if r not in known]:
        note = f"No order comes from {' or '.join(strange)}.{did_you_mean(strange[0], known)} Regions: {', '.join(known)}."
        return {"design": "other regions", "verdict": "too little data", "note": note}
    panel = comparable(sales.region_weeks, regions, start, end)
    if panel is not None:
        mine = sales.region_weeks[sales.region_weeks["region"].astype(str).isin(regions)]
        weekly = mine.groupby("week")["revenue"].sum().reindex(panel.index)
        return against_regions(panel, float(weekly[weekly.index < pd.Timestamp(start)].mean()), start, len(regions))
    if members is None and sales.customers is not None:
        there = sales.customers.loc[sales.customers["region"].astype(str).isin(regions), "customer_id"]
        members = pd.DataFrame({"group": "treated"}, index=pd.Index(there.unique(), name="customer_id"))
    if members is None or "customer_id" not in sales.order_totals:
        return {"design": "other regions", "verdict": "too little data", "note": TOO_FEW_REGIONS}
    found = _customers(members, intervention, sales, start, end, TOO_FEW_REGIONS)
    return {**found, "why": f"It was rolled out to regions. {TOO_FEW_REGIONS}"}


def _members(id: str, sales: Sales) -> pd.DataFrame | None:
    """Group of each listed customer, and started_on where the client has it. Treated wins over control, the earlier start over
    the later. None when nobody is listed as treated or orders carry no customer."""
    if sales.memberships is None or "customer_id" not in sales.order_totals:
        return None
    listed = sales.memberships[sales.memberships["intervention_id"].astype(str) == id]
    dated = [c for c in ("started_on",) if c in listed and listed[c].notna().any()]
    listed = listed.sort_values(["group", *dated], ascending=[False, *(True for _ in dated)])
    listed = listed.drop_duplicates("customer_id").set_index("customer_id")[["group", *dated]]
    return listed if (listed["group"] != "control").any() else None
