"""Stalls: who waits longer than nine in ten did, with whom, and what hangs on it."""

from datetime import date

import pandas as pd

from playbook.methods.needs_analysis.path.stalls import stalled_deals, stalled_journeys

DAY = date(2026, 12, 31)
END = pd.Timestamp("2027-01-01")


def states(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["journey_id", "last_step", "waits", "owner"])
    return frame.assign(last_at=END - pd.to_timedelta(frame["waits"], unit="D"), returns=0)


def times(long: float = 10.0, longest: float = 20.0, moved: int = 100, happens: float = 0.95) -> pd.DataFrame:
    return pd.DataFrame({"step": ["quote"], "moved": [moved], "long": [long], "longest": [longest], "happens": [happens]})


OPEN = states(
    ("a", "quote", 5, "Ann"),
    ("b", "quote", 15, "Ann"),
    ("c", "quote", 30, "Bob"),
    ("d", "won", 99, "Bob"),
    ("e", "lost", 99, None),
)


def test_longer_than_nine_in_ten_and_longer_than_any():
    found = stalled_journeys(OPEN, times(), "won", DAY)
    assert (found.open, found.stalled, found.beyond, found.amount, found.after) == (3, 2, 1, None, 10.0)
    assert found.groups[["owner", "open", "stalled", "beyond", "median_days"]].values.tolist() == [
        ["Ann", 2, 1, 0, 15],
        ["Bob", 1, 1, 1, 30],
    ]


def test_amounts_come_from_the_pipeline_or_from_what_such_deals_bring():
    deals = pd.DataFrame({"opportunity_id": ["b", "c", "x"], "stage": ["quote", "quote", "won"], "amount": [70.0, None, 30.0]})
    found = stalled_journeys(OPEN, times(), "won", DAY, deals)
    assert (found.amount, found.estimated) == (100.0, 1)


def test_visits_are_gone_not_waiting_and_few_moves_tell_nothing():
    assert stalled_journeys(OPEN, times(long=0.5), "won", DAY) is None
    assert stalled_journeys(OPEN, times(moved=29), "won", DAY) is None
    assert stalled_journeys(OPEN, times(happens=0.6), "won", DAY) is None  # four in ten never move on: they are lost
    assert stalled_journeys(OPEN.iloc[:0], times(), "won", DAY) is None


def pipeline() -> pd.DataFrame:
    """Forty closed deals, 1 to 40 days long; open ones of 10, 38 and 100 days and one without a first day."""
    closed = [
        (f"c{k}", "Won" if k % 2 else "Lost", "2026-06-01", pd.Timestamp("2026-06-01") + pd.Timedelta(days=k), 10.0)
        for k in range(1, 41)
    ]
    still = [("o1", "new", "2026-12-21", None, 5.0), ("o2", "new", "2026-11-23", None, 5.0),
             ("o3", "new", "2026-09-22", None, None),
             ("o4", "new", None, None, 5.0)]  # fmt: skip
    frame = pd.DataFrame(closed + still, columns=["opportunity_id", "stage", "created_on", "closed_on", "amount"])
    return frame.assign(created_on=pd.to_datetime(frame["created_on"]), closed_on=pd.to_datetime(frame["closed_on"]))


def test_open_deals_by_their_age():
    found = stalled_deals(pipeline(), DAY)
    assert (found.open, found.stalled, found.beyond) == (3, 2, 1)
    assert 36 <= found.after < 38
    assert (found.amount, found.estimated) == (15.0, 1)
    assert found.groups["owner"].tolist() == ["no owner"]


def test_pipelines_that_tell_nothing():
    assert stalled_deals(pipeline().iloc[:0], DAY) is None
    assert stalled_deals(pipeline()[["opportunity_id", "stage"]], DAY) is None
    assert stalled_deals(pipeline().iloc[:40], DAY) is None  # nothing open
    assert stalled_deals(pipeline().iloc[20:], DAY) is None  # twenty closed
