import numpy as np
import pytest

from playbook.methods.market_research.forecasting.season import Block
from playbook.methods.market_research.forecasting.sparse import croston, demand_class, teunter


def _block(values, horizon: int = 2) -> Block:
    return Block(np.asarray([values], dtype=float), np.array([len(values)]), horizon)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5, 6, 5, 6], "smooth"),
        ([1, 30, 1, 1], "erratic"),
        ([5, 0, 0, 6, 0, 0], "intermittent"),
        ([1, 0, 0, 40, 0, 0, 1, 0], "lumpy"),
        ([0, 0, 0], "none"),
        ([], "none"),
    ],
)
def test_classes_of_syntetos_and_boylan(values, expected):
    assert demand_class(np.array(values, dtype=float)) == expected


def test_croston_by_hand():
    # Sales of 4 in period 2, 8 in period 5: size 4 -> 4 + .1 (8 - 4) = 4.4; wait 2 -> 2 + .1 (3 - 2) = 2.1.
    block = _block([0, 4, 0, 0, 8, 0])
    assert croston(block, corrected=False)[0] == pytest.approx([4.4 / 2.1] * 2)
    assert croston(block)[0] == pytest.approx([0.95 * 4.4 / 2.1] * 2)


def test_teunter_by_hand():
    # Chance 1 / 4 at first, then a tenth of the way down, up, down and down; the size is 6 throughout.
    block = _block([0, 6, 0, 0])
    chance = 0.25
    for sale in (0, 1, 0, 0):
        chance += 0.1 * (sale - chance)
    assert teunter(block)[0] == pytest.approx([6 * chance] * 2)


def test_what_no_longer_sells_falls_with_the_chance_and_not_with_croston():
    stopped = _block([5, 0, 5, 0, 5, 0] + [0] * 24)
    assert croston(stopped)[0, 0] > 2 > 0.3 > teunter(stopped)[0, 0]


def test_rows_end_where_they_end():
    longer = Block(np.array([[0.0, 4, 0, 0, 8, 0], [0, 4, 0, 0, 0, 0]]), np.array([6, 3]), 1)
    assert croston(longer)[1] == pytest.approx(croston(_block([0, 4, 0], 1))[0])
    assert teunter(longer)[1] == pytest.approx(teunter(_block([0, 4, 0], 1))[0])
