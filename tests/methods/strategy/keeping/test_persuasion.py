from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.counting import counted_once
from playbook.methods.strategy.keeping.persuasion import learn_persuasion, told_apart
from playbook.methods.strategy.keeping.tables import groups_table
from playbook.methods.strategy.keeping.target_list import target_list, target_proposal
from playbook.methods.strategy.keeping.trials import Trial
from playbook.result.formats import Formats

FMT = Formats("EUR")


def _trial(n: int = 1600, seed: int = 0, cost: float | None = 1.0, effect=(-0.4, 0.0, 0.0, 0.8), by_lot: bool = True) -> Trial:
    """Four kinds of customers by days of silence; the third kind buys much anyway."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 4, n)
    features = pd.DataFrame(
        {"recency_days": 20.0 * kind + rng.random(n) * 20, "orders_180": (kind == 2) * 5.0 + rng.random(n)},
        index=[f"c{i:04}" for i in range(n)],
    )
    treated = rng.random(n) < 0.5
    mean = np.array([0.6, 0.3, 1.5, 0.2])[kind] + np.array(effect)[kind] * treated
    worth = np.full(n, 20.0)
    return Trial(
        "mail", "Mail", "orders", features, treated, rng.poisson(mean).astype(float), worth, False, cost, 28, features, worth,
        by_lot=by_lot,
    )  # fmt: skip


def test_who_is_persuaded_who_buys_anyway_and_who_is_put_off():
    found = learn_persuasion(_trial(4000), 0.5, 1)
    assert found.evidence == "shown"
    groups = found.groups
    assert groups["verdict"].iloc[0] == "persuaded" and groups["verdict"].iloc[-1] == "put off"
    assert groups["effect"].iloc[0] == pytest.approx(0.8, abs=0.2)
    assert groups["customers"].tolist() == [1000] * 4
    assert found.told[0] == "recency_days"
    assert groups["recency_days"].iloc[0] > 55
    # The put off (a quarter) lose 0.4 x 10 and cost 1, the two kinds between cost 1: about 5/4 + 1/2 a customer saved.
    assert found.choosing / 4000 == pytest.approx(1.75, abs=0.4)
    assert found.choosing > 2 * found.choosing_error
    assert 0.2 < found.addressed < 0.45


def test_the_target_list_holds_those_worth_it_and_adds_up():
    found = learn_persuasion(_trial(cost=4.0), 0.5, 1)
    listed = target_list(found, 0.5)
    assert (listed["value"] > listed["cost"]).all() and listed["gain"].is_monotonic_decreasing
    assert (listed["recency_days"] > 55).mean() > 0.8
    proposal = target_proposal(found, listed, FMT)
    assert proposal.cost == pytest.approx(4 * len(listed)) and proposal.value == pytest.approx(listed["value"].sum())
    assert list(proposal.worklist.frame[proposal.worklist.key]) == list(proposal.lines["key"])
    assert proposal.pool == "purchases" and proposal.evidence == "shown"
    # One order brings 20 x 0.5 and one contact costs 4: it pays from forty orders in a hundred.
    assert "40 more orders per 100" in proposal.stop_rule


def test_cases_are_listed_by_case_so_that_the_score_does_not_sell_the_same_call_again():
    plain = _trial(cost=4.0)
    owners = pd.Series([f"k{i // 2}" for i in range(1600)], plain.waiting.index)
    worth = np.full(1600, 10.0)
    found = learn_persuasion(
        replace(plain, id="case-call", unit="yes", in_margin=True, worth=worth, waiting_worth=worth, owners=owners), None, 1
    )
    listed = target_list(found, None)
    proposal = target_proposal(found, listed, FMT)
    assert proposal.pool == "new customers" and set(proposal.lines["key"]) <= set(plain.waiting.index)
    assert (listed["customer_id"] == listed["key"].map(owners)).all() and listed["customer_id"].duplicated().any()
    assert list(proposal.worklist.columns)[:2] == ["key", "customer_id"] and proposal.whom == "cases it persuades"
    scored = replace(proposal, id="scored-list", lines=proposal.lines.assign(value=proposal.lines["value"] * 0.9))
    assert [p.id for p in counted_once([scored, proposal])] == ["repeat-case-call"]


def test_without_a_cost_nobody_is_listed_and_several_trials_need_more_evidence():
    found = learn_persuasion(_trial(cost=None), 0.5, 1)
    assert target_list(found, 0.5).empty and np.isnan(found.choosing)
    weak = _trial(800, 1, effect=(0.0, 0.0, 0.0, 0.5))
    alone, among = (learn_persuasion(weak, 0.5, trials).evidence for trials in (1, 1000))
    assert alone in ("shown", "likely") and among == "not shown"
    assert learn_persuasion(_trial(by_lot=False), 0.5, 1).evidence == "indicative"


def test_words_for_columns_of_text():
    scores = np.linspace(0, 1, 200)
    features = pd.DataFrame({"place": np.where(scores > 0.5, "北京", "上海"), "same": 1.0, "noise": np.tile([0.0, 1.0], 100)})
    assert told_apart(features, scores)[0] == "place"


def test_the_quarters_of_a_trial_are_shown_in_words():
    plain = _trial()
    kinds = plain.features.assign(region=np.where(plain.features["recency_days"] > 60, "north", "south"))[["region"]]
    found = learn_persuasion(replace(plain, features=kinds, waiting=kinds), 0.5, 1)
    (word, share), table = found.groups["region"].iloc[0], groups_table(found, "control groups", FMT)
    assert word == "north" and 0.9 < share <= 1
    shown = table.frame.iloc[0]
    assert shown["region"] == f"north ({share:.0%})" and shown["group"] == "First quarter"
    assert table.columns["region"] == ("Region", "text") and table.columns["range"] == ("80% range", "text")
