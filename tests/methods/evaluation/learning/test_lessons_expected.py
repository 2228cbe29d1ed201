"""The lessons carry what the next strategy starts from."""

from datetime import date

import pandas as pd

from playbook.methods.evaluation.impact import Impact
from playbook.methods.evaluation.learning.lifts import tests_of as fair_tests  # pytest takes its own name for a test
from playbook.methods.evaluation.lessons import lessons
from playbook.methods.evaluation.measuring.effect import Effect
from playbook.result.formats import Formats

FMT, AS_OF = Formats("EUR"), date(2026, 6, 30)
MAIL = Effect(
    id="mail", label="Mail", start=date(2026, 5, 4), end=date(2026, 5, 31), design="control group", verdict="shown", cost=500,
    n_treated=300, n_control=300, effect=0.2, low=0.1, high=0.3, profit=900.0, payoff="always",
)  # fmt: skip


def impact(*effects):
    return Impact(fmt=FMT, headline="x", effects=pd.DataFrame({"id": [e.id for e in effects]}), measured=effects)


def test_tests_and_lifts_are_left_for_the_next_strategy():
    found = lessons(impact(MAIL), FMT, AS_OF, industry="retail")
    kinds = [one.kind for one in found.beliefs]
    assert kinds[0] == "test" and set(kinds[1:]) == {"lift"}
    assert found.findings[-1].id == "lessons-expected"
    assert found.tables[0].frame["basis"].tolist() == ["control group, 600 customers"]
    assert found.tables[0].frame["range"].tolist() == ["+20% (+10% to +30%)"]
    assert found.tables[1].caption.startswith("Change of revenue while an action runs")


def test_an_earlier_test_goes_on_counting_when_nothing_is_measured_now():
    past = fair_tests((MAIL,), ())
    found = lessons(impact(), FMT, AS_OF, past_memory=past)
    assert found.lessons == () and found.beliefs[0] == past[0] and len(found.beliefs) > 1


def test_actions_of_other_industries_are_not_told():
    shop, bank = (lessons(impact(MAIL), FMT, AS_OF, industry=i).beliefs for i in ("retail", "banking"))
    assert {one.id for one in bank if one.kind == "lift"} <= {one.id for one in shop if one.kind == "lift"}
