"""Step times: quantiles of those that move on, who still waits, and how a length of time is told."""

import pandas as pd
import pytest

from playbook.methods.needs_analysis.path.times import recent_moves, step_times
from playbook.methods.needs_analysis.path.words import duration
from playbook.result.formats import Formats

EUR = Formats("EUR")


def moves(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["step", "next_step", "days", "cases"])
    return frame.assign(recent=True, back=False)


def test_quantiles_of_those_that_move_on_with_those_that_still_wait():
    # Ten move on from the quote: five after 2 days, three after 4, two after 9; six have waited for 3 days so far.
    frame = moves(("quote", "won", 2.0, 5), ("quote", "won", 4.0, 3), ("quote", "lost", 9.0, 2), ("quote", None, 3.0, 6))
    found = step_times(frame, ("quote", "won")).iloc[0]
    # At 2 days 5 of 16 go, at 4 days 3 of the 5 left, at 9 days all: F = .3125, .725, 1.
    assert (found["stays"], found["moved"], found["happens"]) == (16, 10, 1)
    assert (found["quartile"], found["median"], found["upper"], found["long"], found["longest"]) == (2, 4, 9, 9, 9)
    assert found["low"] <= found["median"] <= found["high"]


def test_order_detours_the_last_step_and_repeats():
    frame = moves(
        ("b", "c", 1.0, 20), ("a", "b", 1.0, 30), ("wait", "b", 5.0, 12), ("c", "a", 1.0, 99), ("a", "a", 50.0, 500),
        ("lost", "a", 1.0, 40), ("rare", "a", 1.0, 9),
    )  # fmt: skip
    found = step_times(frame, ("a", "b", "c"))
    assert found["step"].tolist() == ["a", "b", "wait"]
    assert found["on_path"].tolist() == [True, True, False]
    assert found["median"].tolist() == [1, 1, 5]  # the repeats at a are part of its stays
    assert step_times(frame.iloc[:0], ("a", "b")).empty
    assert step_times(frame, ()).empty


def test_the_last_year_counts_where_it_tells_enough():
    frame = moves(("a", "b", 1.0, 29), ("a", "b", 9.0, 99)).assign(recent=[True, False])
    assert recent_moves(frame)["cases"].sum() == 128
    assert recent_moves(frame.assign(cases=[30, 99]))["cases"].sum() == 30


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (3.21, "3.2 days"), (15.0, "15 days"), (1.0, "1 day"), (0.9999, "1 day"), (0.5, "12 hours"), (1 / 24, "1 hour"),
        (90 / 1440, "1.5 hours"), (1 / 1440, "1 minute"), (42 / 86_400, "42 seconds"), (1 / 86_400, "1 second"),
        (0.0, "0 seconds"), (float("nan"), "–"), (1312.0, "1,312 days"),
    ],
)  # fmt: skip
def test_durations_in_the_unit_that_suits(days, words):
    assert duration(days, EUR) == words
