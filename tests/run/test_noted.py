"""What results leave for later reports."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.methods.needs_analysis.kpis.standing import Standing
from playbook.result.contract import Locked, Result
from playbook.result.formats import Formats
from playbook.result.remembered import Remembered, one_of_kind
from playbook.run.noted import noted

FMT, DAY = Formats("EUR"), date(2026, 10, 31)


def test_kpis_forecasts_and_promises():
    card = SimpleNamespace(standings={"churn": Standing(CATALOGUE["churn"], 0.2, low=0.18, high=0.22, cases=90)})
    (kpi,) = noted("scorecard", card, DAY)
    assert (kpi.kind, kpi.id, kpi.value, kpi.low, kpi.high, kpi.unit, kpi.n) == ("kpi", "churn", 0.2, 0.18, 0.22, "share", 90)
    forecast = pd.DataFrame({"month": [pd.Timestamp("2026-11-01")], "revenue": [10.0], "low": [8.0], "high": [np.nan]})
    (month,) = noted("demand", SimpleNamespace(forecast=forecast), DAY)
    assert (month.id, month.since, month.until, month.low, month.high) == (
        "revenue-2026-11", date(2026, 11, 1), date(2026, 11, 30), 8.0, None,
    )  # fmt: skip
    listed = pd.DataFrame({"chance": [0.5] * 100})
    (buyers,) = noted("scoring", SimpleNamespace(asked=SimpleNamespace(kind="customers"), listed=listed), DAY)
    assert (buyers.value, buyers.n, buyers.since, buyers.days) == (50.0, 100, date(2026, 11, 1), 90)
    assert buyers.high - buyers.value == pytest.approx(1.2816 * 5, abs=1e-3)  # the root of 100 x 0.5 x 0.5 is 5
    assert noted("scoring", SimpleNamespace(asked=SimpleNamespace(kind="cases"), listed=listed), DAY) == ()


def test_promises_of_steps_and_products():
    advice = SimpleNamespace(today=5.0, gain=1.0, gain_low=0.5, gain_high=2.0)
    (step,) = noted("next_step", SimpleNamespace(advice=advice), DAY)
    assert (step.id, step.value, step.low, step.high) == ("steps-advised", 6.0, 5.5, 7.0)
    assert noted("next_step", SimpleNamespace(advice=None), DAY) == ()
    chosen = SimpleNamespace(judged=range(200))
    (named,) = noted("recommendations", SimpleNamespace(right=(0.5, 0.45, 0.55), chosen=chosen), DAY)
    assert (named.value, named.n) == (0.5, 200) and (named.low, named.high) == (0.45, 0.55)


def test_a_locked_or_unknown_result_leaves_nothing():
    @dataclass(frozen=True, kw_only=True)
    class _Plain(Result):
        pass

    assert noted("scorecard", Locked(fmt=FMT, headline="x", unlock=()), DAY) == ()
    assert noted("alerts", _Plain(fmt=FMT, headline="x"), DAY) == ()


def test_what_is_no_figure_cannot_be_remembered():
    for wrong in ({"value": float("nan")}, {"value": 1.0, "low": float("inf")}):
        with pytest.raises(ValueError, match="no figures to remember"):
            Remembered(kind="kpi", id="x", label="x", **wrong)
    told = (Remembered(kind="kpi", id="x", label="x", value=1.0), Remembered(kind="lift", id="x", label="x", value=2.0))
    assert one_of_kind(told, "lift")["x"].value == 2.0
