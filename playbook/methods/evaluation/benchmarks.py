"""Benchmarks: how the client's KPIs stand beside those of the consultant's other clients, of whom none can be told."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from playbook.engagement import Industry
from playbook.methods.evaluation.comparing.figures import places_figure
from playbook.methods.evaluation.comparing.peers import FEWEST, compared
from playbook.methods.evaluation.comparing.words import SOURCE, where, written
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.methods.needs_analysis.scorecard import Scorecard
from playbook.result.contract import Assumption, Figure, Finding, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Benchmarks", "benchmarks"]

MIXED = "other"  # an industry that says nothing


@dataclass(frozen=True, kw_only=True)
class Benchmarks(Result):
    """``compared``: one row a KPI (see ``comparing.peers.compared``)."""

    compared: pd.DataFrame = field(repr=False)

    def figures(self) -> tuple[Figure, ...]:
        """Where each KPI stands, the better to the right."""
        return (places_figure(self.compared, self.fmt),)


@section(
    "benchmarks",
    "How does the client stand beside others?",
    promise="each KPI beside the middle half of comparable clients, none of whom can be recognised",
)
def benchmarks(scorecard: Scorecard, peer_kpis: pd.DataFrame, industry: Industry, fmt: Formats) -> Result:
    """Compare the client's KPIs with those that the last reports of other clients of its industry kept.

    ``peer_kpis``: industry, currency, kpi, value, a row a client and KPI, without names. A KPI is shown from five other clients
    on, as quartiles to two figures, and only where no reader could work out a single client's figure (``comparing.disclosure``).
    Locked below that.
    """
    own = {kpi: stood.now for kpi, stood in scorecard.standings.items() if np.isfinite(stood.now)}
    table = compared(own, peer_kpis, industry, fmt.currency) if industry != MIXED else pd.DataFrame()
    if table.empty:
        reports = fmt.say(
            "the last reports of at least {n} other clients of the same industry, different enough that none can be recognised",
            n=FEWEST,
        )
        return Locked(
            fmt=fmt,
            headline="Not compared yet: too few other clients of the same industry",
            unlock=("industry in client.yml", reports) if industry == MIXED else (reports,),
            promise=benchmarks.section.promise,
        )
    return Benchmarks(
        fmt=fmt,
        headline=_headline(table, fmt),
        findings=_findings(table, fmt),
        tables=(_table(table, fmt),),
        assumptions=_assumptions(fmt),
        compared=table,
    )


def _headline(table: pd.DataFrame, fmt: Formats) -> str:
    told = table.dropna(subset=["better"])
    better = int(told["better"].sum())
    if len(table) == 1:
        return fmt.say(
            "{kpi} is better than at most comparable clients" if better else "{kpi} is no better than at most comparable clients",
            kpi=fmt.told(CATALOGUE[table["kpi"].iloc[0]].label),
        )
    return fmt.say_n(
        "One of {all} KPIs that can be compared is better than at most comparable clients",
        "{n} of {all} KPIs that can be compared are better than at most comparable clients",
        better,
        all=fmt.count(len(table)),
    )


def _findings(table: pd.DataFrame, fmt: Formats) -> tuple[Finding, ...]:
    """The KPIs that stand out, the worse ones first; else one sentence that nothing does."""
    outside = table[(table["own"] < table["lower"]) | (table["own"] > table["upper"])]
    rows = outside.sort_values("better", kind="stable")
    found = tuple(_stands_out(row, fmt) for row in rows.itertuples())
    if found:
        return found
    return (
        Finding(
            "benchmarks-usual",
            "No KPI lies outside the middle half of comparable clients.",
            float(len(table)),
            "count",
            evidence="indicative",
        ),
    )


def _stands_out(row, fmt: Formats) -> Finding:
    kpi = CATALOGUE[row.kpi]
    values = {
        "kpi": fmt.told(kpi.label),
        "own": fmt.value(row.own, kpi.unit),
        "low": written(row.lower, kpi.unit, fmt),
        "high": written(row.upper, kpi.unit, fmt),
    }
    if row.own > row.upper:
        sentence = fmt.say(
            "{kpi}, {own}, lies above the middle half of comparable clients ({low} to {high}): better than at about three in four"
            " of them."
            if row.better
            else "{kpi}, {own}, lies above the middle half of comparable clients ({low} to {high}): worse than at about three in"
            " four of them.",
            **values,
        )
    else:
        sentence = fmt.say(
            "{kpi}, {own}, lies below the middle half of comparable clients ({low} to {high}): better than at about three in four"
            " of them."
            if row.better
            else "{kpi}, {own}, lies below the middle half of comparable clients ({low} to {high}): worse than at about three in"
            " four of them.",
            **values,
        )
    return Finding(
        f"benchmarks-{row.kpi.replace('_', '-')}", sentence, float(row.own), kpi.unit, evidence="indicative",
        action=None if row.better else kpi.lever,
    )  # fmt: skip


def _table(table: pd.DataFrame, fmt: Formats) -> Table:
    shown = pd.DataFrame(
        [
            (
                fmt.told(CATALOGUE[row.kpi].label),
                fmt.value(row.own, CATALOGUE[row.kpi].unit),
                *(written(x, CATALOGUE[row.kpi].unit, fmt) for x in (row.lower, row.middle, row.upper)),
                where(row, fmt),
            )
            for row in table.itertuples()
        ],
        columns=["kpi", "own", "lower", "middle", "upper", "where"],
    )
    columns = {
        "kpi": ("KPI", "text"),
        "own": ("This client", "text"),
        "lower": ("A quarter lies below", "text"),
        "middle": ("Half lies below", "text"),
        "upper": ("Three quarters lie below", "text"),
        "where": ("Stands", "text"),
    }
    return Table(shown, "KPIs beside those of comparable clients, to two figures.", SOURCE, columns)


def _assumptions(fmt: Formats) -> tuple[Assumption, ...]:
    few = fmt.say(
        "We compare with at least {n} other clients of the same industry, as their last reports, of the last two years, "
        "found them; money only in the same currency. They are few and were not drawn at random: they are no sample of the "
        "industry.",
        n=FEWEST,
    )
    return (
        Assumption(few, "low", "medium"),
        Assumption(
            "Quartiles are weighted means of all clients, to two figures, and left out where a single client could be "
            "recognised.",
            "high", "low",
        ),
        Assumption("Revenue, orders and customers compare sizes, not skill.", "high", "medium"),
    )  # fmt: skip
