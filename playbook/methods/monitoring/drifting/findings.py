"""What drift says: one finding a matter (columns, scores, segments, channels, mix, prices), and what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.grouping.migration import NEW_SINCE
from playbook.methods.monitoring.drifting.grades import MODERATE, STRONG
from playbook.methods.monitoring.drifting.sales import HELD
from playbook.methods.monitoring.drifting.words import (
    ACTIONS,
    MATTERS,
    MAYBE,
    ROWS,
    SALES,
    SCORES_SHIFTED,
    SHIFTED,
    level_name,
    row_name,
)
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import Formats

__all__ = ["Told", "findings", "headline", "moves_finding"]

NAMED = 3  # columns that a sentence names
QUARTERS = 4


@dataclass(frozen=True)
class Told:
    """Words of one run: by kind, ``when`` says what the present is compared with and ``caveat`` what else could explain a
    difference (nothing where it is empty); ``revenue_quarter``: of the weeks whose prices are compared, if known."""

    fmt: Formats
    when: Mapping[str, str]
    caveat: Mapping[str, str]
    revenue_quarter: float | None

    def against(self, kind: str) -> str:
        """What the present is compared with."""
        return self.fmt.told(self.when[kind])

    def evidence(self, row) -> Evidence:
        """Shown where the difference is more than chance and nothing else is known to explain it."""
        if row.grade == "none":
            return "not shown"
        return "indicative" if self.caveat[row.kind] else "shown"


def headline(rows: pd.DataFrame, told: Told) -> str:
    """What drifted most, or that nothing did."""
    fmt, alerts = told.fmt, rows[rows["grade"].isin([STRONG, "moderate"])]
    if alerts.empty:
        return fmt.say_n(
            "Nothing that matters has drifted: {n} comparison, no alert",
            "Nothing that matters has drifted: {n} comparisons, no alert",
            len(rows),
        )
    (first, _, number), *rest = (MATTERS[kind] for kind in dict.fromkeys(alerts["kind"]))
    what = fmt.told(first)
    if alerts["grade"].iloc[0] == STRONG:
        changed = fmt.say_n("{what} has changed strongly", "{what} have changed strongly", number, what=what)
    else:
        changed = fmt.say_n("{what} has changed noticeably", "{what} have changed noticeably", number, what=what)
    if rest:
        names, number = fmt.listed(fmt.told(name) for _, name, _ in rest), rest[0][2] if len(rest) == 1 else 2
        changed = fmt.say_n(
            "{changed}, and so has {names}", "{changed}, and so have {names}", number, changed=changed, names=names
        )
    caveats = {told.caveat[kind] for kind in alerts["kind"]}
    if len(caveats) == 1 and all(caveats):
        return fmt.say("{changed}; {maybe}", changed=changed, maybe=fmt.told(MAYBE[caveats.pop()]))
    return changed


def findings(rows: pd.DataFrame, told: Told, more: tuple[Finding | None, ...] = ()) -> tuple[Finding, ...]:
    """One finding a kind in the order of MATTERS, those with nothing to say last; then ``more``, where there are any."""
    found = []
    for kind in MATTERS:
        of_kind = rows[rows["kind"] == kind]
        if len(of_kind):
            found.append((of_kind["grade"].eq("none").all(), _SENTENCES[kind](of_kind, told)))
    ordered = [finding for quiet, finding in sorted(found, key=lambda pair: pair[0])]
    return (*ordered, *(one for one in more if one is not None))


def moves_finding(migration: pd.DataFrame, when: str, fmt: Formats) -> Finding | None:
    """The move between two segments that cost most; ``migration`` as in ``Segments``. None where no move cost anything."""
    known = migration[(migration["then"] != NEW_SINCE) & (migration["then"] != migration["now"])]
    change = known["revenue_after"] - known["revenue_before"]
    if not (change < 0).any():
        return None
    flow, lost = known.loc[change.idxmin()], float(-change.min())
    return Finding(
        "drift-moves",
        fmt.say_n(
            "The costliest move between segments, against {when}: {n} customer from {then} to {now}, who brought {after} instead"
            " of {before}.",
            "The costliest move between segments, against {when}: {n} customers from {then} to {now}, who brought {after} instead"
            " of {before}.",
            int(flow["customers"]), when=fmt.told(when), then=flow["then"], now=flow["now"],
            after=fmt.money(flow["revenue_after"]), before=fmt.money(flow["revenue_before"]),
        ),
        value=-lost,
        unit="money",
        n=int(flow["customers"]),
        evidence="indicative",  # some always fall, as others rise
        action=fmt.say("Ask the largest of them why; the list of segments names who is {segment} now.", segment=flow["now"]),
        owner=SALES,
    )  # fmt: skip


def _columns(rows: pd.DataFrame, told: Told) -> Finding:
    fmt, alerts, kind = told.fmt, rows[rows["grade"].isin([STRONG, "moderate"])], rows["kind"].iloc[0]
    when, names = told.against(kind), fmt.told(ROWS[kind])
    columns = fmt.say_n("{n} column that describes {rows}", "{n} columns that describe {rows}", len(rows), rows=names)
    if alerts.empty:
        slight = int((rows["grade"] == "slight").sum())
        none = fmt.say("None of {columns} has shifted noticeably against {when}.", columns=columns, when=when)
        few = fmt.say_n("One differs slightly.", "{n} differ slightly.", slight) if slight else ""
        return _quiet(kind, rows, fmt.sentences(none, few))
    named = [
        fmt.say("{column} ({change})", column=row_name(r, fmt), change=_change(r, fmt)) for r in alerts.head(NAMED).itertuples()
    ]
    more = [fmt.say("{count} more", count=len(alerts) - NAMED)] if len(alerts) > NAMED else []
    sentence = fmt.say_n(
        "One of {columns} has shifted against {when}: {named}.",
        "{n} of {columns} have shifted against {when}: {named}.",
        len(alerts), columns=columns, when=when, named=fmt.listed([*named, *more]),
    )  # fmt: skip
    return _alert(alerts, told, sentence)


def _score(rows: pd.DataFrame, told: Told) -> Finding:
    r, fmt = next(rows.itertuples()), told.fmt
    now, before = fmt.share(r.now), fmt.share(r.before)
    means = (
        fmt.say("{now} on average in both", now=now)
        if now == before
        else fmt.say("{now} on average instead of {before}", now=now, before=before)
    )
    words = {"rows": fmt.told(r.name), "means": means}
    if r.grade == "none":
        sentence = fmt.say(
            "The scores of {rows} are spread like those of {rows} with a known outcome: {means}, no more than chance explains.",
            **words,
        )
        return _quiet("score", rows, sentence)
    return _alert(rows, told, fmt.say(SCORES_SHIFTED[r.grade], **words))


def _calibration(rows: pd.DataFrame, told: Told) -> Finding:
    r, fmt = next(rows.itertuples()), told.fmt
    seen = fmt.say(
        "Of the latest {rows} scored, {now} turned out yes and {before} were expected to",
        rows=fmt.count(r.rows_now), now=fmt.share(r.now), before=fmt.share(r.before),
    )  # fmt: skip
    if r.grade == "none" and abs(r.size) < MODERATE:
        return _quiet("calibration", rows, fmt.say("{seen}: the scores hold.", seen=seen))
    if r.grade == "none":
        return _quiet("calibration", rows, fmt.say("{seen}: more than a little, but chance may explain it.", seen=seen))
    size = fmt.share(abs(r.size))
    sentence = (
        fmt.say("{seen}: the scores are {size} too low.", seen=seen, size=size)
        if r.size > 0
        else fmt.say("{seen}: the scores are {size} too high.", seen=seen, size=size)
    )
    return _alert(rows, told, sentence)


def _level(kind: str, what: str) -> Callable[[pd.DataFrame, Told], Finding]:
    def sentence(rows: pd.DataFrame, told: Told) -> Finding:
        r, fmt = next(rows.itertuples()), told.fmt
        words = {"what": fmt.told(what), "when": told.against(kind), "change": _change(r, fmt)}
        if r.grade == "none":
            as_before = fmt.say("{what} is as before, against {when}; {change} is the largest difference.", **words)
            return _quiet(kind, rows, as_before)
        return _alert(rows, told, fmt.say(SHIFTED[r.grade], **words))

    return sentence


def _price(rows: pd.DataFrame, told: Told) -> Finding:
    r, fmt = next(rows.itertuples()), told.fmt
    change = r.size / HELD
    words = {"count": fmt.count(r.rows_now), "size": fmt.share(abs(change)), "when": told.against("price")}
    cost = (
        fmt.say("The same {count} products cost {size} more than in {when}", **words)
        if change > 0
        else fmt.say("The same {count} products cost {size} less than in {when}", **words)
    )
    if r.grade == "none":
        return _quiet("price", rows, fmt.say("{cost}, which chance may explain.", cost=cost))
    known = told.revenue_quarter is not None and change < 0 and not told.caveat["price"]
    lost = told.revenue_quarter * QUARTERS * -change / (1 + change) if known else None
    sentence = (
        fmt.say("{cost}, {money} a year at today's sales.", cost=cost, money=fmt.money(lost))
        if lost
        else fmt.say("{sentence}.", sentence=cost)
    )
    return _alert(rows, told, sentence, value=change, money=lost)


def _change(r, fmt: Formats) -> str:
    now, before = fmt.value(r.now, r.unit), fmt.value(r.before, r.unit)
    if isinstance(r.level, str):
        return fmt.say("{name} {now} instead of {before}", name=level_name(r.level, fmt), now=now, before=before)
    return fmt.say("{now} instead of {before}", now=now, before=before)


def _quiet(kind: str, rows: pd.DataFrame, sentence: str) -> Finding:
    return Finding(f"drift-{kind}", sentence, n=int(rows["rows_now"].max()), evidence="not shown")


def _alert(rows: pd.DataFrame, told: Told, sentence: str, value: float | None = None, money: float | None = None) -> Finding:
    r = next(rows.itertuples())
    action, owner = ACTIONS[r.kind]
    return Finding(
        f"drift-{r.kind}",
        told.fmt.sentences(sentence, told.fmt.told(told.caveat[r.kind])),
        value=r.size if value is None else value,
        unit="number" if value is None else "share",
        n=int(r.rows_now),
        money=money,
        evidence=told.evidence(r),
        action=action if r.grade != "slight" else None,
        owner=owner if r.grade != "slight" else None,
    )


_SENTENCES: Mapping[str, Callable[[pd.DataFrame, Told], Finding]] = MappingProxyType(
    {
        "customers": _columns,
        "cases": _columns,
        "score": _score,
        "calibration": _calibration,
        "segments": _level("segments", mark("The spread of customers over the segments")),
        "channel": _level("channel", mark("The share of the channels in orders")),
        "mix": _level("mix", mark("The mix of revenue by product group")),
        "price": _price,
    }
)
