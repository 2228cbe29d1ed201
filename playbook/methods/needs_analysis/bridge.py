"""Bridge: why revenue changed: customers, frequency and order value; visits and conversion; price, volume and mix."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.intake.frames import FIRST_DAYS
from playbook.locale import mark
from playbook.methods.needs_analysis.revenue.factors import cents, order_factors, order_measures, visit_factors
from playbook.methods.needs_analysis.revenue.price_volume_mix import EFFECTS, price_volume_mix
from playbook.methods.needs_analysis.revenue.waterfall import waterfall
from playbook.methods.needs_analysis.revenue.words import (
    TOLD,
    bridge_assumptions,
    bridge_findings,
    bridge_headline,
    group_findings,
    group_word,
    label_of,
    source_of,
    visit_findings,
)
from playbook.methods.needs_analysis.windows import Windows, windows
from playbook.result.contract import Figure, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Bridge", "bridge"]

MOST_GROUPS = 12  # rows of the table of product groups
ORDERS, PRODUCTS, VISITS = mark("orders"), mark("orders and products"), mark("journeys and orders")


@dataclass(frozen=True, kw_only=True)
class Bridge(Result):
    """Revenue before and after, and ``parts`` [part, label, change], which add up to the difference to the cent.

    ``visits`` [part, before, after, change]: the same difference by visits, conversion and order value; None where visits are
    recorded for too few orders. ``groups`` [category, before, after, change, price, volume, mix, other]: by product group.
    """

    before: float
    after: float
    parts: pd.DataFrame
    windows: Windows
    visits: pd.DataFrame | None = field(default=None, repr=False)
    groups: pd.DataFrame | None = field(default=None, repr=False)

    def figures(self) -> tuple[Figure, ...]:
        fmt, end = self.fmt, self.fmt.say("Change of revenue")
        before, after = fmt.moneys(self.before, self.after)
        first = waterfall(
            [*self.parts["label"], end], [*self.parts["change"], round(self.after - self.before, 2)],
            fmt.say(
                "Change of revenue from {before} to {after}, and what it is made of.",
                before=before, after=after,
            ),
            source_of(ORDERS, self.windows, fmt), fmt,
        )  # fmt: skip
        if self.groups is None:
            return (first,)
        sums = self.groups[[*EFFECTS, "other"]].sum().round(2)
        sums = sums[sums.index.isin(EFFECTS) | (sums.abs() > TOLD * sums.abs().max())]
        return first, waterfall(
            [*(label_of(name, fmt) for name in sums.index), end], [*sums, round(float(sums.sum()), 2)],
            fmt.say("The same change by prices, units and mix of products."), source_of(PRODUCTS, self.windows, fmt), fmt,
        )  # fmt: skip


@section(
    "bridge", "Why did revenue change?", promise="how much of the change came from customers, from frequency and from order value"
)
def bridge(
    order_totals: pd.DataFrame,
    as_of: date,
    fmt: Formats,
    journey_steps: pd.DataFrame | None = None,
    product_months: pd.DataFrame | None = None,
    stages: tuple[str, ...] = (),
) -> Result:
    """Split the change of revenue between two equal windows into its factors.

    The windows are the last twelve months and the twelve before; with less than 24 months of data, the
    later and the earlier half of the full months. Revenue of known customers is customers x orders per
    customer x order value; each factor's part is its Shapley value, the mean of what it adds over all
    orders in which the factors can change (Shapley 1953; Shorrocks 2013, J. Economic Inequality 11).
    Orders without a customer are a part of their own, and so are returns. With ``journey_steps`` also by visits and
    conversion, with ``product_months`` by price, volume and mix of each product group. Returns Locked with less than two
    full months.
    """
    span = windows(order_totals["day"], as_of)
    if span is None:
        return Locked(
            fmt=fmt, headline="Not answered yet: why revenue changed", unlock=("orders of at least two full months",),
            promise=bridge.section.promise, section=bridge.section,
        )  # fmt: skip
    earlier = order_totals[order_totals["day"].between(span.start, span.middle - pd.Timedelta(days=1))]
    later = order_totals[order_totals["day"].between(span.middle, span.end)]
    split = order_factors(earlier, later)
    parts = pd.DataFrame(
        {"part": list(split), "label": [label_of(p, fmt) for p in split], "change": [c / 100 for c in split.values()]}
    )
    before, after = cents(earlier) / 100, cents(later) / 100
    visits = None if journey_steps is None else _visits(journey_steps, earlier, later, span, stages)
    groups = None if product_months is None else _groups(product_months, span)
    told = bridge_findings(parts, before, after, span, len(earlier) + len(later), fmt)
    return Bridge(
        fmt=fmt,
        headline=bridge_headline(parts, before, after, span, fmt),
        findings=(*told, *visit_findings(visits, span, fmt), *group_findings(groups, span, fmt)),
        tables=(_table(parts, earlier, later, span, fmt), *_more_tables(visits, groups, span, fmt)),
        assumptions=bridge_assumptions(span, groups is not None, fmt),
        before=before, after=after, parts=parts, windows=span, visits=visits, groups=groups,
    )  # fmt: skip


def _visits(
    journey_steps: pd.DataFrame, earlier: pd.DataFrame, later: pd.DataFrame, span: Windows, stages: tuple[str, ...]
) -> pd.DataFrame | None:
    began = journey_steps.groupby("journey_id")["step_at"].transform("min")
    if not began.min() < span.start + pd.Timedelta(days=FIRST_DAYS):
        return None  # visits that were not yet recorded are no fall in visits
    before = journey_steps[(began >= span.start) & (began < span.middle)]
    after = journey_steps[(began >= span.middle) & (began < span.end + pd.Timedelta(days=1))]
    found = visit_factors(earlier, later, (before, after), stages)
    return None if found is None else found.assign(change=found["cents"] / 100).drop(columns="cents")


def _groups(product_months: pd.DataFrame, span: Windows) -> pd.DataFrame | None:
    """Price, volume and mix by product group; None where the windows are not whole calendar months."""
    if span.start.day != 1 or span.middle.day != 1:
        return None
    month = product_months["month"]
    earlier, later = product_months[(month >= span.start) & (month < span.middle)], product_months[month >= span.middle]
    if earlier.empty or later.empty:
        return None
    found = price_volume_mix(earlier, later)
    amounts = found.columns.drop("category")
    found[amounts] = found[amounts] / 100
    return found.astype({"category": "str"}).sort_values("change", key=abs, ascending=False, kind="stable", ignore_index=True)


def _table(parts: pd.DataFrame, earlier: pd.DataFrame, later: pd.DataFrame, span: Windows, fmt: Formats) -> Table:
    was, now = order_measures(earlier), order_measures(later)
    was, now = ({**measures, "total": cents(frame) / 100} for measures, frame in ((was, earlier), (now, later)))
    total = pd.DataFrame([{"part": "total", "label": fmt.say("Revenue"), "change": round(float(parts["change"].sum()), 2)}])
    frame = _written(pd.concat([parts, total], ignore_index=True), was, now, fmt)
    return Table(frame, "What the change of revenue is made of", source_of(ORDERS, span, fmt), _COLUMNS, aside=True)


_COLUMNS = {
    "label": ("Part", "text"), "before": ("Before", "text"), "after": ("After", "text"),
    "change": ("Change of revenue", "unit_money"),
}  # fmt: skip


_UNITS = {"order_value": "unit_money", "total": "money", "frequency": "number", "conversion": "share"}  # all others are counts


def _written(parts: pd.DataFrame, was: dict[str, float], now: dict[str, float], fmt: Formats) -> pd.DataFrame:
    """The parts with their factors before and after, each written in its own unit."""
    units = [_UNITS.get(part, "count") for part in parts["part"]]
    columns = {
        column: [fmt.value(values[part], unit) for part, unit in zip(parts["part"], units, strict=True)]
        for column, values in (("before", was), ("after", now))
    }
    return parts.assign(**columns)


def _more_tables(visits: pd.DataFrame | None, groups: pd.DataFrame | None, span: Windows, fmt: Formats) -> tuple[Table, ...]:
    tables = []
    if visits is not None:
        labels = visits["part"].map(lambda part: label_of(part, fmt))
        was, now = (visits.set_index("part")[column].to_dict() for column in ("before", "after"))
        frame = _written(visits.assign(label=labels), was, now, fmt)
        tables.append(Table(frame, "The same change, seen from the visits", source_of(VISITS, span, fmt), _COLUMNS))
    if groups is not None:
        columns = {
            "category": ("Product group", "text"), "before": ("Before", "money"), "after": ("After", "money"),
            "change": ("Change", "money"), "price": ("By prices", "money"), "volume": ("By units", "money"),
            "mix": ("By mix", "money"),
        }  # fmt: skip
        if groups["other"].abs().sum() > TOLD * groups["change"].abs().sum():
            columns["other"] = ("Without units", "money")
        source = source_of(PRODUCTS, span, fmt)
        tables.append(
            Table(_shortened(groups, fmt), "The change of revenue by product group, largest change first", source, columns)
        )
    return tuple(tables)


def _shortened(groups: pd.DataFrame, fmt: Formats) -> pd.DataFrame:
    """The groups with the largest change, and all others in one row, so that columns still add up."""
    groups = groups.assign(category=[group_word(category, fmt) for category in groups["category"]])
    if len(groups) <= MOST_GROUPS:
        return groups
    rest = groups.iloc[MOST_GROUPS - 1 :]
    name = fmt.say("All others ({n} groups)", n=fmt.count(len(rest)))
    others = pd.DataFrame([{"category": name, **rest.drop(columns="category").sum().round(2)}])
    return pd.concat([groups.iloc[: MOST_GROUPS - 1], others], ignore_index=True)
