"""Bars per action: the largest are kept, labels carry the range, bars below the line are marked."""

import pandas as pd

from playbook.methods.strategy.action_bars import ROWS, action_bars, largest
from playbook.result.formats import Formats
from playbook.result.theme import BAR, FINDING

FMT = Formats("EUR")

ACTIONS = pd.DataFrame(
    {
        "segment": "Loyal",
        "name": [f"action {i}" for i in range(12)],
        "low": range(12),
        "value": range(1, 13),
        "high": range(2, 14),
        "cost": 3.0,
    }
)


def bars(svg, colour):
    return svg.count(f"fill: var(--{'bar' if colour == BAR else 'finding'}, {colour})")


def test_the_largest_are_kept_smallest_first():
    kept = largest(ACTIONS)
    assert len(kept) == ROWS and kept["value"].to_list() == list(range(3, 13))


def test_labels_carry_the_range_and_short_bars_are_marked():
    data = largest(ACTIONS).tail(4).reset_index(drop=True)  # values 9 to 12
    svg = action_bars(data, FMT, "money", unit="count", line=(10.5, "pays from here"))
    assert "12 (11 to 13)" in svg and "pays from here" in svg
    assert bars(svg, BAR) >= 2 and bars(svg, FINDING) >= 2
    assert bars(action_bars(data, FMT, "money", line=(1, "all pay")), BAR) == bars(svg, BAR) + 2


def test_one_row_of_nothing_draws():
    nothing = ACTIONS.head(1).assign(low=0.0, value=0.0, high=0.0, cost=0.0)
    assert "may cost" in action_bars(nothing, FMT, "money", tick=("cost", "may cost"))


def test_long_names_are_cut_between_words_and_in_chinese_anywhere():
    long = ACTIONS.head(2).assign(segment=["customers of the southern branches and others", "客户" * 40])
    svg = action_bars(long, FMT, "money")
    assert "customers of the southern …" in svg and "客户" * 15 + "客…" in svg
