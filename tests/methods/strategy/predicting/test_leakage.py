import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.predicting.columns import tidy
from playbook.methods.strategy.predicting.leakage import leaks

N = 600
RNG = np.random.default_rng(1)
OUTCOME = RNG.random(N) < 0.3


def _found(waiting: pd.DataFrame | None = None, dates: pd.DataFrame | None = None, keep=(), outcome=OUTCOME, **columns):
    return leaks(tidy(pd.DataFrame(columns)), outcome, None if waiting is None else tidy(waiting), dates, keep)


def test_a_merely_strong_column_stays():
    strong = OUTCOME * 2.0 + RNG.normal(0, 1, N)  # area of 0.92 alone, more than honest columns show
    words = np.where(OUTCOME ^ (RNG.random(N) < 0.15), "warm", "cold")
    rare = np.where(OUTCOME & (RNG.random(N) < 0.1), "referral", "web")  # only with yes, but with few of them
    assert _found(score=strong, source=words, kind=rare, noise=RNG.normal(size=N)).empty


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (OUTCOME * 6.0 + RNG.normal(0, 1, N), "on its own it nearly decides the outcome"),
        (np.where(OUTCOME, RNG.choice([-6.0, 6.0], N), 0.0) + RNG.normal(0, 1, N), "on its own it nearly decides the outcome"),
        (np.where(OUTCOME, RNG.choice(["A", "B", "C"], N), None), "it is filled in almost only where the outcome is a success"),
        (np.where(OUTCOME, np.nan, RNG.normal(size=N)), "it is filled in almost only where the outcome is a failure"),
        (np.where(~OUTCOME & (RNG.random(N) < 0.4), "no budget", "-"), "it is “no budget” almost only where the"
                                                                       " outcome is a failure"),
        (np.where(OUTCOME & (RNG.random(N) < 0.5), 1.0, 0.0), "it is “1” almost only where the outcome is a success"),
    ],
)  # fmt: skip
def test_a_column_that_gives_the_outcome_away_is_found(column, reason):
    found = _found(honest=RNG.normal(size=N), told=column)
    assert found["column"].tolist() == ["told"]
    assert found["reason"].iloc[0] == reason
    assert _found(told=column, keep=("told",)).empty


def test_the_name_helps_to_say_why_and_never_decides():
    sure = OUTCOME * 6.0 + RNG.normal(0, 1, N)
    found = _found(close_value=sure, endless_noise=RNG.normal(size=N))
    assert found["column"].tolist() == ["close_value"] and "its name suggests" in found["reason"].iloc[0]
    assert found["auc"].iloc[0] > 0.95
    assert "sounds" not in _found(weekday=sure)["reason"].iloc[0]


def test_a_column_empty_while_cases_are_open_is_late():
    note = RNG.choice(["a", "b"], N)
    empty = pd.DataFrame({"note": [None] * 40})
    assert "empty while a case is open" in _found(empty, note=note)["reason"].iloc[0]
    assert _found(empty.head(20), note=note).empty  # too few to tell
    assert _found(pd.DataFrame({"note": ["a"] * 2 + [None] * 38}), note=note).empty


def test_dates_after_the_case_opened_are_late_unless_some_lie_ahead():
    closed = pd.Series(RNG.integers(1, 50, N).astype(float))
    dates = pd.DataFrame({"done": closed, "left": 50.0})
    noise = RNG.normal(size=N)
    assert "never in the future" in _found(dates=dates, done=noise)["reason"].iloc[0]
    planned = dates.assign(done=closed.where(closed < 49, 60.0))
    assert _found(dates=planned, done=noise).empty
    assert _found(dates=dates.assign(done=-closed), done=noise).empty


def test_what_all_rows_say_is_no_sign_of_a_frequent_outcome():
    few = np.arange(5000) < 30
    assert _found(outcome=few, same=["x"] * 5000, empty=np.full(5000, np.nan), most=np.arange(5000) < 4990).empty


def test_odd_columns_and_none_at_all():
    assert list(_found().columns) == ["column", "reason", "auc"]
    two = np.array([True] * 2 + [False] * (N - 2))
    assert _found(outcome=two, empty=np.full(N, np.nan), same=["x"] * N, ids=[f"k{i}" for i in range(N)]).empty
