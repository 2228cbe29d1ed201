"""Bridge: why revenue changed: more customers, more orders each, or larger orders, added up to the cent."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pandas as pd

from playbook.intake.frames import FIRST_DAYS
from playbook.methods.needs_analysis.shapley import shapley, to_the_cent
from playbook.result.contract import Assumption, Figure, Finding, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section
from playbook.result.theme import BAR, FINDING, HISTORY, canvas, finish

__all__ = ["Bridge", "Windows", "bridge"]

YEAR = 12  # months
TOLD = 0.01  # parts below this share of the largest are left to the table
STILL = 0.0005  # a change of revenue below this share is none that one could explain
# part: label, why it added, why it took away, what to do when it took away
_PARTS = {
    "customers": (
        "Number of customers",
        "more customers bought",
        "fewer customers bought",
        "Win back lapsed customers and review acquisition.",
    ),
    "frequency": (
        "Orders per customer",
        "customers ordered more often",
        "customers ordered less often",
        "Give customers a reason to come back sooner.",
    ),
    "orders": (
        "Number of orders",
        "there were more orders",
        "there were fewer orders",
        "Review acquisition and the reasons to come back.",
    ),
    "order_value": (
        "Value of an order",
        "orders were larger",
        "orders were smaller",
        "Review discounts, prices and what is offered along.",
    ),
    "unknown": (
        "Orders without a known customer",
        "orders without a known customer grew",
        "orders without a known customer fell",
        "Ask why fewer orders come without a customer number.",
    ),
}


@dataclass(frozen=True)
class Windows:
    """Two windows of the same number of whole months, one after the other; ``start`` and ``end`` are days, both included."""

    start: pd.Timestamp
    middle: pd.Timestamp  # first day of the later window
    end: pd.Timestamp
    months: int


@dataclass(frozen=True, kw_only=True)
class Bridge(Result):
    """Revenue before and after, and ``parts`` [part, label, change], which add up to the difference to the cent."""

    before: float
    after: float
    parts: pd.DataFrame
    windows: Windows

    def figures(self) -> tuple[Figure, ...]:
        return (_waterfall(self),)


@section(
    "bridge", "Why did revenue change?", promise="how much of the change came from customers, from frequency and from order value"
)
def bridge(order_totals: pd.DataFrame, as_of: date, fmt: Formats) -> Result:
    """Split the change of revenue between two equal windows into its factors.

    The windows are the last twelve months and the twelve before; with less than 24 months of data, the
    later and the earlier half of the full months. Revenue of known customers is customers x orders per
    customer x order value; each factor's part is its Shapley value, the mean of what it adds over all
    orders in which the factors can change (Shapley 1953; Shorrocks 2013, J. Economic Inequality 11).
    Orders without a customer are a part of their own. Returns Locked with less than two full months.
    """
    windows = _windows(order_totals["day"], as_of)
    if windows is None:
        return Locked(
            fmt=fmt, headline="Not answered yet: why revenue changed", unlock=("orders of at least two full months",),
            promise=bridge.section.promise, section=bridge.section,
        )  # fmt: skip
    earlier = order_totals[order_totals["day"].between(windows.start, windows.middle - pd.Timedelta(days=1))]
    later = order_totals[order_totals["day"].between(windows.middle, windows.end)]
    cents = _split(earlier, later)
    parts = pd.DataFrame(
        {"part": list(cents), "label": [_PARTS[p][0] for p in cents], "change": [c / 100 for c in cents.values()]}
    )
    before, after = _cents(earlier) / 100, _cents(later) / 100
    return Bridge(
        fmt=fmt,
        headline=_headline(parts, before, after, windows, fmt),
        findings=_findings(parts, before, after, windows, len(earlier) + len(later), fmt),
        tables=(_table(parts, earlier, later, windows, fmt),),
        assumptions=_assumptions(windows),
        before=before, after=after, parts=parts, windows=windows,
    )  # fmt: skip


def _windows(days: pd.Series, as_of: date) -> Windows | None:
    if days.dropna().empty:
        return None
    first, end = days.min().normalize(), pd.Timestamp(as_of)
    day_after = end + pd.Timedelta(days=1)
    if day_after - pd.DateOffset(months=2 * YEAR) + pd.Timedelta(days=FIRST_DAYS - 1) >= first:
        months = YEAR
    else:  # whole calendar months only
        day_after = day_after.to_period("M").to_timestamp()
        start = first.to_period("M") + (0 if first.day <= FIRST_DAYS else 1)
        months = ((day_after.to_period("M") - start).n) // 2
    if months < 1:
        return None
    start, middle = (day_after - pd.DateOffset(months=n * months) for n in (2, 1))
    return Windows(start, middle, day_after - pd.Timedelta(days=1), months)


def _split(earlier: pd.DataFrame, later: pd.DataFrame) -> dict[str, int]:
    """Parts of the change in cents."""
    if "customer_id" not in earlier:
        return _factors(earlier, later, ("orders", "order_value"))
    known = [frame[frame["customer_id"].notna()] for frame in (earlier, later)]
    parts = _factors(*known, ("customers", "frequency", "order_value"))
    unknown = [_cents(frame[frame["customer_id"].isna()]) for frame in (earlier, later)]
    return {**parts, "unknown": unknown[1] - unknown[0]} if any(unknown) else parts


def _factors(earlier: pd.DataFrame, later: pd.DataFrame, names: tuple[str, ...]) -> dict[str, int]:
    levels = [_levels(frame, names) for frame in (earlier, later)]
    before, after = levels[0] or (Fraction(0), *(levels[1] or [])[1:]), levels[1] or (Fraction(0), *(levels[0] or [])[1:])
    if not any(levels):
        return dict.fromkeys(names, 0)
    total = _cents(later) - _cents(earlier)
    return dict(zip(names, to_the_cent(shapley(before, after), total), strict=True))


def _levels(frame: pd.DataFrame, names: tuple[str, ...]) -> tuple[Fraction, ...] | None:
    """The factors, exactly; None without an order: then the other window's rates stand and all change is in the numbers."""
    if frame.empty:
        return None
    value = Fraction(_cents(frame), len(frame))
    if "customers" not in names:
        return Fraction(len(frame)), value
    customers = frame["customer_id"].nunique()
    return Fraction(customers), Fraction(len(frame), customers), value


def _cents(frame: pd.DataFrame) -> int:
    return round(float(frame["revenue"].sum()) * 100)


def _headline(parts: pd.DataFrame, before: float, after: float, windows: Windows, fmt: Formats) -> str:
    change = after - before
    if abs(change) <= STILL * abs(before):
        return "Revenue did not change"
    driver = parts.loc[(parts["change"] * (1 if change > 0 else -1)).idxmax()]
    size = fmt.share(abs(change / before)) if before > 0 else f"by {fmt.money(abs(change))}"
    since = "" if windows.months == YEAR else f" on the {windows.months} months before"
    direction, because = ("rose", 1) if change > 0 else ("fell", 2)
    return f"Revenue {direction} {size}{since}, above all because {_PARTS[driver['part']][because]}"


def _findings(parts: pd.DataFrame, before: float, after: float, windows: Windows, n: int, fmt: Formats) -> tuple[Finding, ...]:
    evidence = "shown" if windows.months == YEAR else "indicative"  # halves of a year differ by season
    basis = "the twelve months before" if windows.months == YEAR else f"the {windows.months} months before, another season"
    told = parts[parts["change"].abs() > TOLD * parts["change"].abs().max()]
    listed = ", ".join(f"{fmt.signed_money(p.change)} because {_reason(p)}" for p in told.itertuples())
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
        f"Because {_PARTS[worst['part']][2]}, revenue is {fmt.money(-worst['change'])} lower than it would have been.",
        value=float(worst["change"]), unit="money", n=n, evidence=evidence,
        money=-float(worst["change"]) if windows.months == YEAR else None,  # a season's loss comes back: no sum for a year
        action=_PARTS[worst["part"]][3],
    )  # fmt: skip
    return total, lost


def _reason(part) -> str:
    return _PARTS[part.part][1 if part.change > 0 else 2]


def _source(windows: Windows, fmt: Formats) -> str:
    return f"orders, {fmt.day(windows.start)} to {fmt.day(windows.end)}"


def _table(parts: pd.DataFrame, earlier: pd.DataFrame, later: pd.DataFrame, windows: Windows, fmt: Formats) -> Table:
    def measures(frame: pd.DataFrame) -> dict[str, float]:
        known = frame[frame["customer_id"].notna()] if "customer_id" in frame else frame
        customers = known["customer_id"].nunique() if "customer_id" in frame else 0
        return {
            "customers": customers, "frequency": len(known) / customers if customers else float("nan"), "orders": len(known),
            "order_value": known["revenue"].sum() / len(known) if len(known) else float("nan"),
            "unknown": len(frame) - len(known),
        }  # fmt: skip

    was, now = measures(earlier), measures(later)
    rows = parts.assign(before=parts["part"].map(was), after=parts["part"].map(now))
    total = {
        "part": "total",
        "label": "Revenue",
        "before": _cents(earlier) / 100,
        "after": _cents(later) / 100,
        "change": parts["change"].sum(),
    }
    frame = pd.concat([rows, pd.DataFrame([total])], ignore_index=True)
    frame["change"] = frame["change"].round(2)
    return Table(
        frame, "What the change of revenue is made of", _source(windows, fmt),
        {
            "label": ("Part", "text"), "before": ("Before", "number"), "after": ("After", "number"),
            "change": ("Change of revenue", "unit_money"),
        },
    )  # fmt: skip


def _assumptions(windows: Windows) -> tuple[Assumption, ...]:
    split = Assumption(
        "Where two factors moved together, their joint part is shared out evenly (Shapley), without a preferred order.",
        "high",
        "low",
    )
    if windows.months == YEAR:
        return (split,)
    n = windows.months
    season = f"The data hold less than 24 months, so {n} months are set against the {n} before: part of the change is season."
    return split, Assumption(season, "low", "high")


def _waterfall(result: Bridge) -> Figure:
    fmt, parts = result.fmt, result.parts
    total = round(result.after - result.before, 2)
    starts = [0.0, *parts["change"].cumsum().iloc[:-1], 0.0]
    changes = [*parts["change"], total]
    labels = [*parts["label"], "Change of revenue"]
    colours = [*(BAR if change >= 0 else FINDING for change in parts["change"]), HISTORY]
    with canvas(height=0.7 + 0.46 * len(changes)) as (figure, ax):
        ax.barh(range(len(changes)), changes, left=starts, color=colours, height=0.6)
        for place, (start, change) in enumerate(zip(starts, changes, strict=True)):
            ax.annotate(
                fmt.signed_money(change), (max(start, start + change), place), xytext=(5, 0), textcoords="offset points",
                va="center", color=FINDING if change < 0 else HISTORY,
            )  # fmt: skip
        ax.axvline(0, color=HISTORY, linewidth=0.8)
        ax.set_yticks(range(len(changes)), labels)
        ax.invert_yaxis()
        ax.use_sticky_edges = False
        ax.margins(x=0.16)
        ax.xaxis.set_major_formatter(lambda v, _: fmt.money(v) if v else "0")
        ax.locator_params(axis="x", nbins=5)
        ax.grid(True, axis="x")
        ax.grid(False, axis="y")
        svg = finish(figure)
    caption = f"Change of revenue from {fmt.money(result.before)} to {fmt.money(result.after)}, and what it is made of."
    alt = "; ".join(f"{label}: {fmt.signed_money(change)}" for label, change in zip(labels, changes, strict=True))
    columns = {"label": ("Part", "text"), "change": ("Change of revenue", "unit_money")}
    data = Table(
        pd.DataFrame({"label": labels, "change": changes}), "Change of revenue by part", _source(result.windows, fmt), columns
    )
    return Figure(svg, caption, _source(result.windows, fmt), f"Waterfall: {alt}.", data)
