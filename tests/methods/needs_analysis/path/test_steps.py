"""Steps: their order, and how opportunities end."""

import pandas as pd

from playbook.intake.deals import END_WORDS
from playbook.methods.needs_analysis.path.steps import first_reach, outcome, step_order


def journeys(*paths: str) -> pd.DataFrame:
    """Journeys such as "visit basket paid", one step an hour."""
    hours = pd.date_range("2026-01-01", periods=24, freq="h")
    rows = [(f"j{i}", step, hours[k]) for i, path in enumerate(paths) for k, step in enumerate(path.split())]
    return pd.DataFrame(rows, columns=["journey_id", "step", "step_at"])


def test_order_is_the_mean_rank_of_first_reach():
    # basket ranks 2, 3 and 2 (mean 2.33), product 2 (mean 2), visit 1, paid 3 (mean 3); going back to product counts once.
    order = step_order(journeys("visit product basket product", "visit basket paid", "visit basket"))
    assert order == ("visit", "product", "basket", "paid")


def test_a_tie_goes_to_the_step_more_journeys_reached():
    assert step_order(journeys("a", "b", "b")) == ("b", "a")


def test_nothing_has_no_order_and_a_lost_deal_is_no_step():
    assert step_order(journeys()) == ()
    assert step_order(journeys("lead offer lost", "lead offer won")) == ("lead", "offer", "won")


def test_first_reach_leaves_out_what_cannot_be_placed_and_changes_nothing():
    unplaced = pd.DataFrame({"journey_id": ["j9", None], "step": [None, "a"], "step_at": pd.Timestamp("2026-01-01")})
    frame = pd.concat([journeys("a b a"), unplaced])
    before = frame.copy()
    assert first_reach(frame)["step"].tolist() == ["a", "b"]
    pd.testing.assert_frame_equal(frame, before)


def test_outcomes_by_word():
    assert outcome(pd.Series(["Won", "赢单", "Verloren", "proposal", None])).tolist() == ["won", "won", "lost", "open", "open"]
    assert not END_WORDS["won"] & END_WORDS["lost"]


def test_numbers_hyphens_and_clients_own_spelling_of_ends():
    words = ["6. Closed-Won", "CLOSED_LOST", "Won!", "已成交", "7) Closed / Lost", "won't know", 3]
    assert outcome(pd.Series(words, dtype=object)).tolist() == ["won", "lost", "won", "won", "lost", "open", "open"]


def test_side_exits_and_detours_are_no_part_of_the_way():
    usual, waited, duplicate = (
        ["assign take solve closed"] * 200,
        ["assign take wait solve closed"] * 40,
        ["assign take duplicate"] * 5,
    )
    assert step_order(journeys(*usual, *waited, *duplicate)) == ("assign", "take", "solve", "closed")
    assert step_order(journeys(*["visit"] * 900, *["visit basket paid"] * 20)) == (
        "visit",
        "basket",
        "paid",
    )  # few get there, all this way


def test_the_way_to_a_sale_is_known_in_its_words():
    backwards = journeys("2. Won 1. Offer Lead", "Offer Lead", "Lead").replace({"2.": None, "1.": None})
    assert step_order(backwards) == ("Lead", "Offer", "Won")
    assert step_order(journeys("赢单 报价 线索")) == ("线索", "报价", "赢单")
    assert step_order(journeys("Won Offer Surprise")) == ("Won", "Offer", "Surprise")  # one unknown word: as they come


def test_the_clients_own_order_goes_before_all():
    frame = journeys("Lead Offer Won", "Lead")
    assert step_order(frame, ("offer", "lead")) == ("Offer", "Lead")
    assert step_order(frame, ("nothing", "won")) == ("Lead", "Offer", "Won")  # a single one is no way
