"""Lifts: each test counts once, doubtful ones not at all, and only for the actions it speaks of."""

from dataclasses import replace
from datetime import date

import pytest

from playbook.methods.evaluation.learning.expected import lift_finding, lift_table
from playbook.methods.evaluation.learning.lifts import lift_frame, lifts
from playbook.methods.evaluation.learning.lifts import tests_of as fair_tests  # pytest takes its own name for a test
from playbook.methods.evaluation.learning.updating import belief, updated
from playbook.methods.evaluation.measuring.effect import Effect
from playbook.methods.strategy.advising.advice import load_advice
from playbook.result.formats import Formats

FMT = Formats("EUR")
MAIL = Effect(
    id="spring-mail", label="Mail", start=date(2026, 3, 2), end=date(2026, 3, 29), design="control group", verdict="shown",
    cost=1.0, n_treated=600, n_control=600, effect=0.35, low=0.22, high=0.51,
)  # fmt: skip


def found(*tests):
    return {lift.id: (lift, assumed, weight) for lift, assumed, weight in lifts(load_advice(), tests, Formats("EUR"))}


def test_only_fair_comparisons_are_tests():
    doubtful = (
        replace(MAIL, verdict="indicative"), replace(MAIL, verdict="too early"), replace(MAIL, design="own past"),
        replace(MAIL, low=float("nan")),
    )  # fmt: skip
    assert all(fair_tests((one,), ()) == () for one in doubtful)
    (test,) = fair_tests((MAIL,), ())
    assert (test.value, test.low, test.high, test.n, test.days) == (0.35, 0.22, 0.51, 1200, 28)


def test_a_test_measured_again_counts_once_and_one_no_longer_measured_is_kept():
    first = fair_tests((MAIL, replace(MAIL, id="old-mail", end=date(2026, 3, 1))), ())
    again = fair_tests((replace(MAIL, effect=0.30),), first)
    assert [(test.id, test.value) for test in again] == [("old-mail", 0.35), ("spring-mail", 0.30)]


def test_a_test_found_doubtful_later_counts_no_longer():
    first = fair_tests((MAIL,), ())
    assert fair_tests((replace(MAIL, verdict="indicative"),), first) == ()
    assert fair_tests((replace(MAIL, design="own past"),), first) == ()
    assert fair_tests((replace(MAIL, verdict="too little data", effect=float("nan")),), first) == first


def test_the_lift_of_an_action_is_the_assumption_updated_test_by_test():
    (one,) = fair_tests((MAIL,), ())
    lift, assumed, weight = found(one)["potential-next-product"]
    stated = next(a for a in load_advice()["potential"] if a.id == "potential-next-product").lift
    by_hand, share = updated(belief(stated.expected, stated.low, stated.high), belief(0.35, 0.22, 0.51))
    told = assumed.mean, lift.value, lift.low, lift.high
    assert told == pytest.approx((stated.expected, by_hand.mean, by_hand.low, by_hand.high))
    assert (weight, lift.n, lift.evidence, lift.days) == (pytest.approx(share), 1, "shown", 28)
    two = replace(one, id="autumn-mail", until=date(2026, 9, 30), since=date(2026, 9, 1), evidence="not shown", value=0.05)
    twice, _ = updated(by_hand, belief(0.05, 0.22, 0.51))
    lift, *_ = found(one, two)["potential-next-product"]
    assert (lift.value, lift.n, lift.evidence, lift.days) == (pytest.approx(twice.mean), 2, "not shown", 30)


def test_actions_that_no_test_speaks_of_keep_their_assumption():
    (one,) = fair_tests((MAIL,), ())
    touched = set(found(one))
    assert touched and all("mail" in a.evidence_from for actions in load_advice().values() for a in actions if a.id in touched)
    assert found(replace(one, id="banner-redesign")) == {}


def test_words_and_table():
    frame = lift_frame(tuple(found(*fair_tests((MAIL,), ())).values()))
    (told,) = lift_finding(frame, FMT)
    assert (
        "of revenue on 28 days a year, as tested, instead of +3.0% all year, as assumed so far." in told.sentence
        and told.sentence.endswith("re-planned as well.")
    )
    assert told.low < told.value < told.high and told.evidence == "likely"
    (table,) = lift_table(frame, FMT)
    assert len(table.frame) == len(frame) and list(table.columns) == ["name", "before", "tests", "weight", "after"]
    assert lift_finding(frame.iloc[:0], FMT) == () == lift_table(frame.iloc[:0], FMT)
    alone = lift_finding(frame.iloc[:1], FMT)[0].sentence
    assert alone.endswith("as assumed so far.")
