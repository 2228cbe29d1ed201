"""Worth findings: what customers are still worth, how satisfied they are and what they cost to serve, since we began."""

from playbook.locale import mark
from playbook.methods.evaluation.returning.service import YEAR
from playbook.methods.evaluation.returning.told import Told
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["felt_findings", "worth_findings", "worth_headline"]

UNHAPPIER = mark("Ask the customers who were unhappy since, before the next start.")
COSTLIER = mark("Find the question that comes more often than before, and remove its cause before the next start.")
NEW = "new-customer"  # id under which reports remember what a new customer is worth


def worth_headline(told: Told) -> str:
    """What customers are worth against the last report."""
    fmt, row = told.fmt, told.since.iloc[0]
    return fmt.say(
        "A new customer is worth {now}, {change} on the last report"
        if row["id"] == NEW
        else "All customers together are worth {now}, {change} on the last report",
        now=fmt.money(row["now"]),
        change=fmt.change(row["change"]),
    )


def worth_findings(told: Told) -> list[Finding]:
    """Of those who got an intervention against those left out by lot, and of all against the last report."""
    found = [_apart(row, told.fmt) for row in told.worth[(told.worth["low"] > 0) | (told.worth["high"] < 0)].itertuples()]
    if len(told.worth) and not found:
        text = mark(
            "Customers who got an intervention and those left out differ in what they are still worth by no more than chance."
        )
        found.append(Finding("returns-worth", text, n=int(told.worth["n"].max()), evidence="not shown"))
    return [*found, *(_since(row, told.fmt) for row in told.since.itertuples())]


def _apart(row, fmt: Formats) -> Finding:
    sentence = fmt.say(
        "A customer who got {label} is still worth {got} today, {apart} more than one who was left out by lot."
        if row.more > 0
        else "A customer who got {label} is still worth {got} today, {apart} less than one who was left out by lot.",
        label=row.label,
        got=fmt.money(row.got),
        apart=fmt.money(abs(row.more)),
    )
    return Finding(
        f"returns-worth-{row.id}", sentence, row.more, "money", row.low, row.high, row.n,
        evidence="likely",
    )  # fmt: skip


def _since(row, fmt: Formats) -> Finding:
    values = {"now": fmt.money(row.now), "before": fmt.money(row.before), "change": fmt.change(row.change)}
    if row.id == NEW:
        sentence = fmt.say(
            "A new customer is worth {now} now; in the last report it was {before} ({change})."
            if row.sure
            else "A new customer is worth {now} now; in the last report it was {before} ({change}, within the range given then).",
            **values,
        )
    else:
        sentence = fmt.say(
            "All customers together are worth {now} now; in the last report it was {before} ({change})."
            if row.sure
            else "All customers together are worth {now} now; in the last report it was {before} ({change}, within the range"
            " given then).",
            **values,
        )
    return Finding(
        "returns-worth-since-new" if row.id == NEW else "returns-worth-since-all", sentence, row.change, "share",
        evidence="likely" if row.sure else "not shown",
    )  # fmt: skip


def felt_findings(told: Told) -> list[Finding]:
    """Satisfaction and the cost to serve, before the first intervention and since."""
    return [_measure(row, told.fmt) for row in told.felt.itertuples()]


def _measure(row, fmt: Formats) -> Finding:
    sure = row.low > 0 or row.high < 0
    better = (row.change > 0) == (row.good == "up")
    write = fmt.points if row.unit == "share" else fmt.change if row.unit == "unit_money" else lambda v: fmt.points(v / 100)
    tell = (lambda v: fmt.number(v, 1)) if row.unit == "number" else lambda v: fmt.value(v, row.unit)
    values = {
        "measure": fmt.told(row.measure),
        "before": tell(row.before),
        "after": tell(row.after),
        "change": write(row.change),
    }
    if not sure:
        moved = fmt.say(
            "{measure}: {before} before the first intervention, {after} since ({change}): no more than chance.", **values
        )
    elif better:
        moved = fmt.say("{measure}: {before} before the first intervention, {after} since ({change}): better.", **values)
    else:
        moved = fmt.say("{measure}: {before} before the first intervention, {after} since ({change}): worse.", **values)
    whole = row.days >= YEAR  # fewer days compare one season with another, and nobody was left out to tell the two apart
    sentence = fmt.sentences(
        moved,
        fmt.say("Each side covers {n} days.", n=fmt.count(row.days)),
        "" if whole or not sure else fmt.say("The two lie in different seasons, so this is only an indication."),
    )
    return Finding(
        f"returns-{row.measure.lower().replace(' ', '-')}",
        sentence,
        float(row.change),
        "points" if row.unit == "share" else "share" if row.unit == "unit_money" else "number",
        float(row.low),
        float(row.high),
        int(row.n),
        evidence="not shown" if not sure else "indicative" if not whole else "likely",
        action=None if not sure or better else COSTLIER if row.unit == "unit_money" else UNHAPPIER,
    )
