"""Findings of returns: the sum first, then what is behind it, then our own promises."""

import math

from playbook.methods.evaluation.returning.baseline import baseline_sum
from playbook.methods.evaluation.returning.earnings import SURE
from playbook.methods.evaluation.returning.promise_findings import promise_findings
from playbook.methods.evaluation.returning.service import YEAR
from playbook.methods.evaluation.returning.told import Told
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["findings", "headline"]

OWNER = "marketing"


def headline(told: Told) -> str:
    """What all interventions that count earned, or the first promise that can be judged."""
    if told.total is None:
        return promise_findings(told)[0].sentence.split(". ")[0].rstrip(".") if promise_findings(told) else _worth_headline(told)
    fmt, sums = told.fmt, told.total
    subject, cost = _subject(told), fmt.money(sums.cost)
    if sums.evidence not in SURE:
        return f"Whether {subject} earned {_their(told)} cost of {cost} cannot be told from chance yet"
    if sums.evidence == "harmful":
        return f"{subject[0].upper()}{subject[1:]} cost {cost} and lowered revenue by {fmt.money(-sums.revenue)}"
    probably = "" if sums.evidence == "shown" else "probably "
    if told.margin is None:
        return f"For {cost} {subject} {probably}brought {fmt.money(sums.revenue)} of revenue"
    if sums.profit > 0 >= sums.profit_low:
        return (
            f"For {cost} {subject} {probably}brought {fmt.money(sums.revenue)} of revenue; whether that earned the cost is open"
        )
    if sums.profit > 0:
        return f"After {_their(told)} cost of {cost} {subject} {probably}earned {fmt.money(sums.profit)}"
    told_so = "does not cover" if sums.profit_high <= 0 else "may or may not cover"
    return f"The margin that {subject} {probably}brought, {fmt.money(sums.margin)}, {told_so} {_their(told)} cost of {cost}"


def findings(told: Told) -> tuple[Finding, ...]:
    """All there is to tell, most important first."""
    found = [_total(told), _payback(told), _shared(told), _bridge(told)] if told.total is not None else []
    return tuple(f for f in (*found, *_worth(told), *_felt(told), *promise_findings(told)) if f)


def _subject(told: Told) -> str:
    count = told.total.count
    if count == 1:
        return told.earned["label"].iloc[0]
    return f"the {count} interventions that can be judged" if count < told.stated else f"the {count} interventions"


def _their(told: Told) -> str:
    return "its" if told.total.count == 1 else "their"


def _worth_headline(told: Told) -> str:
    row = told.since.iloc[0]
    return f"{row['label']}: worth {told.fmt.money(row['now'])}, {told.fmt.change(row['change'])} on the last report"


def _total(told: Told) -> Finding:
    fmt, sums = told.fmt, told.total
    subject = _subject(told)
    start = subject[0].upper() + subject[1:]
    brought = f"{start} cost {fmt.money(sums.cost)} and brought {fmt.money(sums.revenue)} of revenue"
    span = f"{fmt.money(sums.revenue_low)} to {fmt.money(sums.revenue_high)}"
    if sums.evidence not in SURE:
        brought = f"{start} cost {fmt.money(sums.cost)}; what came of it lies between {span} of revenue, which may be chance"
        return Finding(
            "returns-total", f"{brought}.", None, "money", evidence=sums.evidence, owner=OWNER,
            action="Measure fewer interventions on more customers each, with a control group drawn by lot.",
        )  # fmt: skip
    text = f"{brought}."
    if told.margin is not None:
        left = "left" if sums.profit >= 0 else "short"
        text = f"{brought}, {fmt.money(sums.margin)} of margin: {fmt.money(abs(sums.profit))} {left} after cost" + (
            f", {_per_one(sums.margin / sums.cost, fmt)} for each {_one(fmt)} spent." if sums.cost > 0 else "."
        )
    value = sums.revenue if told.margin is None else sums.profit
    low, high = (sums.revenue_low, sums.revenue_high) if told.margin is None else (sums.profit_low, sums.profit_high)
    return Finding(
        "returns-total", text, value, "money", low, high, money=None if told.margin is None else abs(sums.profit),
        evidence=_grade(told), owner=OWNER,
    )  # fmt: skip


def _grade(told: Told) -> str:
    """Of what is left after cost where the margin is known: a gain in revenue may still be a loss."""
    sums = told.total
    if told.margin is None or sums.profit_low > 0:
        return sums.evidence
    return "likely" if sums.profit_high < 0 else "indicative"


def _one(fmt: Formats) -> str:
    return fmt.money(1.0)


def _per_one(back: float, fmt: Formats) -> str:
    return fmt.exact_money(back)


def _payback(told: Told) -> Finding | None:
    """When the surest intervention with a price had earned it."""
    sure = told.earned[told.earned["verdict"].isin(SURE) & (told.earned["cost"] > 0) & told.earned["payback"].notna()]
    if sure.empty:
        return None
    fmt = told.fmt
    row = sure.loc[sure["margin"].idxmax()]
    weeks, ran = row["payback"], row["weeks"]
    evidence = "likely" if row["verdict"] == "shown" else row["verdict"]
    if not math.isfinite(weeks):
        return Finding("returns-payback", f"{row['label']} never earns its cost back: it brought no margin.", evidence=evidence)
    if weeks <= ran:
        text = f"{row['label']} had earned its cost after {_weeks(weeks, fmt)} of its {_weeks(ran, fmt)}"
    else:
        text = f"{row['label']} would have had to run {_weeks(weeks, fmt)} to earn its cost; it ran {_weeks(ran, fmt)}"
    slow = row["payback_high"]
    late = "; at the low end of its range it never would" if not math.isfinite(slow) else ""
    late = late or f"; at the low end of its range after {_weeks(slow, fmt)}"
    return Finding("returns-payback", f"{text}{late}.", float(weeks), "number", evidence=evidence, owner=OWNER)


def _weeks(weeks: float, fmt: Formats) -> str:
    written = fmt.number(weeks, 1)
    return f"{written} week{'' if written == '1' else 's'}"


def _shared(told: Told) -> Finding | None:
    """What is credited with less than was measured for it, so that the sum counts nothing twice."""
    if told.shared.empty:
        return None
    split = told.shared[told.shared["share"] < 1]
    parts = [f"{row.less} is taken off what was measured for {row.label}" for row in told.shared.itertuples() if row.less]
    text = []
    if len(split):
        each = "; ".join(f"{row.label} counts {told.fmt.share(row.share)} of what was measured" for row in split.itertuples())
        text.append(
            f"{_names(split['label'].tolist())} reached the same customers in the same weeks. They share what was measured there,"
            f" so that nothing is counted twice: {each}."
        )
    if parts:
        text.append(f"What came in the same weeks from {'; what came from '.join(parts)}, of which it is a part.")
    return Finding(
        "returns-shared", " ".join(text), evidence="indicative",
        action="Let interventions follow each other, or draw their customers by lot apart.",
    )  # fmt: skip


def _names(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _bridge(told: Told) -> Finding | None:
    if len(told.parts) < 2:
        return None
    fmt, before, after = told.fmt, told.bridge.before, told.bridge.after
    rest = float(told.parts["change"].iloc[-1])
    sure = told.earned[told.earned["verdict"].isin(SURE)]
    brought, low, high = baseline_sum(sure, told.bridge.windows)
    chance = after - before - rest - brought  # of what may be chance, which the chart shows apart
    moved = "rose" if after >= before else "fell"
    unsure = f"{fmt.signed_money(chance)} from those whose effect may be chance" if round(chance) else ""
    parts = [
        f"{fmt.signed_money(brought)} came from interventions{' whose effect is more than chance' if unsure else ''}",
        unsure,
    ]
    return Finding(
        "returns-bridge",
        f"Revenue {moved} from {fmt.money(before)} to {fmt.money(after)}. Of that, {', '.join(filter(None, parts))}"
        f" and {fmt.signed_money(rest)} from everything else.",
        brought, "money", low, high, evidence="likely" if told.total.evidence in ("shown", "likely") else "indicative",
    )  # fmt: skip


def _worth(told: Told) -> list[Finding]:
    fmt, found = told.fmt, []
    sure = told.worth[(told.worth["low"] > 0) | (told.worth["high"] < 0)]
    for row in sure.itertuples():
        side = "more" if row.more > 0 else "less"
        found.append(
            Finding(
                f"returns-worth-{row.id}",
                f"A customer who got {row.label} is still worth {fmt.money(row.got)} today, {fmt.money(abs(row.more))} {side}"
                " than one who was left out by lot.",
                row.more,
                "money",
                row.low,
                row.high,
                row.n,
                evidence="likely" if row.more > 0 else "harmful",
            )  # fmt: skip
        )
    if len(told.worth) and not found:
        text = "In what they are still worth, those who got an intervention and those left out differ by no more than chance."
        found.append(Finding("returns-worth", text, n=int(told.worth["n"].max()), evidence="not shown"))
    for row in told.since.itertuples():
        surely = "" if row.sure else ", within the range given then"
        found.append(
            Finding(
                f"returns-worth-since-{'new' if row.Index == 0 and row.label.startswith('A new') else 'all'}",
                f"{row.label}: worth {fmt.money(row.now)} now, {fmt.money(row.before)} in the last report"
                f" ({fmt.change(row.change)}{surely}).",
                row.change,
                "share",
                evidence="likely" if row.sure else "not shown",
            )  # fmt: skip
        )
    return found


def _felt(told: Told) -> list[Finding]:
    return [_measure(row, told.fmt) for row in told.felt.itertuples()]


def _measure(row, fmt: Formats) -> Finding:
    sure = row.low > 0 or row.high < 0
    better = (row.change > 0) == (row.good == "up")
    write = fmt.points if row.unit == "share" else fmt.change if row.unit == "unit_money" else lambda v: fmt.points(v / 100)
    change = write(row.change)
    tell = (lambda v: fmt.number(v, 1)) if row.unit == "number" else lambda v: fmt.value(v, row.unit)
    values = f"{tell(row.before)} before and {tell(row.after)} since"
    verdict = "no more than chance" if not sure else "better" if better else "worse"
    whole = row.days >= YEAR  # fewer days compare one season with another, and nobody was left out to tell the two apart
    season = "" if whole or not sure else " They lie in other seasons, so this is an indication only."
    return Finding(
        f"returns-{row.measure.lower().replace(' ', '-')}",
        f"{row.measure}: {values} ({change}), {verdict}. Compared are {fmt.count(row.days)} days on either side.{season}",
        float(row.change),
        "points" if row.unit == "share" else "share" if row.unit == "unit_money" else "number",
        float(row.low),
        float(row.high),
        int(row.n),
        evidence="not shown" if not sure else "indicative" if not whole else "likely" if better else "harmful",
        action=None if not sure or better else "Ask the customers who were unhappy since, before the next start.",
    )
