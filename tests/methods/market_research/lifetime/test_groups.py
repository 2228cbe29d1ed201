"""Value by segment."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from playbook.methods.market_research.lifetime.groups import group_frame


def test_customers_in_no_segment_have_a_row_only_where_they_are_worth_something():
    customers = pd.DataFrame({"alive": 1.0, "value": [60.0, 40.0, 0.0]})
    worth = SimpleNamespace(customers=customers, totals=np.array([[100.0, 0.0], [100.0, 0.0]]))
    told = SimpleNamespace(worth=worth, doubt=0.0, parameters=SimpleNamespace(acquisition_cost=None))
    names, codes = np.array(["Loyal", "no segment"], dtype=object), np.array([0, 0, 1])
    assert group_frame(told, names, codes, "no segment")["segment"].tolist() == ["Loyal"]
    assert group_frame(told, names, codes)[["segment", "value"]].values.tolist() == [["Loyal", 100.0], ["no segment", 0.0]]
