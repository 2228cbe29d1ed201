"""What the change of revenue says: headline, findings and assumptions of the bridge, in the reader's language."""

from collections.abc import Iterable

import pandas as pd

from playbook.intake.frames.products import NO_GROUP
from playbook.locale.data import data_file
from playbook.methods.needs_analysis.revenue.price_volume_mix import EFFECTS
from playbook.methods.needs_analysis.windows import Windows, earlier, later, season_assumption
from playbook.result.contract import Assumption, Evidence, Finding
from playbook.result.formats import Formats

__all__ = [
    "TOLD",
    "bridge_assumptions",
    "bridge_findings",
    "bridge_headline",
    "group_findings",
    "group_word",
    "label_of",
    "source_of",
    "visit_findings",
]

TOLD = 0.01  # parts below this share of the largest are left to the table
CLOSE = 0.9  # parts from this share of the largest on are named with it
STILL = 0.0005  # a change of revenue below this share is none that one could explain
_PARTS = data_file(__package__, "parts.yml")


def label_of(part: str, fmt: Formats) -> str:
    """The name of a part of the change, as tables and charts show it."""
    return fmt.told(_PARTS[part]["label"])


def group_word(category: str, fmt: Formats) -> str:
    """A product group as a reader is told it: the client's own word, if it has one."""
    return fmt.told(category) if category == NO_GROUP else category


def source_of(tables: str, span: Windows, fmt: Formats) -> str:
    """Where the numbers come from: tables (a key of the catalogue) and the days of both windows."""
    return fmt.say("{tables}, {start} to {end}", tables=fmt.told(tables), start=fmt.day(span.start), end=fmt.day(span.end))


def bridge_headline(parts: pd.DataFrame, before: float, after: float, span: Windows, fmt: Formats) -> str:
    """How revenue changed, and the parts that moved it most in that direction."""
    change = after - before
    if abs(change) <= STILL * abs(before):
        return fmt.say("Revenue did not change")
    moved = (parts["change"] * (1 if change > 0 else -1)).sort_values(ascending=False, kind="stable")
    drivers = parts.loc[moved.index[moved >= CLOSE * moved.iloc[0]], "part"]
    reasons = fmt.listed(_reason(part, change, fmt) for part in drivers)
    size = fmt.share(abs(change / before)) if before > 0 else fmt.say("by {money}", money=fmt.money(abs(change)))
    if span.whole_year:
        if change > 0:
            return fmt.say("Revenue rose {size}, above all because {reasons}", size=size, reasons=reasons)
        return fmt.say("Revenue fell {size}, above all because {reasons}", size=size, reasons=reasons)
    values = {"size": size, "reasons": reasons, "earlier": earlier(span, fmt)}
    if change > 0:
        return fmt.say("Revenue rose {size} on {earlier}, above all because {reasons}", **values)
    return fmt.say("Revenue fell {size} on {earlier}, above all because {reasons}", **values)


def bridge_findings(parts: pd.DataFrame, before: float, after: float, span: Windows, n: int, fmt: Formats) -> tuple[Finding, ...]:
    """The whole change with its parts, and the part that took most away. ``n``: orders of both windows."""
    _, evidence = _basis(span, fmt)
    told = parts[parts["change"].abs() > TOLD * parts["change"].abs().max()]
    first, last = fmt.moneys(before, after)
    values = {"before": first, "after": last, "earlier": earlier(span, fmt), "later": later(span, fmt)}
    if told.empty:
        sentence = fmt.say("Revenue went from {before} in {earlier} to {after} in {later}.", **values)
    else:
        listed = _because(zip(told["part"], told["change"], strict=True), fmt)
        sentence = fmt.say("Revenue went from {before} in {earlier} to {after} in {later}: {parts}.", **values, parts=listed)
    season = "" if span.whole_year else fmt.say("The two lie in different seasons.")
    total = Finding(
        "bridge-total", fmt.sentences(sentence, season), value=round(after - before, 2), unit="money", n=n, evidence=evidence
    )
    losses = told[told["change"] < 0]
    if losses.empty:
        return (total,)
    worst = losses.loc[losses["change"].idxmin()]
    lost = Finding(
        "bridge-loss",
        fmt.say(
            "Because {reason}, revenue is {money} lower than it would otherwise be.",
            reason=_reason(worst["part"], -1, fmt), money=fmt.money(-worst["change"]),
        ),
        value=float(worst["change"]), unit="money", n=n, evidence=evidence,
        money=-float(worst["change"]) if span.whole_year else None,  # a season's loss comes back: no sum for a year
        action=_PARTS[worst["part"]]["action"],
    )  # fmt: skip
    return total, lost


def visit_findings(visits: pd.DataFrame | None, span: Windows, fmt: Formats) -> tuple[Finding, ...]:
    """The same change, told by visits, conversion and order value."""
    if visits is None:
        return ()
    basis, evidence = _basis(span, fmt)
    told = visits[visits["change"].abs() > TOLD * visits["change"].abs().max()]
    total = float(visits["change"].sum())
    values = {"change": fmt.signed_money(total), "basis": basis}
    if told.empty:
        sentence = fmt.say("Seen from the visits, revenue changed by {change} on {basis}.", **values)
    else:
        listed = _because(zip(told["part"], told["change"], strict=True), fmt)
        sentence = fmt.say("Seen from the visits, revenue changed by {change} on {basis}: {parts}.", **values, parts=listed)
    return (Finding("bridge-visits", sentence, value=total, unit="money", evidence=evidence),)


def group_findings(groups: pd.DataFrame | None, span: Windows, fmt: Formats) -> tuple[Finding, ...]:
    """What prices, units and mix did, and in which group most was lost."""
    if groups is None:
        return ()
    basis, evidence = _basis(span, fmt)
    sums = groups[list(EFFECTS)].sum()
    felt = [(name, value) for name, value in sums.items() if round(value)]
    told = []
    if felt:
        sentence = fmt.say("By product, compared with {basis}: {parts}.", basis=basis, parts=_because(felt, fmt))
        told.append(Finding("bridge-prices", sentence, value=float(sums["price"]), unit="money", evidence=evidence))
    worst = groups.loc[groups["change"].idxmin()]
    if worst["change"] < -TOLD * groups["before"].sum():
        fell = fmt.moneys(worst["before"], worst["after"])
        why = worst[[*EFFECTS, "other"]].astype("float64")
        sentence = fmt.say(
            "'{group}' lost most revenue, from {before} to {after}, above all because {reason}.",
            group=group_word(worst["category"], fmt),
            before=fell[0], after=fell[1], reason=_reason(why.idxmin(), -1, fmt),
        )  # fmt: skip
        told.append(
            Finding(
                "bridge-group", sentence, value=float(worst["change"]), unit="money", evidence=evidence,
                money=-float(worst["change"]) if span.whole_year else None,
                action=_PARTS[why.idxmin()]["action"],
            )
        )  # fmt: skip
    return tuple(told)


def bridge_assumptions(span: Windows, by_product: bool, fmt: Formats) -> tuple[Assumption, ...]:
    """What the split rests on; halves of a year also on the season."""
    listed = [
        Assumption(
            "Where two factors moved together, their joint part is shared out evenly (Shapley), without a preferred order.",
            "high", "low",
        )
    ]  # fmt: skip
    if by_product:
        listed.append(
            Assumption(
                "The price of a product is its revenue per unit, after discounts; a product sold in one period only counts as "
                "mix.", "high", "medium",
            )
        )  # fmt: skip
    if not span.whole_year:
        listed.append(season_assumption(span, fmt))
    return tuple(listed)


def _reason(part: str, change: float, fmt: Formats) -> str:
    return fmt.told(_PARTS[part]["up" if change > 0 else "down"])


def _because(parts: Iterable[tuple[str, float]], fmt: Formats) -> str:
    """Each part's change with its reason, as a list."""
    return fmt.listed(
        fmt.say("{change} because {reason}", change=fmt.signed_money(change), reason=_reason(part, change, fmt))
        for part, change in parts
    )


def _basis(span: Windows, fmt: Formats) -> tuple[str, Evidence]:
    """What the later window is set against, in words, and what that is worth: halves of a year differ by season."""
    if span.whole_year:
        return earlier(span, fmt), "shown"
    return fmt.say("{earlier}, another season", earlier=earlier(span, fmt)), "indicative"
