"""Measure: one intervention, by the strongest comparison that the data allow, and why it is that one.

control group     customers were set aside by lot: groups compared, earlier revenue allowed for (``trial``, ``did``)
other customers   who got it is known, the others are the comparison: difference in differences (``did``, ``staggered``)
other regions     it was rolled out to some regions: a mix of the others is the comparison (``synthetic``)
own past          it was for everybody: the weekly course before is continued (``interrupted``)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
from rapidfuzz import fuzz, process

from playbook.engagement import Intervention
from playbook.locale import mark, said
from playbook.methods.evaluation.measuring.by_customers import against_customers, starts
from playbook.methods.evaluation.measuring.by_past import against_past
from playbook.methods.evaluation.measuring.by_regions import ALL, FEWEST_BEFORE, against_regions, comparable, regions_of
from playbook.methods.evaluation.measuring.effect import Effect, earned
from playbook.methods.evaluation.measuring.elsewhere import Elsewhere, elsewhere
from playbook.methods.evaluation.measuring.groups import CONTROL, FEWEST_CUSTOMERS, crossed_words, members_of
from playbook.methods.evaluation.measuring.saying import either, listed, sentences
from playbook.methods.evaluation.measuring.synthetic import FEWEST_OTHERS
from playbook.methods.evaluation.measuring.trial import needed
from playbook.methods.evaluation.measuring.windows import WEEK

__all__ = ["Sales", "measure"]

NO_REGIONS = mark(
    "It was rolled out to regions, but customers carry none, so all sales are compared with those of the weeks before."
)
TOO_FEW_REGIONS = said(
    "Fewer than {regions} other regions sold in most weeks before (at least {weeks} are needed) and had nothing begin or end"
    " there, so customers are compared: what else happened to a region as a whole is counted in.",
    regions=FEWEST_OTHERS,
    weeks=FEWEST_BEFORE,
)
LISTED = mark(
    "Nearly every customer is listed as having got it, so only the weeks before can serve as the comparison: the weakest there"
    " is."
)
CLOSE = 70  # of 100: likeness from which a region of another name may have been meant
CROSSED = 0.05  # share of the control group that also got it, from which the lot was not kept


@dataclass(frozen=True, kw_only=True)
class Sales:
    """The frames that interventions are measured on: ``order_totals`` and ``weeks``, and where the client has them
    ``memberships`` (intervention_id, customer_id, group, perhaps started_on), ``customers``, ``region_weeks``."""

    order_totals: pd.DataFrame = field(repr=False)
    weeks: pd.DataFrame = field(repr=False)
    memberships: pd.DataFrame | None = field(default=None, repr=False)
    customers: pd.DataFrame | None = field(default=None, repr=False)
    region_weeks: pd.DataFrame | None = field(default=None, repr=False)


def measure(
    intervention: Intervention, sales: Sales, as_of: date, margin: float | None, interventions: Sequence[Intervention] = ()
) -> Effect:
    """Measure one intervention up to its end or ``as_of``; ``margin`` is the share of revenue that is left as profit.

    Who got another one of all ``interventions`` in the same weeks is no comparison.
    """
    start, cost = intervention.start, intervention.cost
    end = min(intervention.end or as_of, as_of)
    basis = {"id": intervention.id, "label": intervention.label, "start": start, "end": end, "cost": cost}
    if start > as_of:
        note = said("It starts after the day up to which this report counts.")
        return Effect(**{**basis, "end": intervention.end or start}, design="–", verdict="not started", note=note)
    if (end - start).days + 1 < WEEK:
        return Effect(**basis, design="–", verdict="too early", note=said("It has run for less than a week."))
    over = intervention.end is not None and intervention.end <= as_of
    running = "" if over else said("Still running: the effect so far is set against the whole cost.")
    found = _compared(intervention, sales, start, end, as_of, interventions)
    money = earned(found, cost, margin)
    estimate, expected = found.pop("estimate", None), found.pop("expected", float("nan"))
    found.pop("expected_revenue", None)
    if estimate is not None and "pays_from" in money and found["n_control"]:
        money["needed"] = needed(estimate, found["n_treated"], found["n_control"], money["pays_from"] * expected)
    return Effect(**{**basis, **found, **money, "note": sentences(found.get("note", ""), running)})


def _compared(
    intervention: Intervention, sales: Sales, start: date, end: date, as_of: date, interventions: Sequence[Intervention]
) -> dict:
    """The comparison that was chosen, as fields of ``Effect``."""
    members, crossed = _members(intervention.id, sales)
    if members is not None and (members["group"] == CONTROL).any():
        return _lot(members, crossed, intervention, sales, start, end)
    others = elsewhere(intervention.id, interventions, sales.memberships, sales.order_totals, sales.customers, as_of)
    regions, at_once = intervention.regions, members is not None and len(starts(members)) < 2
    if not regions and at_once and _everybody(members, sales, start):
        return against_past(sales.weeks, start, end, LISTED)
    if not regions and at_once:
        regions = regions_of(members, sales.order_totals, sales.customers, start)
    if regions:
        return _regions(regions, members, sales, start, end, others)
    if members is not None:
        return against_customers(members, sales.order_totals, start, end, sales.customers, others=others)
    return against_past(sales.weeks, start, end)


def _lot(members: pd.DataFrame, crossed: int, intervention: Intervention, sales: Sales, start: date, end: date) -> dict:
    """By a control group, without the ``crossed``, who stand in both groups; many of them are a lot that was not kept."""
    both, control = crossed_words(crossed), int((members["group"] == CONTROL).sum())
    doubt = sentences(both, said("The lot was not kept.")) if crossed > CROSSED * (control + crossed) else ""
    share = intervention.control_share
    found = against_customers(members, sales.order_totals, start, end, sales.customers, share, doubt)
    return found if doubt else {**found, "note": sentences(found["note"], both)}


def _everybody(members: pd.DataFrame, sales: Sales, start: date) -> bool:
    """Whether next to no earlier customer is left to compare with."""
    earlier = sales.order_totals.loc[sales.order_totals["day"] < pd.Timestamp(start), "customer_id"].dropna().unique()
    got = int(pd.Index(earlier).isin(members.index).sum())
    return len(earlier) - got < FEWEST_CUSTOMERS and got >= ALL * len(earlier) > 0


def _regions(
    regions: tuple[str, ...],
    members: pd.DataFrame | None,
    sales: Sales,
    start: date,
    end: date,
    others: Sequence[Elsewhere],
) -> dict:
    known = [] if sales.region_weeks is None else sorted(map(str, sales.region_weeks["region"].unique()))
    if not known:
        return against_past(sales.weeks, start, end, NO_REGIONS)
    if strange := [r for r in regions if r not in known]:
        note = sentences(
            said("No order comes from {regions}.", regions=either(strange)),
            _meant(strange[0], known),
            said("Regions: {regions}.", regions=listed(known)),
        )
        return {"design": "other regions", "verdict": "too little data", "note": note}
    panel = comparable(sales.region_weeks, regions, start, end, [(one.regions, one.start, one.end) for one in others])
    if panel is not None:
        mine = sales.region_weeks[sales.region_weeks["region"].astype(str).isin(regions)]
        weekly = mine.groupby("week")["revenue"].sum().reindex(panel.index)
        found = against_regions(panel, float(weekly[weekly.index < pd.Timestamp(start)].mean()), start, len(regions))
        busy = sorted({r for one in others for r in one.regions} - set(regions) - set(map(str, panel.columns)))
        own = (
            said("Left out of the mix, for something of their own began or ended there: {regions}.", regions=listed(busy))
            if busy
            else ""
        )
        return {**found, "note": sentences(found["note"], own)}
    if members is None and sales.customers is not None:
        there = sales.customers.loc[sales.customers["region"].astype(str).isin(regions), "customer_id"]
        members = pd.DataFrame({"group": "treated"}, index=pd.Index(there.unique(), name="customer_id"))
    if members is None or "customer_id" not in sales.order_totals:
        return {"design": "other regions", "verdict": "too little data", "note": TOO_FEW_REGIONS}
    found = against_customers(members, sales.order_totals, start, end, sales.customers, doubt=TOO_FEW_REGIONS, others=others)
    return {**found, "why": sentences(said("It was rolled out to regions."), TOO_FEW_REGIONS)}


def _meant(name: str, known: list[str]) -> str:
    """Which region may have been meant; empty where none is like it."""
    closest = process.extractOne(name, known, scorer=fuzz.WRatio, score_cutoff=CLOSE)
    return said("Did you mean '{name}'?", name=closest[0]) if closest else ""


def _members(id: str, sales: Sales) -> tuple[pd.DataFrame | None, int]:
    """As ``members_of``; none where orders carry no customer."""
    return members_of(id, sales.memberships if "customer_id" in sales.order_totals else None)
