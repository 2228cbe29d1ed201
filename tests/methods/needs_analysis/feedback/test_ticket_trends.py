from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.methods.needs_analysis.feedback.ticket_trends import topic_changes, waiting

AS_OF = date(2026, 10, 31)


def _tickets(counts: dict[tuple[str, str], int]) -> pd.DataFrame:
    """``counts`` by (topic, month)."""
    rows = [
        (topic, pd.Timestamp(f"{month}-05 10:00") + pd.Timedelta(hours=i % 400))
        for (topic, month), n in counts.items()
        for i in range(n)
    ]
    return pd.DataFrame(rows, columns=["topic", "created_at"])


def test_a_topic_that_doubles_is_seen_and_one_that_stays_is_not():
    found = topic_changes(
        _tickets(
            {
                ("late", "2025-09"): 40,
                ("late", "2026-09"): 80,
                ("bill", "2025-09"): 40,
                ("bill", "2026-09"): 41,
                ("old", "2025-01"): 9,
            }
        ),
        AS_OF,
    ).set_index("topic")
    assert found.loc["late", ["recent", "earlier", "change", "evidence"]].tolist() == [80, 40, 1.0, "shown"]
    assert found.at["bill", "evidence"] == "not shown" and found["a_year_before"].all()
    # Clopper & Pearson 1934 for 80 of 120 at 80 %: .6057 to .7232, as a ratio 1.54 to 2.61.
    assert found.at["late", "low"] == pytest.approx(0.5363, abs=0.02) and found.at["late", "high"] == pytest.approx(
        1.613, abs=0.03
    )
    assert found.index.tolist() == ["bill", "late"]  # nothing to compare of a topic in neither of the two
    new = topic_changes(_tickets({("late", "2025-02"): 9, ("new", "2026-10"): 9}), AS_OF).set_index("topic")
    assert np.isnan(new.at["new", "change"]) and new.at["new", "high"] == np.inf and new.at["new", "evidence"] == "shown"


def test_a_short_history_is_set_against_its_own_rate():
    months = [f"2026-{m:02d}" for m in range(2, 11)]
    found = topic_changes(_tickets({("late", m): 10 for m in months}), AS_OF)
    assert not found["a_year_before"].any() and found["recent"].iloc[0] == 30
    assert found["earlier"].iloc[0] == pytest.approx(30, rel=0.05) and found["evidence"].iloc[0] == "not shown"


@pytest.mark.parametrize("counts", [{}, {("a", "2026-10"): 5}, {("a", "2026-09"): 5, ("a", "2026-10"): 2}])
def test_too_short_to_tell(counts):
    assert topic_changes(_tickets(counts), AS_OF).empty


def test_waiting_counts_open_tickets_as_waiting_on():
    start = pd.Timestamp("2026-09-01")
    tickets = pd.DataFrame(
        {"created_at": [start] * 5, "closed_at": [start + pd.Timedelta(hours=h) for h in (1, 2, 3)] + [pd.NaT] * 2}
    )
    found = waiting(tickets.assign(answered=[True, True, False, False, True]), AS_OF)
    assert (found.hours, found.hours_of, found.open, found.closed_of) == (3, 5, 2, 5)  # Kaplan-Meier: .8, .6, .4
    assert (found.unanswered, found.answered_of) == (2, 5)


def test_waiting_without_what_it_needs():
    start = pd.Timestamp("2026-10-30")
    none = waiting(pd.DataFrame({"created_at": [start]}), AS_OF)
    assert (none.hours, none.open, none.unanswered, none.hours_of) == (None, 0, 0, 0)
    young = pd.DataFrame({"created_at": [start, start], "closed_at": [start + pd.Timedelta(hours=1), pd.NaT]})
    assert waiting(young, AS_OF).open == 0  # not a week old
    backwards = pd.DataFrame({"created_at": [start], "closed_at": [start - pd.Timedelta(hours=1)]})
    assert waiting(backwards, AS_OF).hours is None
    mostly_open = pd.DataFrame({"created_at": [start] * 3, "closed_at": [start, pd.NaT, pd.NaT]})
    assert waiting(mostly_open, AS_OF).hours is None
    assert waiting(pd.DataFrame({"created_at": pd.to_datetime([])}), AS_OF).hours is None
