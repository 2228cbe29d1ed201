"""Steps: their order, and how opportunities end."""

import pandas as pd

from playbook.methods.needs_analysis.steps import END_WORDS, first_reach, outcome, step_order


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
