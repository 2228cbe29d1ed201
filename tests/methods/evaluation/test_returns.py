"""Returns: from measured effects to money in words; doubtful ones enter no sum; promises are held against what came."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Assumptions
from playbook.methods.evaluation.returns import Returns, returns
from playbook.methods.needs_analysis.bridge import bridge
from playbook.result.contract import Locked, Result
from playbook.result.formats import Formats
from playbook.result.remembered import Remembered

FMT, AS_OF = Formats("EUR"), date(2026, 12, 31)
DAYS = pd.date_range("2025-01-01", AS_OF)
ORDERS = pd.DataFrame(
    {"order_id": range(len(DAYS)), "day": DAYS, "revenue": 100.0, "customer_id": [f"c{i % 50}" for i in range(len(DAYS))]}
)
MAIL = {
    "id": "mail", "label": "Mail", "verdict": "shown", "design": "control group", "start": "2026-03-02", "end": "2026-03-29",
    "weeks": 4.0, "cost": 1000.0, "revenue": 4000.0, "revenue_low": 3000.0, "revenue_high": 5000.0,
}  # fmt: skip
CALL = {**MAIL, "id": "call", "label": "Call", "start": "2026-05-04", "end": "2026-05-31"}


@dataclass(frozen=True, kw_only=True)
class _Impact(Result):
    effects: pd.DataFrame


def answer(*rows, margin=0.5, **given):
    frame = pd.DataFrame(rows)
    impact = _Impact(
        fmt=FMT, headline="x", effects=frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))
    )
    return returns(ORDERS, Assumptions(gross_margin=margin), AS_OF, FMT, impact=impact, **given)


def sentences(found):
    return {f.id: f.sentence for f in found.findings}


def test_money_of_one_intervention():
    found = answer(MAIL)
    assert isinstance(found, Returns)
    assert found.headline == "After its cost of €1,000, Mail earned €1,000"
    told = sentences(found)
    assert told["returns-total"] == (
        "Mail cost €1,000 and brought €4,000 of extra revenue."
        " That is €2,000 of margin: €1,000 left after cost, €2.00 for each €1 spent."
    )
    assert told["returns-payback"] == (
        "On the best estimate, Mail paid for itself after 2 weeks of its 4 weeks; at the low end of its range it takes 2.7 weeks."
    )
    assert found.findings[0].evidence == "shown" and (found.findings[0].low, found.findings[0].high) == (500.0, 1500.0)
    assert len(found.tables[0].frame) == 1 and len(found.figures()) == 1


def test_overlap_is_shared_and_said():
    chosen = {**MAIL, "design": "other customers", "verdict": "likely"}
    found = answer(chosen, {**chosen, "id": "call", "label": "Call"})
    assert found.total.revenue == pytest.approx(4000)  # two measured 4,000 each on the very same customers and days
    assert sentences(found)["returns-shared"].startswith("Mail and Call reached the same customers in the same weeks.")
    assert "Call counts 50% of what was measured" in sentences(found)["returns-shared"]
    lots = answer(MAIL, {**MAIL, "id": "call", "label": "Call"})  # by lot, each measured its own effect
    assert lots.total.revenue == pytest.approx(8000) and "returns-shared" not in sentences(lots)
    apart = answer(MAIL, CALL)
    assert apart.total.revenue == pytest.approx(8000) and "returns-shared" not in sentences(apart)


def test_what_a_lot_found_is_taken_off_what_everybody_got():
    tv = {**MAIL, "id": "tv", "label": "TV", "design": "own past", "verdict": "likely", "revenue": 9000.0, "revenue_low": 6000.0,
          "revenue_high": 12_000.0}  # fmt: skip
    found = answer(MAIL, tv)
    assert found.earned["revenue"].tolist() == [4000, 5000]
    assert (found.total.revenue, found.total.revenue_low, found.total.revenue_high) == (9000, 6000, 12_000)
    assert sentences(found)["returns-shared"] == (
        "What came in the same weeks from Mail is taken off what was measured for TV, of which it is a part."
    )


def test_a_doubtful_comparison_enters_no_sum_and_is_named():
    found = answer(MAIL, {**CALL, "verdict": "indicative"})
    assert found.total.count == 1 and found.headline == "After its cost of €1,000, Mail earned €1,000"
    assert any(a.text.endswith("in doubt: Call.") for a in found.assumptions)


@pytest.mark.parametrize(
    ("change", "headline"),
    [
        # the low end loses 400
        ({"cost": 1900.0}, "For €1,900, Mail brought €4,000 of extra revenue; whether that covers the cost is open"),
        ({"cost": 2100.0}, "The margin that Mail brought, €2,000, may or may not cover its cost of €2,100"),
        ({"cost": 9000.0}, "The margin that Mail brought, €2,000, does not cover its cost of €9,000"),
        (
            {"verdict": "not shown", "revenue_low": -1000.0},
            "It is not yet clear whether Mail covered its cost of €1,000",
        ),
        (
            {"verdict": "harmful", "revenue": -4000.0, "revenue_low": -5000.0, "revenue_high": -3000.0},
            "Mail cost €1,000 and lowered revenue by €4,000",
        ),
    ],
)
def test_headline(change, headline):
    assert answer({**MAIL, **change}).headline == headline


def test_without_a_margin_only_revenue_is_told():
    found = answer(MAIL, margin=None)
    assert found.headline == "For €1,000, Mail brought €4,000 of extra revenue"
    assert sentences(found)["returns-total"] == "Mail cost €1,000 and brought €4,000 of extra revenue."
    assert "profit" not in found.tables[0].columns and "returns-payback" not in sentences(found)


def test_an_effect_that_may_be_chance_has_a_range_and_no_amount():
    found = answer({**MAIL, "verdict": "not shown", "revenue_low": -1000.0})
    assert found.findings[0].value is None
    assert "€4,000" not in " ".join(f.sentence for f in found.findings)
    assert found.tables[0].frame.loc[0, "revenue"] == "−€1,000 to €5,000"


def test_the_bridge_splits_the_change():
    found = answer(MAIL, bridge=bridge(ORDERS.assign(revenue=np.where(DAYS.year == 2026, 120.0, 100.0)), AS_OF, FMT))
    assert found.parts["change"].tolist() == [4000.0, 3300.0]
    assert (
        "Of the change, +€4,000 came from interventions and +€3,300 from everything else." in sentences(found)["returns-bridge"]
    )
    assert len(found.figures()) == 2


def test_the_bridge_tells_what_may_be_chance_apart():
    unsure = {**CALL, "verdict": "not shown", "revenue": 700.0, "revenue_low": -300.0, "revenue_high": 1700.0}
    found = answer(MAIL, unsure, bridge=bridge(ORDERS.assign(revenue=np.where(DAYS.year == 2026, 120.0, 100.0)), AS_OF, FMT))
    assert sentences(found)["returns-bridge"].endswith(
        "Of the change, +€4,000 came from interventions whose effect is more than chance, +€700 from those whose effect may be"
        " chance and +€2,600 from everything else."
    )
    told = next(f for f in found.findings if f.id == "returns-bridge")
    assert (told.value, told.low, told.high) == (4000, 3000, 5000)
    assert found.parts["change"].tolist() == [4000.0, 700.0, 2600.0]


@pytest.mark.parametrize(("start", "evidence"), [("2026-03-02", "indicative"), ("2025-12-31", "likely")])
def test_satisfaction_of_less_than_a_year_is_an_indication(start, evidence):
    days = pd.to_datetime(["2025-12-30"] * 40 + ["2026-12-30"] * 40)
    asked = pd.DataFrame({"date": days, "satisfaction": [5, 5, 5, 1] * 10 + [5, 1, 1, 1] * 10})
    early = {**MAIL, "start": start, "end": "2026-03-29"}
    found = next(f for f in answer(early, survey_answers=asked).findings if f.id == "returns-customer-satisfaction")
    assert found.evidence == evidence
    assert ("so this is only an indication" in found.sentence) == (evidence == "indicative")


def promised(value=100.0, apart=True):
    return tuple(
        Remembered(
            kind="forecast", id=f"revenue-{month}", label="Revenue", value=value, low=0.9 * value, high=1.1 * value, unit="money",
            since=month.date(), until=(month + pd.offsets.MonthEnd(0)).date(),
            made=(month - pd.Timedelta(days=1)).date() if apart else date(2026, 1, 31),
        )
        for month in pd.date_range("2026-02-01", periods=4, freq="MS")
    )  # fmt: skip


def test_forecasts_are_held_against_what_came():
    months = pd.DataFrame({"month": pd.date_range("2026-02-01", periods=4, freq="MS"), "revenue": [100.0, 105.0, 95.0, 150.0]})
    found = answer(MAIL, months=months, past_memory=promised())
    assert sentences(found)["returns-forecast"] == (
        "Earlier reports expected €400 of revenue for the 4 months since; €450 came, 12% more. "
        "Their 80% range held 3 of 4 months: they held what they promised."
    )
    broken = sentences(answer(MAIL, months=months, past_memory=promised(50.0)))["returns-forecast"]
    assert broken.endswith("held 0 of 4 months: they promised too much. They could not know of Mail, begun since.")
    open_ = next(f for f in answer(MAIL, months=months, past_memory=promised(50.0, apart=False)).findings if "-forecast" in f.id)
    assert "held 0 of 4 months: too few, though months of one report miss together" in open_.sentence
    assert open_.evidence == "indicative"


def test_a_planned_action_is_held_against_its_promise():
    plan = ({"action_id": "mail", "name": "Mail", "value": 60_000.0, "value_low": 50_000.0, "value_high": 70_000.0},)
    found = answer(MAIL, past_plan=plan)
    assert sentences(found)["returns-plan"] == (
        "One action of the last plan can be judged: for the time measured €4,603 of margin was promised, €2,000 came."
        " By the ranges, one brought less."
    )


def test_nothing_to_judge_locks_the_section_and_a_promise_alone_opens_it():
    assert isinstance(returns(ORDERS, Assumptions(), AS_OF, FMT), Locked)
    assert isinstance(answer({**MAIL, "verdict": "too early", "revenue": np.nan}), Locked)
    months = pd.DataFrame({"month": pd.date_range("2026-02-01", periods=4, freq="MS"), "revenue": 100.0})
    alone = returns(ORDERS, Assumptions(), AS_OF, FMT, months=months, past_memory=promised())
    assert alone.headline.startswith("Earlier reports expected €400 of revenue") and alone.figures() == ()


@pytest.mark.parametrize(
    ("expected", "told", "evidence"),
    [
        (49.0, "50 did, inside its range.", "shown"),
        (48.0, "50 did, 4.2% more, just outside its range.", "likely"),
        (80.0, "50 did, 38% fewer.", "not shown"),
    ],
)
def test_the_score_is_held_against_who_bought(expected, told, evidence):
    """All 50 customers bought within any 90 days."""
    promise = Remembered(
        kind="promise", id="buyers", label="x", value=expected, low=expected - 1, high=expected + 1, unit="count", n=50,
        since=date(2026, 7, 1), until=date(2026, 9, 28),
    )  # fmt: skip
    found = next(f for f in answer(MAIL, past_memory=(promise,)).findings if f.id == "returns-buyers")
    assert found.sentence.endswith(told) and found.evidence == evidence


@pytest.mark.parametrize(
    ("today", "word", "evidence"), [(5.0, "below", "not shown"), (6.1, "inside", "likely"), (8.0, "above", "likely")]
)
def test_steps_advised_are_held_against_what_a_case_is_worth_now(today, word, evidence):
    promise = Remembered(kind="promise", id="steps-advised", label="A case", value=6.0, low=5.5, high=7.0, unit="unit_money")
    now = SimpleNamespace(advice=SimpleNamespace(today=today))
    found = next(f for f in answer(MAIL, past_memory=(promise,), next_step=now).findings if f.id == "returns-steps-advised")
    assert found.sentence == (
        f"A case under the steps advised: €6.00 promised, {FMT.exact_money(today)} now, {word} the range given then"
        " (€5.50 to €7.00)."
    )
    assert found.evidence == evidence


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"verdict": "likely"}, "Mail cost €1,000 and probably brought €4,000 of extra revenue. That is €2,000 of margin:"),
        (
            {"verdict": "harmful", "revenue": -4000.0, "revenue_low": -5000.0, "revenue_high": -3000.0},
            "Mail cost €1,000 and lowered revenue by €4,000. Together with the margin lost, that is a loss of €3,000.",
        ),
    ],
)
def test_the_verb_is_as_sure_as_the_evidence(change, told):
    assert sentences(answer({**MAIL, "design": "other customers", **change}))["returns-total"].startswith(told)
