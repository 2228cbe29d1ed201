"""Waiting times: the curve against statsmodels', the quantiles by hand, and that the ranges hold."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from playbook.methods.needs_analysis.path.waiting import waiting


def drawn(n: int = 400, seed: int = 3):
    rng = np.random.default_rng(seed)
    times = np.ceil(rng.exponential(20, n))
    kind = rng.choice(3, n, p=[0.3, 0.5, 0.2])  # still waiting, the event, something else
    return times, kind


def test_without_other_ends_it_is_kaplan_meier():
    times, kind = drawn()
    found = waiting(times, kind == 1)
    theirs = SurvfuncRight(times, (kind == 1).astype(int))
    ours = dict(zip(found.times, 1 - found.share * found.happens, strict=True))
    assert [ours[t] for t in theirs.surv_times] == pytest.approx(theirs.surv_prob)


def test_with_other_ends_it_is_the_cumulative_incidence():
    times, kind = drawn()
    found = waiting(times, kind == 1, kind == 2)
    theirs = CumIncidenceRight(times, kind, freq_weights=np.ones(len(times)))  # with weights it skips errors that divide by zero
    ours = dict(zip(found.times, found.share * found.happens, strict=True))
    assert [ours[t] for t in theirs.times] == pytest.approx(theirs.cinc[0])


def test_who_came_under_watch_late_counts_from_then():
    times, kind = drawn()
    late = np.where(np.arange(len(times)) % 3 == 0, np.floor(times / 2), 0)
    found = waiting(times, kind == 1, entered=late)
    theirs = SurvfuncRight(times, (kind == 1).astype(int), entry=late - 0.5)  # theirs are at risk after the entry, not from it
    ours = dict(zip(found.times, 1 - found.share * found.happens, strict=True))
    assert [ours[t] for t in theirs.surv_times] == pytest.approx(theirs.surv_prob)


def test_quantiles_by_hand():
    # Eight cases: events at 1, 2, 3, 4, one goes at 2.5, three wait for 10. S: 7/8, 6/8, 6/8 * 4/5 = .6, .45.
    times = [1, 2, 3, 4, 2.5, 10, 10, 10]
    found = waiting(times, [True] * 4 + [False] * 4)
    assert found.happens == pytest.approx(0.55)
    # Half of .55 is .275: F(2) = .25 is short of it, F(3) = .4 is beyond.
    assert (found.quartile, found.median, found.upper, found.long) == (2, 3, 4, 4)
    assert (found.events, found.cases) == (4, 8)
    assert waiting([1, 2, 3, 4], [True] * 4).median == 2.5  # as the median of four numbers


def test_a_row_may_stand_for_many_and_odd_times_are_left_out():
    times, kind = drawn(60)
    once = waiting(np.concatenate([times, [-1, np.nan]]), np.concatenate([kind == 1, [True, True]]))
    thrice = waiting(times, kind == 1, cases=np.full(60, 3))
    assert (once.median, once.happens) == (thrice.median, pytest.approx(thrice.happens))
    assert (once.cases, thrice.cases) == (60, 180)
    assert thrice.high - thrice.low <= once.high - once.low
    assert waiting([1.0, 2.0], [False, False]) is None
    assert waiting([], []) is None
    one = waiting([3.0], [True])
    assert (one.low, one.median, one.high) == (3, 3, 3)


@pytest.mark.parametrize("late", [False, True])
def test_ranges_hold_the_truth_as_often_as_they_say(late):
    truth, hits = 20 * np.log(2), 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        times, stop = rng.exponential(20, 120), rng.uniform(0, 160, 120)
        entered = rng.uniform(0, 10, 120) * (rng.random(120) < 0.4) if late else np.zeros(120)
        seen = times > entered
        happened = times <= stop
        times, entered = np.minimum(times, stop)[seen], entered[seen]
        valid = times > entered
        found = waiting(times[valid], happened[seen][valid], entered=entered[valid])
        hits += found.low <= truth <= found.high
    assert 0.65 <= hits / 60 <= 0.95  # 80 % by its name; 60 draws scatter by five points
