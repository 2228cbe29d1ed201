import numpy as np
import pytest

from playbook.methods.monitoring.charting.rules import RULES, seen
from playbook.methods.monitoring.charting.spells import spells


def told(*scores):
    return spells(np.array([scores], dtype=float), np.zeros(len(scores)), 0.0)[0]


def test_a_small_fall_that_lasts_is_one_spell_from_where_it_began():
    """Five quiet weeks, then 1.4 below: no week leaves the limits, the charts that remember say since when."""
    found = told(0.3, -0.2, 0.4, 0.1, 0.2, *[-1.4] * 8)
    assert len(found) == 1
    rules, side, first, last = found[0]
    assert (side, first, last) == (-1, 5, 12)
    assert "ewma" in rules and "outside" not in rules


def test_every_chart_that_shows_one_loss_is_in_one_spell():
    found = told(0, 0, 0, -4, -4, -4, -4, 0, 0, 0)
    assert [(side, first, last) for _, side, first, last in found] == [(-1, 3, 6)]
    assert set(found[0][0]) == {"outside", "near-limit", "ewma", "cusum"}


def test_what_is_over_does_not_go_on():
    assert told(0, 0, -9, 0, 0, 0, 0, 0, 0)[0][2:] == (2, 2)


def test_two_losses_with_quiet_weeks_between_are_two_spells():
    assert [(first, last) for _, _, first, last in told(-4, 0, 0, 0, 0, -4, 0, 0)] == [(0, 0), (5, 5)]


@pytest.mark.parametrize(
    ("rule", "scores"),
    [
        ("four-of-five", [1.1, 1.2, -0.3, 1.3, 1.4]),
        ("nine", [0.2] * 9),
        ("trend", [-1, -0.5, 0, 0.3, 0.6, 0.9]),
        ("zigzag", [0.5, -0.5] * 7),
        ("calm", [0.9, -0.9, 0.1] * 5),
        ("split", [1.5, -1.5, 1.2, 1.3, -1.1, -1.6, 1.5, 1.4]),
    ],
)
def test_patterns_that_are_only_noted_are_seen_when_complete(rule, scores):
    shape = np.array(scores)
    sides = (0,) if RULES[rule].shape else (-1, 1)

    def complete(score):
        return np.any([seen(RULES[rule], score, 0.0, side) for side in sides], axis=0)

    assert complete(shape)[-1] and not complete(shape)[:-1].any()
    assert complete(-shape)[-1]
    broken = shape.copy()
    broken[len(shape) // 2 :] = 0.0 if rule != "calm" else 2.0
    assert not complete(broken).any()
