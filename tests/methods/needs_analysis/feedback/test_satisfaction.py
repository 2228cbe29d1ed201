from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from playbook.methods.needs_analysis.feedback.satisfaction import course_of, difference, net_promoter, satisfied

AS_OF = date(2026, 10, 31)


def test_net_promoter_by_hand():
    # 36 promoters, 33 detractors, 31 passives: 3 points. Adjusted Wald (Rocks 2016): shares 36.75/103 and 33.75/103.
    scores = pd.Series([9] * 20 + [10] * 16 + [7] * 15 + [8] * 16 + [0] * 3 + [6] * 30)
    rating = net_promoter(scores, 0.95)
    p, d = 36.75 / 103, 33.75 / 103
    half = 1.959964 * np.sqrt((p + d - (p - d) ** 2) / 103)
    assert (rating.value, rating.n) == (pytest.approx(3), 100)
    assert (rating.low, rating.high) == (pytest.approx(100 * (p - d - half)), pytest.approx(100 * (p - d + half)))


def test_satisfied_is_the_wilson_interval():
    # Wilson 1927 for 8 of 10 at 95 %: .490 to .943 (Newcombe 1998 prints the method's values for other counts).
    rating = satisfied(pd.Series([5] * 4 + [4] * 4 + [3, 1, np.nan]), 0.95)
    assert (rating.value, rating.n) == (0.8, 10)
    assert (rating.low, rating.high) == (pytest.approx(0.4902, abs=5e-4), pytest.approx(0.9433, abs=5e-4))


def test_difference_joins_the_ranges_as_newcombe_does():
    # Newcombe 1998, Statistics in Medicine 17, table II, row (a): 56/70 - 48/80 has .0524 to .3339 by method 10.
    later = satisfied(pd.Series([5] * 56 + [1] * 14), 0.95)
    earlier = satisfied(pd.Series([5] * 48 + [1] * 32), 0.95)
    assert difference(later, earlier) == (pytest.approx(0.2), pytest.approx(0.0524, abs=1e-4), pytest.approx(0.3339, abs=1e-4))


@pytest.mark.parametrize("scores", [[], [np.nan], pd.Series([], dtype=object)])
def test_no_answer_is_no_rating(scores):
    assert net_promoter(scores) is None and satisfied(scores) is None


def test_answers_outside_the_scale_are_refused():
    with pytest.raises(ValueError, match="0 to 10"):
        net_promoter(pd.Series([11]))
    with pytest.raises(ValueError, match="1 to 5"):
        satisfied(pd.Series([0]))


@settings(max_examples=50)
@given(st.lists(st.integers(0, 10), min_size=1, max_size=40))
def test_the_range_holds_the_score_and_stays_on_the_scale(scores):
    rating = net_promoter(pd.Series(scores))
    assert -100 <= rating.low <= rating.value <= rating.high <= 100
    assert rating.low < rating.high


def test_the_range_holds_the_true_score_as_often_as_it_says():
    rng = np.random.default_rng(3)
    shares, n, rounds = np.array([0.15, 0.35, 0.5]), 25, 1_000
    scores = rng.choice([3, 7, 10], (rounds, n), p=shares)
    ranges = [net_promoter(pd.Series(s)) for s in scores]
    held = np.mean([r.low <= 35 <= r.high for r in ranges])
    assert 0.76 <= held <= 0.88  # 80 % wanted; the simple Wald interval is too short for few answers
    assert norm.ppf(0.9) == pytest.approx(1.2816, abs=1e-4)


def _answers(later: list[int], earlier: list[int], months: int = 12) -> pd.DataFrame:
    end = pd.Timestamp(AS_OF)
    rows = []
    for scores, last in ((earlier, end - pd.DateOffset(months=months)), (later, end)):
        days = pd.date_range(last - pd.DateOffset(months=months) + pd.Timedelta(days=1), last, periods=len(scores)).normalize()
        rows.append(pd.DataFrame({"date": days, "recommend": scores}))
    return pd.concat(rows, ignore_index=True)


def test_a_clear_rise_on_the_year_before_is_shown():
    course = course_of(_answers([10] * 80 + [3] * 20, [10] * 50 + [3] * 50), "recommend", AS_OF)
    assert (course.value, course.n, course.change, course.evidence) == (pytest.approx(60), 100, pytest.approx(60), "shown")
    assert course.whole_year and course.change_low < 60 < course.change_high
    assert len(course.course) == 8 and course.course["n"].sum() == 200 and course.course["end"].iloc[-1] == pd.Timestamp(AS_OF)


def test_a_change_between_seasons_is_indicative_and_chance_is_not_shown():
    halves = course_of(_answers([10] * 80 + [3] * 20, [10] * 50 + [3] * 50, months=6), "recommend", AS_OF)
    assert (halves.months, halves.evidence, halves.whole_year) == (6, "indicative", False)
    same = course_of(_answers([10, 3] * 20, [10, 3] * 20), "recommend", AS_OF)
    assert same.change == 0 and same.evidence == "not shown"


def test_odd_calendars():
    one = pd.DataFrame({"date": [pd.Timestamp(AS_OF)], "recommend": [9.0]})
    course = course_of(one, "recommend", AS_OF)
    assert (course.value, course.change, len(course.course)) == (100, None, 0)
    assert course_of(one.assign(date=pd.Timestamp("2020-01-01")), "recommend", AS_OF) is None
    assert course_of(one.assign(date=pd.NaT), "recommend", AS_OF) is None
    assert course_of(one.assign(date=pd.Timestamp("2027-01-01")), "recommend", AS_OF) is None
