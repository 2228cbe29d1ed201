"""RFM: fifths by hand, ties on one side, and nobody lapsed who is not silent."""

import pandas as pd

from playbook.methods.market_research.grouping.names import segment_kinds
from playbook.methods.market_research.grouping.rfm import rfm_cells, rfm_scores


def _customers(**columns) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    return frame.assign(silence=frame.get("silence", 1.0))


def test_fifths_by_hand():
    customers = _customers(recency_days=[50, 40, 30, 20, 10], orders=[1, 2, 3, 4, 5], revenue=[10.0, 20.0, 30.0, 40.0, 50.0])
    scores = rfm_scores(customers)
    assert scores[["r", "f", "m"]].to_numpy().tolist() == [[i] * 3 for i in (1, 2, 3, 4, 5)]
    assert scores["kind"].tolist() == ["occasional", "occasional", "loyal", "champions", "champions"]


def test_equal_customers_stand_together():
    scores = rfm_scores(_customers(recency_days=[7] * 6, orders=[1, 1, 1, 1, 1, 9], revenue=[5.0] * 6))
    assert scores["r"].tolist() == [3] * 6 and scores["m"].tolist() == [3] * 6
    assert scores["f"].tolist() == [3, 3, 3, 3, 3, 5]  # middle rank of the five: 3 of 6, so (3 - .5) / 6 of the way


def test_a_low_score_alone_makes_nobody_lapsed():
    customers = _customers(recency_days=[9, 9, 1, 1, 1], orders=[1] * 5, revenue=[5.0] * 5, silence=[1.0, 9.0, 1.0, 1.0, 1.0])
    assert rfm_scores(customers)["kind"].tolist()[:2] != ["lapsed", "lapsed"]
    assert rfm_scores(customers)["kind"].iloc[1] == "lapsed"


def test_cells_are_kinds_with_a_name_and_the_last_takes_all():
    assert set(rfm_cells()) <= set(segment_kinds())
    assert all(low == float("-inf") and high == float("inf") for low, high in list(rfm_cells().values())[-1].values())


def test_no_customer_no_score():
    assert rfm_scores(_customers(recency_days=[], orders=[], revenue=[])).empty
