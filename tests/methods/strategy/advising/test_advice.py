"""The advice list: complete, consistent, and true to the benchmark it names."""

from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import get_args

import pandas as pd
import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from playbook.engagement import Industry, Intervention
from playbook.methods.strategy.advising.advice import Cost, Lift, fitting, learn, load_advice
from playbook.result.contract import Lesson
from playbook.result.formats import Formats
from playbook.result.remembered import Remembered

ACTIONS = [a for actions in load_advice().values() for a in actions]
FMT = Formats("EUR")
POINTS = next(a for a in ACTIONS if a.id == "loyal-points")


def test_every_kind_of_segment_has_advice():
    kinds = YAML(typ="safe").load(
        files("playbook.methods.market_research.grouping").joinpath("names.yml").read_text(encoding="utf-8")
    )
    assert set(kinds) == set(load_advice())
    for industry in get_args(Industry):
        assert all(1 <= len(fitting(load_advice(), kind, industry)) <= 2 for kind in kinds), industry


def test_free_delivery_is_for_shops_only():
    ids = {industry: [a.id for a in fitting(load_advice(), "potential", industry)] for industry in ("retail", "banking")}
    assert ids == {"retail": ["potential-next-product", "potential-free-delivery"], "banking": ["potential-next-product"]}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.id)
def test_an_action_is_whole(action):
    kind = next(kind for kind, actions in load_advice().items() if action in actions)
    assert action.id.startswith(f"{kind}-")
    # what is not measured says so, and only a benchmark may claim more than low support
    assert action.lift.support == "low" or "published benchmark" in action.lift.source


def test_wrong_entries_are_refused():
    with pytest.raises(ValidationError, match="must rise"):
        Lift(low=0.2, expected=0.1, high=0.3, source="x", support="low")
    with pytest.raises(ValidationError, match="costs nothing"):
        Cost(contact=0, reward=0)


def lesson(id="loyalty-points", verdict="shown", next_step="scale", effect=0.08, low=0.04, high=0.12, until=None):
    return Lesson(id, "Points raised revenue by 8%", verdict, next_step, effect, low, high, profit=5000.0, until=until)


TEST = Intervention(id="loyalty-points", start=date(2026, 5, 4), end=date(2026, 7, 15))  # 73 days, a fifth of a year


def test_an_own_measurement_replaces_the_assumption():
    learned = learn(POINTS, (lesson(),), (TEST,))
    assert learned.measured and learned.source(FMT) == "your own test" and learned.lift.support == "high"
    # 8 percent x 73 / 365
    assert (learned.lift.low, learned.lift.expected, learned.lift.high) == pytest.approx((0.008, 0.016, 0.024))
    assert learned.days == 73 and learned.running == pytest.approx(0.2)  # and so is its cost


@pytest.mark.parametrize(
    "told",
    [
        lesson(verdict="not shown", next_step="test again"),
        lesson(effect=None, low=None, high=None),
        lesson(id="loyalty-2"),  # no such intervention: its days are not known
    ],
)
def test_a_weak_measurement_is_only_shown(told):
    learned = learn(POINTS, (told,), (TEST,))
    assert learned.lesson == told and learned.lift == POINTS.lift and not learned.withdrawn
    assert learned.use(FMT) == "assumption kept, shown for comparison"


def test_harm_withdraws_and_other_actions_do_not_count():
    assert learn(POINTS, (lesson(verdict="harmful", next_step="retire"),), (TEST,)).withdrawn
    assert learn(POINTS, (lesson(id="banner-redesign"),), (TEST,)).lesson is None


def test_the_lesson_measured_last_counts_wherever_it_stands_in_the_list():
    old = lesson(verdict="not shown", next_step="retire", until="2024-03-31")
    new = lesson(until="2026-07-15")
    for listed in ((new, old), (old, new)):  # a report lists the strongest first
        learned = learn(POINTS, listed, (TEST,))
        assert learned.lesson == new and not learned.withdrawn
    assert learn(POINTS, (lesson(until="2024-03-31"), lesson(next_step="retire", until="2026-07-15")), (TEST,)).withdrawn


WEIGHED_LIFT = Remembered(
    kind="lift", id="loyal-points", label="points", value=0.05, low=0.02, high=0.08, unit="share", evidence="not shown",
    since=date(2026, 5, 4), until=date(2026, 7, 15),
)  # fmt: skip


def test_an_effect_weighed_by_the_last_evaluation_takes_the_place_of_both():
    weak = lesson(verdict="not shown", next_step="test again")
    for lessons in ((lesson(),), (weak,), ()):  # also when the client no longer lists the test
        learned = learn(POINTS, lessons, (TEST,), (WEIGHED_LIFT,))
        assert learned.measured and learned.origin == "weighed" and learned.lift.support == "low"
        assert (learned.lift.low, learned.lift.expected, learned.lift.high) == pytest.approx((0.004, 0.01, 0.016))
        assert learned.running == pytest.approx(0.2)
    assert learn(POINTS, (lesson(),), (TEST,), (WEIGHED_LIFT,)).use(FMT).startswith("assumption and test weighed")


def test_a_weighed_effect_of_another_action_counts_for_nothing_and_harm_still_withdraws():
    other = replace(WEIGHED_LIFT, id="champions-early-access")
    assert learn(POINTS, (), (), (other,)).lift == POINTS.lift
    assert learn(POINTS, (lesson(verdict="harmful", next_step="retire"),), (TEST,), (WEIGHED_LIFT,)).withdrawn


@pytest.mark.realdata
def test_the_email_benchmark_is_what_the_list_says(shared_data):
    # MineThatData e-mail challenge (Hillstrom 2008): spend in two weeks, history = spend in the year before
    mails = pd.read_csv(shared_data / "hillstrom" / "hillstrom.csv")
    means = mails.groupby("segment")[["spend", "conversion"]].mean()
    gain = means.drop("No E-Mail") - means.loc["No E-Mail"]
    assert gain["spend"].sort_values().to_numpy() == pytest.approx([0.424, 0.770], abs=5e-4)
    yearly = 12 * gain["spend"].mean() / mails["history"].mean()
    monthly_mail = [a for a in ACTIONS if "twelve mails" in a.lift.source]
    assert monthly_mail and all(a.lift.expected == pytest.approx(yearly, abs=5e-4) for a in monthly_mail)
    welcome = next(a for a in ACTIONS if a.id == "new-welcome")
    assert welcome.lift.expected == pytest.approx(3 * gain["conversion"].mean(), abs=1e-3)
