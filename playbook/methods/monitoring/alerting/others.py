"""Alerts from other sections: customers who are slipping away, and what campaigns, forecasts and scores put at stake."""

from collections.abc import Container
from dataclasses import replace

import numpy as np

from playbook.methods.monitoring.alerting.charts import MATERIAL
from playbook.result.contract import Result
from playbook.result.formats import Formats

__all__ = ["forecast_alerts", "result_alerts", "segment_alerts"]

SURE = frozenset({"shown", "harmful"})  # what may call for a decision at once
RAISED = SURE | {"likely"}
BIAS = "forecast-tracking-bias"


def segment_alerts(segments: Result | None, known: Container[str], fmt: Formats) -> list[dict]:
    """Findings of the segments that the advice knows, with what these customers bring in a year: some are always silent, so that
    they are watched and only a change of their number is news."""
    findings = segments.findings if segments is not None else ()
    return [_row(f, f.id, "watch", fmt, own=False) for f in findings if f.id in known]


def forecast_alerts(forecast_tracking: Result | None, fmt: Formats) -> list[dict]:
    """A forecast that misses to one side is watched: plans are made with it, but no money is lost by it. Where more came than it
    said, that is good news."""
    findings = forecast_tracking.findings if forecast_tracking is not None else ()
    raised = (f for f in findings if f.id == BIAS and f.evidence in RAISED)
    return [
        _row(replace(f, money=None), "forecast-tracking", "watch", fmt, own=True) | {"favourable": bool(f.value and f.value > 0)}
        for f in raised
    ]


def result_alerts(result: Result | None, kind: str, revenue_year: float, fmt: Formats, *, unpriced: bool = False) -> list[dict]:
    """Findings of a section with money at stake and evidence for it, or of harm: the money is that of a year.

    Act now: shown or harmful, and at least MATERIAL of a year's revenue, or harmful without an amount. ``unpriced``: findings
    that are shown and ask for an action without an amount are watched too (a score that no longer holds has no price).
    """
    rows = []
    for finding in result.findings if result is not None else ():
        harmful, priced = finding.evidence == "harmful", bool(finding.money and finding.money > 0)
        asked = unpriced and finding.evidence == "shown" and finding.action is not None and finding.money is None
        if not (harmful or asked or (priced and finding.evidence in RAISED)):
            continue
        large = finding.money >= MATERIAL * revenue_year if priced else harmful
        rows.append(_row(finding, kind, "act now" if large and finding.evidence in SURE else "watch", fmt, own=True))
    return rows


def _row(finding, kind: str, level: str, fmt: Formats, own: bool) -> dict:
    return {
        "id": f"alerts-{finding.id}", "kind": kind, "alert": finding.sentence, "level": level,
        "money": np.nan if finding.money is None else finding.money, "basis": fmt.say("a year"), "favourable": False,
        "evidence": finding.evidence, "n": finding.n, "cause": None, "spells": 1.0, "adjust": "",
        "action": finding.action if own else None, "owner": finding.owner if own else None,
    }  # fmt: skip
