import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.stepping.chances import STRENGTHS, chances, strength
from playbook.methods.strategy.stepping.key_steps import key_steps
from playbook.methods.strategy.stepping.ways import NOTHING, called, deal_ways, read_ways
from playbook.result.formats import Formats


def way(number, *events, cases=1, going=False):
    return [(number, i, step, action, cases, going) for i, (step, action) in enumerate(events)]


def frame(*ways):
    return pd.DataFrame([e for w in ways for e in w], columns=["way", "place", "step", "action", "cases", "going"])


def test_counts_by_hand():
    ways = read_ways(
        frame(
            way(0, ("a", "call"), ("b", None), ("paid", None), ("b", None), cases=3),  # after the sale nothing counts
            way(1, ("a", "none"), ("b", "call"), cases=2),
            way(2, ("a", "call"), cases=5, going=True),  # nobody knows yet where these go
        ),
        "paid",
    )
    assert ways.steps == ("a", "b") and ways.actions == (NOTHING, "call")
    counts = ways.count(ways.cases)
    assert counts[0, 1].tolist() == [0, 3, 0, 0] and counts[0, 0].tolist() == [0, 2, 0, 0]
    assert counts[1, 0].tolist() == [0, 0, 3, 0] and counts[1, 1].tolist() == [0, 0, 0, 2]
    assert ways.start(ways.cases).tolist() == [1.0, 0.0] and ways.won.tolist() == [True, False, False]
    assert ways.ended.tolist() == [True, True, False]


def test_a_way_that_begins_with_the_sale_and_steps_in_the_order_given():
    ways = read_ways(frame(way(0, ("paid", None)), way(1, ("z", None), ("a", None))), "paid", ("z", "a", "paid"))
    assert ways.steps == ("z", "a") and ways.begins.tolist() == [-1, 0]


def test_sparse_actions_lean_on_what_is_usual_and_rich_ones_on_themselves():
    counts = np.array([[[500.0, 500.0], [1.0, 0.0]]])
    smooth = chances(counts)
    assert smooth[0, 0] == pytest.approx([0.5, 0.5], abs=0.01) and smooth[0, 1, 0] < 0.7
    assert chances(np.array([[[900.0, 100.0], [100.0, 900.0]]]))[0, 0, 0] == pytest.approx(0.9, abs=0.01)
    assert chances(np.zeros((1, 2, 3)))[0].tolist() == [[0, 0, 1], [0, 0, 1]]
    assert (smooth.sum(axis=2) == pytest.approx(1.0)) and strength(counts[0], np.array([0.5, 0.5])) in STRENGTHS


def test_key_steps_of_the_tiny_chain():
    # C1 > C2 > C3 converts, C1 and C2 > C3 do not: conversion 1/3, removal .5 1 1 (NUMBERS: attribution, tiny check)
    ways = read_ways(
        frame(
            way(0, ("C1", None), ("C2", None), ("C3", None), ("paid", None)),
            way(1, ("C1", None)),
            way(2, ("C2", None), ("C3", None)),
        ),
        "paid",
    )
    found = key_steps(ways).set_index("step")
    assert found["removal"].to_dict() == pytest.approx({"C1": 0.5, "C2": 1.0, "C3": 1.0})


def test_closed_deals_are_ways_of_one_step_worth_what_their_size_and_discount_leave():
    deals = pd.DataFrame(
        [("won", 100, 0, 60), ("lost", 100, 0.2, 60), ("won", 200, 0, 100), ("won", 200, 0.04, 140), ("won", 900, 0, 0),
         ("lost", 1100, 0.2, 100)],
        columns=["end", "list_price", "discount", "cost"],
    )  # fmt: skip
    frame = deal_ways(deals)
    ways = read_ways(frame, "won")
    assert ways.steps == ("large deals", "middle deals", "small deals")
    assert ways.cases.sum() == 6 and ways.cases @ ways.won == 4
    worth = frame[frame["place"] == 0].set_index(["step", "action"])["value"].to_dict()
    assert worth == pytest.approx(
        {
            ("small deals", "no discount"): 40, ("small deals", "discount above 10%"): 20, ("middle deals", "no discount"): 80,
            ("middle deals", "discount up to 5%"): 72, ("large deals", "no discount"): 950,
            ("large deals", "discount above 10%"): 750,
        }
    )  # fmt: skip
    assert deal_ways(deals.head(2)).empty


def test_the_clients_own_words_are_not_translated():
    assert called("revenue", Formats("EUR", "zh")) == "revenue"  # a key of the catalogue, but here the name of a client's step
    assert called(NOTHING, Formats("EUR")) == "nothing special"
