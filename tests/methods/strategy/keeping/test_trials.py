from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Intervention
from playbook.methods.strategy.keeping.trials import case_trials, drawn_by_lot, order_trials

START, AS_OF = pd.Timestamp("2026-03-02"), date(2026, 6, 30)
MAIL = Intervention(id="mail", name="Mail", start=START.date(), end=date(2026, 3, 29), cost=240)


def _client(customers: int = 300, seed: int = 0):
    """Everybody has orders before the start; the treated order once more during the mail."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"c{i:03}" for i in range(customers)])
    treated = np.arange(customers) % 2 == 0
    before = pd.DataFrame(
        {
            "customer_id": np.repeat(ids, 3),
            "day": START - pd.to_timedelta(rng.integers(1, 300, 3 * customers), "D"),
            "revenue": 50.0,
        }
    )
    during = pd.DataFrame({"customer_id": ids[treated], "day": START + pd.Timedelta(days=3), "revenue": 80.0})
    orders = pd.concat([before, during], ignore_index=True)
    members = pd.DataFrame({"intervention_id": "mail", "customer_id": ids, "group": np.where(treated, "treated", "control")})
    return orders, members


def _trials(orders, members, *interventions, contact=None):
    return order_trials(interventions or (MAIL,), members, orders, None, AS_OF, contact)


def test_states_before_outcomes_during_and_the_cost_of_one():
    (trial,) = _trials(*_client())
    assert (trial.outcome == trial.treated).all()
    assert trial.cost == pytest.approx(240 / 150)
    assert trial.days == 28 and trial.by_lot and not trial.in_margin
    assert (trial.worth == 50).all()
    assert trial.features["orders_365" if "orders_365" in trial.features else "orders_180"].max() <= 3


def test_nothing_that_came_after_the_start_is_a_feature():
    orders, members = _client()
    later = orders["day"] >= START
    without = orders[~later]
    told = _trials(orders, members)[0].features
    assert told.equals(_trials(pd.concat([without, orders[later].assign(revenue=999.0)]), members)[0].features)


def test_who_waits_lies_within_what_the_trial_saw():
    orders, members = _client()
    hundred = pd.DataFrame({"customer_id": "often", "day": pd.date_range("2026-04-01", periods=90), "revenue": 50.0})
    (trial,) = _trials(pd.concat([orders, hundred], ignore_index=True), members)
    assert "often" not in trial.waiting.index and len(trial.waiting)
    assert trial.waiting["recency_days"].max() <= trial.features["recency_days"].max()


def test_what_is_no_trial():
    orders, members = _client()
    assert _trials(orders, members.assign(group="treated")) == []  # nobody left out
    assert _trials(orders, members.iloc[:150]) == []  # too few
    assert _trials(orders.iloc[:0], members) == []
    assert _trials(orders, members, Intervention(id="other", start=START.date())) == []
    assert _trials(orders, members, Intervention(id="mail", start=date(2026, 6, 20))) == []  # has run too short
    assert _trials(orders, members, Intervention(id="mail", start=date(2027, 1, 1))) == []


def test_free_of_charge_the_stated_cost_of_a_contact_counts():
    free = Intervention(id="mail", start=START.date(), end=date(2026, 3, 29))
    orders, members = _client()
    assert _trials(orders, members, free)[0].cost is None
    assert _trials(orders, members, free, contact=0.35)[0].cost == 0.35


def _cases(n: int = 600, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    treatment = rng.choice(["Mail", "Call", None], n)
    outcome = pd.Series(rng.random(n) < 0.3, dtype="boolean")
    outcome[:60] = pd.NA
    return pd.DataFrame(
        {
            "case_id": [f"k{i}" for i in range(n)], "outcome": outcome, "treatment": treatment, "value": 10.0, "cost": 2.0,
            "customer_id": [f"c{i}" for i in range(n)], "feature: age": rng.integers(18, 90, n),
            "feature: closing note": np.where(outcome.fillna(False), "signed", "refused"),
        }
    )  # fmt: skip


def test_cases_make_a_trial_for_each_treatment_without_what_gives_the_outcome_away():
    cases = _cases()
    call, mail = case_trials(cases, None)
    assert (call.label, mail.label, mail.unit, mail.in_margin) == ("Call", "Mail", "yes", True)
    assert list(mail.features) == ["feature: age"]
    assert (mail.cost, set(mail.worth)) == (2.0, {10.0})
    open_alone = cases["outcome"].isna() & cases["treatment"].isna()
    assert list(mail.waiting.index) == list(cases.loc[open_alone, "case_id"])
    assert list(mail.owners) == list(cases.loc[open_alone, "customer_id"])
    assert case_trials(cases.drop(columns="treatment"), None) == []
    assert case_trials(cases.iloc[:0], None) == []
    assert case_trials(cases.drop(columns=["cost", "value"]), 0.5)[0].cost == 0.5


def test_a_choice_by_the_sales_person_is_not_a_lot():
    rng = np.random.default_rng(0)
    features = pd.DataFrame({"x": rng.normal(size=500), "same": 1.0})
    assert drawn_by_lot(features, rng.random(500) < 0.5)
    assert not drawn_by_lot(features, features["x"].to_numpy() + rng.normal(size=500) > 0)
    assert drawn_by_lot(features[["same"]], rng.random(500) < 0.5)


@pytest.mark.parametrize("feature", [1.0, np.nan, "id", None])
def test_cases_that_nothing_sets_apart_are_no_trial(feature):
    cases = _cases().drop(columns=["feature: age", "feature: closing note"])
    if feature is not None:
        cases["feature: x"] = cases["case_id"] if feature == "id" else feature
    assert case_trials(cases, None) == []


def test_one_outcome_only_is_no_trial():
    for outcome in (True, False):
        assert case_trials(_cases().assign(outcome=pd.array([outcome] * 600, dtype="boolean")), None) == []


def test_spellings_are_one_treatment_and_nothing_done_has_many_names():
    cases = _cases().drop(columns="feature: closing note")
    spelt = cases.assign(treatment=np.where(cases["treatment"].eq("Mail") & (cases.index % 3 == 0), "mail ", cases["treatment"]))
    spelt["treatment"] = spelt["treatment"].where(spelt["treatment"].notna(), "Control")
    call, mail = case_trials(spelt, None)
    assert (call.id, mail.id, mail.label) == ("case-call", "case-mail", "Mail")
    assert mail.treated.sum() == case_trials(cases, None)[1].treated.sum()
