"""Bridge: why revenue changed: customers, frequency and order value; visits and conversion; price, volume and mix."""

from dataclasses import dataclass, field
from datetime import date
from importlib import resources

import pandas as pd
from ruamel.yaml import YAML

from playbook.intake.frames import FIRST_DAYS
from playbook.methods.needs_analysis.revenue.factors import cents, order_factors, order_measures, visit_factors
from playbook.methods.needs_analysis.revenue.price_volume_mix import EFFECTS, price_volume_mix
from playbook.methods.needs_analysis.revenue.waterfall import waterfall
from playbook.methods.needs_analysis.windows import Windows, windows
from playbook.result.contract import Assumption, Evidence, Figure, Finding, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Bridge", "bridge"]

TOLD = 0.01  # parts below this share of the largest are left to the table
MOST_GROUPS = 12  # rows of the table of product groups
CLOSE = 0.9  # parts from this share of the largest on are named with it
STILL = 0.0005  # a change of revenue below this share is none that one could explain
_PARTS = YAML(typ="safe", pure=True).load(resources.files(__package__).joinpath("bridge.yml").read_text("utf-8"))


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
        total = round(self.after - self.before, 2)
        first = waterfall(
            [*self.parts["label"], "Change of revenue"], [*self.parts["change"], total],
            f"Change of revenue from {self.fmt.money(self.before)} to {self.fmt.money(self.after)}, and what it is made of.",
            _source("orders", self.windows, self.fmt), self.fmt,
        )  # fmt: skip
        if self.groups is None:
            return (first,)
        sums = self.groups[[*EFFECTS, "other"]].sum().round(2)
        sums = sums[sums.index.isin(EFFECTS) | (sums.abs() > TOLD * sums.abs().max())]
        return first, waterfall(
            [*(_PARTS[name]["label"]["en"] for name in sums.index), "Change of revenue"], [*sums, round(float(sums.sum()), 2)],
            "The same change by prices, units and mix of products.", _source("orders and products", self.windows, self.fmt),
            self.fmt,
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
        {"part": list(split), "label": [_PARTS[p]["label"]["en"] for p in split], "change": [c / 100 for c in split.values()]}
    )
    before, after = cents(earlier) / 100, cents(later) / 100
    visits = None if journey_steps is None else _visits(journey_steps, earlier, later, span, stages)
    groups = None if product_months is None else _groups(product_months, span)
    told = _findings(parts, before, after, span, len(earlier) + len(later), fmt)
    return Bridge(
        fmt=fmt,
        headline=_headline(parts, before, after, span, fmt),
        findings=(*told, *_visit_findings(visits, span, fmt), *_group_findings(groups, span, fmt)),
        tables=(_table(parts, earlier, later, span, fmt), *_more_tables(visits, groups, span, fmt)),
        assumptions=_assumptions(span, groups is not None),
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


def _headline(parts: pd.DataFrame, before: float, after: float, span: Windows, fmt: Formats) -> str:
    change = after - before
    if abs(change) <= STILL * abs(before):
        return "Revenue did not change"
    moved = (parts["change"] * (1 if change > 0 else -1)).sort_values(ascending=False, kind="stable")
    drivers = parts.loc[moved.index[moved >= CLOSE * moved.iloc[0]], "part"]
    reasons = " and ".join(_reason(part, change) for part in drivers)
    size = fmt.share(abs(change / before)) if before > 0 else f"by {fmt.money(abs(change))}"
    since = "" if span.whole_year else f" on {_before(span)}"
    direction = "rose" if change > 0 else "fell"
    return f"Revenue {direction} {size}{since}, above all because {reasons}"


def _reason(part: str, change: float) -> str:
    return _PARTS[part]["up" if change > 0 else "down"]["en"]


def _basis(span: Windows) -> tuple[str, Evidence]:
    """What the later window is set against, in words, and what that is worth: halves of a year differ by season."""
    if span.whole_year:
        return "the twelve months before", "shown"
    return f"{_before(span)}, another season", "indicative"


def _before(span: Windows) -> str:
    return "the month before" if span.months == 1 else f"the {span.months} months before"


def _findings(parts: pd.DataFrame, before: float, after: float, span: Windows, n: int, fmt: Formats) -> tuple[Finding, ...]:
    basis, evidence = _basis(span)
    told = parts[parts["change"].abs() > TOLD * parts["change"].abs().max()]
    listed = ", ".join(f"{fmt.signed_money(p.change)} because {_reason(p.part, p.change)}" for p in told.itertuples())
    total = Finding(
        "bridge-total",
        f"Revenue went from {fmt.money(before)} to {fmt.money(after)} against {basis}{': ' if listed else ''}{listed}.",
        value=round(after - before, 2), unit="money", n=n, evidence=evidence,
    )  # fmt: skip
    losses = told[told["change"] < 0]
    if losses.empty:
        return (total,)
    worst = losses.loc[losses["change"].idxmin()]
    lost = Finding(
        "bridge-loss",
        f"Because {_reason(worst['part'], -1)}, revenue is {fmt.money(-worst['change'])} lower than it would have been.",
        value=float(worst["change"]), unit="money", n=n, evidence=evidence,
        money=-float(worst["change"]) if span.whole_year else None,  # a season's loss comes back: no sum for a year
        action=_PARTS[worst["part"]]["action"]["en"],
    )  # fmt: skip
    return total, lost


def _visit_findings(visits: pd.DataFrame | None, span: Windows, fmt: Formats) -> tuple[Finding, ...]:
    if visits is None:
        return ()
    basis, evidence = _basis(span)
    largest = visits["change"].abs().max()
    listed = ", ".join(
        f"{fmt.signed_money(p.change)} because {_reason(p.part, p.change)}"
        for p in visits.itertuples()
        if abs(p.change) > TOLD * largest
    )
    total = float(visits["change"].sum())
    sentence = (
        f"Seen from the visits, revenue changed by {fmt.signed_money(total)} against {basis}{': ' if listed else ''}{listed}."
    )
    return (Finding("bridge-visits", sentence, value=total, unit="money", evidence=evidence),)


def _group_findings(groups: pd.DataFrame | None, span: Windows, fmt: Formats) -> tuple[Finding, ...]:
    """What prices, units and mix did, and in which group most was lost."""
    if groups is None:
        return ()
    basis, evidence = _basis(span)
    sums = groups[list(EFFECTS)].sum()
    listed = ", ".join(f"{fmt.signed_money(v)} because {_reason(name, v)}" for name, v in sums.items() if round(v))
    told = []
    if listed:
        told.append(
            Finding(
                "bridge-prices",
                f"By product, against {basis}: {listed}.",
                value=float(sums["price"]),
                unit="money",
                evidence=evidence,
            )  # fmt: skip
        )
    worst = groups.loc[groups["change"].idxmin()]
    if worst["change"] < -TOLD * groups["before"].sum():
        why = worst[[*EFFECTS, "other"]].astype("float64")
        reason = _reason(why.idxmin(), -1)
        told.append(
            Finding(
                "bridge-group",
                f"'{worst['category']}' lost most: {fmt.money(worst['before'])} became {fmt.money(worst['after'])}, "
                f"above all because {reason}.",
                value=float(worst["change"]), unit="money", evidence=evidence,
                money=-float(worst["change"]) if span.whole_year else None, action=_PARTS[why.idxmin()]["action"]["en"],
            )
        )  # fmt: skip
    return tuple(told)


def _source(tables: str, span: Windows, fmt: Formats) -> str:
    return f"{tables}, {fmt.day(span.start)} to {fmt.day(span.end)}"


def _table(parts: pd.DataFrame, earlier: pd.DataFrame, later: pd.DataFrame, span: Windows, fmt: Formats) -> Table:
    was, now = order_measures(earlier), order_measures(later)
    was, now = ({**measures, "total": cents(frame) / 100} for measures, frame in ((was, earlier), (now, later)))
    total = pd.DataFrame([{"part": "total", "label": "Revenue", "change": round(float(parts["change"].sum()), 2)}])
    frame = _written(pd.concat([parts, total], ignore_index=True), was, now, fmt)
    return Table(frame, "What the change of revenue is made of", _source("orders", span, fmt), _COLUMNS, aside=True)


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
        labels = visits["part"].map(lambda part: _PARTS[part]["label"]["en"])
        was, now = (visits.set_index("part")[column].to_dict() for column in ("before", "after"))
        frame = _written(visits.assign(label=labels), was, now, fmt)
        tables.append(Table(frame, "The same change, seen from the visits", _source("journeys and orders", span, fmt), _COLUMNS))
    if groups is not None:
        columns = {
            "category": ("Product group", "text"), "before": ("Before", "money"), "after": ("After", "money"),
            "change": ("Change", "money"), "price": ("By prices", "money"), "volume": ("By units", "money"),
            "mix": ("By mix", "money"),
        }  # fmt: skip
        if groups["other"].abs().sum() > TOLD * groups["change"].abs().sum():
            columns["other"] = ("Without units", "money")
        source = _source("orders and products", span, fmt)
        tables.append(Table(_shortened(groups), "The change of revenue by product group, largest change first", source, columns))
    return tuple(tables)


def _shortened(groups: pd.DataFrame) -> pd.DataFrame:
    """The groups with the largest change, and all others in one row, so that columns still add up."""
    if len(groups) <= MOST_GROUPS:
        return groups
    rest = groups.iloc[MOST_GROUPS - 1 :]
    name = f"All others ({len(rest)} groups)"
    others = pd.DataFrame([{"category": name, **rest.drop(columns="category").sum().round(2)}])
    return pd.concat([groups.iloc[: MOST_GROUPS - 1], others], ignore_index=True)


def _assumptions(span: Windows, by_product: bool) -> tuple[Assumption, ...]:
    listed = [
        Assumption(
            "Where two factors moved together, their joint part is shared out evenly (Shapley), without a preferred order.",
            "high",
            "low",
        )
    ]
    if by_product:
        text = "The price of a product is its revenue per unit, after discounts; a product sold in one period only counts as mix."
        listed.append(Assumption(text, "high", "medium"))
    if not span.whole_year:
        later = "the last month is" if span.months == 1 else f"the last {span.months} months are"
        season = f"The data hold less than 24 months, so {later} set against {_before(span)}: part of the change is season."
        listed.append(Assumption(season, "low", "high"))
    return tuple(listed)
