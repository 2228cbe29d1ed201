"""Since last: what changed against the report before this one, finding by finding."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.locale import mark
from playbook.methods.monitoring.comparing.compare import VERDICTS, compare
from playbook.result.contract import Assumption, Finding, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["SinceLast", "since_last"]

SOURCE = mark("this report and the one before")
MOST = 6  # changes that are told in a sentence; the table has all
SAID = ("worse", "new", "gone", "better")  # what is worth a sentence
_LEADS = {
    "worse": mark("Worse: {finding}."), "new": mark("New: {finding}."), "gone": mark("No longer so: {finding}."),
    "better": mark("Better: {finding}."),
}  # fmt: skip
_WORDS = {
    "worse": mark("worse"), "new": mark("new"), "gone": mark("gone"), "better": mark("better"), "moved": mark("moved"),
    "same": mark("same"),
}  # fmt: skip
_SECTIONS = {
    "scorecard": mark("scorecard"), "bridge": mark("change of revenue"), "funnel": mark("funnel"),
    "customer-base": mark("customer base"), "voice": mark("customers' voice"), "segments": mark("segments"),
    "lifetime-value": mark("customer lifetime value"), "demand": mark("demand"), "market": mark("market"),
    "plan-tracking": mark("plan tracking"), "control-charts": mark("control charts"),
    "forecast-tracking": mark("forecast tracking"), "drift": mark("drift"), "campaigns": mark("campaigns"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SinceLast(Result):
    """``changes``: one row a finding of either report, see ``compare``; ``last``: the day of the earlier report."""

    changes: pd.DataFrame = field(repr=False)
    last: date


@section(
    "since-last",
    "What changed since the last report?",
    promise="finding by finding what is new, gone, better, worse or the same as in the report before",
)
def since_last(
    past_findings: Sequence[dict],
    fmt: Formats,
    scorecard: Result | None = None,
    bridge: Result | None = None,
    funnel: Result | None = None,
    customer_base: Result | None = None,
    voice: Result | None = None,
    segments: Result | None = None,
    lifetime_value: Result | None = None,
    demand: Result | None = None,
    market: Result | None = None,
    plan_tracking: Result | None = None,
    control_charts: Result | None = None,
    forecast_tracking: Result | None = None,
    drift: Result | None = None,
    campaigns: Result | None = None,
) -> SinceLast | Locked:
    """Set the findings of this report's needs analysis, market research and monitoring against those of the one before.

    ``past_findings``: as ``run.kept.past_findings`` reads them. Findings are matched by their ids (see ``compare``). What
    strategy proposes is no finding about the business and is followed by plan tracking. Locked without an earlier report.
    """
    if not past_findings:
        return Locked(
            fmt=fmt, headline="This is the first report: there is none before it to compare with",
            unlock=("a published report of an earlier day",),
            promise=since_last.section.promise,
        )  # fmt: skip
    given = {
        "scorecard": scorecard, "bridge": bridge, "funnel": funnel, "customer-base": customer_base, "voice": voice,
        "segments": segments, "lifetime-value": lifetime_value, "demand": demand, "market": market,
        "plan-tracking": plan_tracking, "control-charts": control_charts, "forecast-tracking": forecast_tracking,
        "drift": drift, "campaigns": campaigns,
    }  # fmt: skip
    now = [{"section": name, **vars(f)} for name, result in given.items() if result is not None for f in result.findings]
    changes, last = compare(past_findings, now), date.fromisoformat(past_findings[0]["as_of"])
    told = changes[changes["verdict"].isin(SAID)]
    told = told.reindex(told["at_stake"].abs().sort_values(ascending=False, kind="stable").index).head(MOST)
    findings = tuple(_finding(row, last, fmt) for row in told.itertuples())
    as_before = fmt.say("Every finding is as it was on {day}, within its range.", day=fmt.day(last))
    quiet = Finding("since-last-quiet", as_before, evidence="shown")
    return SinceLast(
        fmt=fmt, headline=_headline(changes, last, fmt), findings=findings or (quiet,), tables=_tables(changes, last, fmt),
        assumptions=_assumptions(), changes=changes, last=last,
    )  # fmt: skip


def _headline(changes: pd.DataFrame, last: date, fmt: Formats) -> str:
    counts, day = changes["verdict"].value_counts(), fmt.day(last)
    moved = {verdict: int(counts[verdict]) for verdict in VERDICTS[:-1] if verdict in counts}
    if not moved:
        return fmt.say("Nothing changed since {day} beyond what chance explains", day=day)
    (first, number), *others = moved.items()
    parts = [fmt.say_n("{n} finding is {verdict}", "{n} findings are {verdict}", number, verdict=fmt.told(_WORDS[first]))]
    parts += [fmt.say("{count} {verdict}", count=fmt.count(n), verdict=fmt.told(_WORDS[other])) for other, n in others]
    if "same" in counts:
        same = fmt.count(counts["same"])
        return fmt.say("Since {day}, {changes}; {same} as before", day=day, changes=fmt.listed(parts), same=same)
    return fmt.say("Since {day}, {changes}", day=day, changes=fmt.listed(parts))


def _finding(row, last: date, fmt: Formats) -> Finding:
    text = re.split(r"\. |。", row.sentence)[0].rstrip(".")  # what else it says stands in its own section
    if row.verdict in ("worse", "better"):
        before, after = (fmt.value(v, row.unit) for v in (row.before, row.after))
        told = {"finding": text, "before": before, "after": after, "day": fmt.day(last)}
        if row.unit == "money" and row.at_stake:
            text = fmt.say("{finding} ({before} at stake on {day}, {after} now)", **told)
        else:
            text = fmt.say("{finding} ({before} on {day}, {after} now)", **told)
    sentence = fmt.say(_LEADS[row.verdict], finding=text)
    return Finding(
        f"since-last-{row.id}", sentence, float(row.at_stake) if row.at_stake else None, "money",
        evidence=row.evidence, action=None if row.verdict == "gone" or pd.isna(row.action) else row.action,
    )  # fmt: skip


def _tables(changes: pd.DataFrame, last: date, fmt: Formats) -> tuple[Table, ...]:
    if changes.empty:
        return ()
    written = [
        [("–" if pd.isna(v) else fmt.value(v, unit)) for v, unit in zip(changes[c], changes["unit"], strict=True)]
        for c in ("before", "after")
    ]
    shown = changes.assign(
        before=written[0], after=written[1],
        verdict=[fmt.told(_WORDS[verdict]) for verdict in changes["verdict"]],
        section=[fmt.told(_SECTIONS.get(id, id)) for id in changes["section"]],
    )  # fmt: skip
    columns = {
        "verdict": ("Change", "text"), "section": ("Section", "text"), "sentence": ("Finding", "text"),
        "before": (fmt.day(last), "text"), "after": ("Now", "text"),
    }  # fmt: skip
    same, day, tables = changes["verdict"] == "same", fmt.day(last), []
    if not same.all():
        caption = fmt.say("Findings that are not as they were on {day}", day=day)
        tables.append(Table(shown[~same], caption, SOURCE, columns))
    if same.any():
        caption = fmt.say("Findings that are as they were on {day}", day=day)
        tables.append(Table(shown[same], caption, SOURCE, columns, aside=True))
    return tuple(tables)


def _assumptions() -> tuple[Assumption, ...]:
    return (
        Assumption(
            "More money at stake counts as worse, less as better; a value without a good direction has only moved. The same:"
            " within what the two ranges leave to chance, or, without a range, less than 5% apart.",
            "medium", "medium",
        ),
        Assumption(
            "Findings are told apart by their names. A goal, a margin or a rule that was changed in client.yml in between moves"
            " them too.",
            "medium", "high",
        ),
    )  # fmt: skip
