import numpy as np
import pandas as pd

from playbook.methods.strategy.recommending.rules import offered, texts, worth

ITEMS = pd.DataFrame(
    {
        "item": ["a", "b", "c", "d", "e"],
        "units": [10.0, 10, 10, 0, 4],
        "revenue": [100.0, 100, 100, 0, 40],
        "cost": [4.0, 12, np.nan, 3, 4],
        "listed": [True, True, True, True, False],
        "on_hand": [0.0, 5, np.nan, 5, 0],
        "name": ["Tea", None, "Çay", "Tee", ""],
        "brand": ["X", np.nan, "Y", None, None],
    }
)


def test_what_one_of_an_item_brings():
    assert worth(ITEMS, 0.3).tolist()[:3] == [6, -2, 3]  # price less cost; the stated share where no cost is known
    assert np.isnan(worth(ITEMS, 0.3)[3])  # not sold within a year
    assert worth(ITEMS, None).tolist()[:3] == [10, 10, 10]  # revenue
    assert worth(ITEMS.drop(columns="cost"), 0.3).tolist()[:2] == [3, 3]


def test_rules_in_their_order_count_each_item_once():
    before = ITEMS.copy()
    free, kept = offered(ITEMS, worth(ITEMS, 0.3))
    assert free.tolist() == [False, False, True, False, False]
    assert kept == {"no longer listed": 1, "out of stock": 1, "not sold within a year": 1, "sold without a margin": 1}
    assert ITEMS.equals(before)
    plain = ITEMS[["item", "units", "revenue"]]
    free, kept = offered(plain, worth(plain, None))
    assert free.tolist() == [True, True, True, False, True] and kept == {"not sold within a year": 1}


def test_a_product_list_that_names_none_of_them_keeps_nothing_back():
    free, kept = offered(ITEMS.assign(listed=False, on_hand=np.nan), pd.Series(1.0, ITEMS.index))
    assert free.all() and kept == {}


def test_what_is_said_of_items():
    assert texts(ITEMS) == ["Tea X", "", "Çay Y", "Tee", ""]
    assert texts(ITEMS[["item"]]) == [""] * 5
    assert texts(ITEMS.iloc[:0]) == []
