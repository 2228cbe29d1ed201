"""Since last: what changed against the report before this one, finding by finding."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.methods.monitoring.comparing.compare import VERDICTS, compare
from playbook.result.contract import Assumption, Finding, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["SinceLast", "since_last"]

MOST = 6  # changes that are told in a sentence; the table has all
SAID = ("worse", "new", "gone", "better")  # what is worth a sentence
_LEADS = {"worse": "Worse", "new": "New", "gone": "No longer so", "better": "Better"}


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
            unlock=("a published report of an earlier day (playbook run with --as-of makes one)",),
            promise=since_last.section.promise,
        )  # fmt: skip
    given = {
        "scorecard": scorecard, "bridge": bridge, "funnel": funnel, "customer-base": customer_base, "voice": voice,
        "segments": segments, "lifetime-value": lifetime_value, "demand": demand, "market": market,
        "plan-tracking": plan_tracking, "control-charts": control_charts, "forecast-tracking": forecast_tracking,
        "drift": drift,
        "campaigns": campaigns,
    }  # fmt: skip
    now = [{"section": name, **vars(f)} for name, result in given.items() if result is not None for f in result.findings]
    changes, last = compare(past_findings, now), date.fromisoformat(past_findings[0]["as_of"])
    told = changes[changes["verdict"].isin(SAID)]
    told = told.reindex(told["at_stake"].abs().sort_values(ascending=False, kind="stable").index).head(MOST)
    findings = tuple(_finding(row, last, fmt) for row in told.itertuples())
    quiet = Finding("since-last-quiet", f"Every finding is as it was on {fmt.day(last)}, within its range.", evidence="shown")
    return SinceLast(
        fmt=fmt, headline=_headline(changes, last, fmt), findings=findings or (quiet,), tables=_tables(changes, last, fmt),
        assumptions=_assumptions(), changes=changes, last=last,
    )  # fmt: skip


def _headline(changes: pd.DataFrame, last: date, fmt: Formats) -> str:
    counts = changes["verdict"].value_counts()
    parts = [f"{counts[v]} {v}" for v in VERDICTS[:-1] if counts.get(v, 0)]
    if not parts:
        return f"Nothing changed since {fmt.day(last)} beyond what chance explains"
    same = f"; {counts['same']} as before" if counts.get("same", 0) else ""
    of = "finding is" if parts[0].startswith("1 ") else "findings are"
    joined = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    number, word = joined.split(" ", 1)
    return f"Since {fmt.day(last)}, {number} {of} {word}{same}"


def _finding(row, last: date, fmt: Formats) -> Finding:
    stake = ""
    if row.verdict in ("worse", "better"):
        amounts = [fmt.value(v, row.unit) for v in (row.before, row.after)]
        what = " at stake" if row.unit == "money" and row.at_stake else ""
        stake = f" ({amounts[0]}{what} on {fmt.day(last)}, {amounts[1]} now)"
    text = row.sentence.split(". ")[0].rstrip(".")  # what else it says stands in its own section
    return Finding(
        f"since-last-{row.id}", f"{_LEADS[row.verdict]}: {text}{stake}.", float(row.at_stake) if row.at_stake else None, "money",
        evidence=row.evidence, action=None if row.verdict == "gone" or pd.isna(row.action) else row.action,
    )  # fmt: skip


def _tables(changes: pd.DataFrame, last: date, fmt: Formats) -> tuple[Table, ...]:
    if changes.empty:
        return ()
    written = [
        [("–" if pd.isna(v) else fmt.value(v, unit)) for v, unit in zip(changes[c], changes["unit"], strict=True)]
        for c in ("before", "after")
    ]
    shown = changes.assign(before=written[0], after=written[1], section=changes["section"].str.replace("-", " "))
    columns = {
        "verdict": ("Change", "text"), "section": ("Section", "text"), "sentence": ("Finding", "text"),
        "before": (fmt.day(last), "text"), "after": ("Now", "text"),
    }  # fmt: skip
    moved = shown[shown["verdict"] != "same"]
    caption, source = f"Findings that are not as they were on {fmt.day(last)}", "this report and the one before"
    tables = [Table(moved, caption, source, columns)] if len(moved) else []
    still = shown[shown["verdict"] == "same"]
    if len(still):
        tables.append(Table(still, f"Findings that are as they were on {fmt.day(last)}", source, columns, aside=True))
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
