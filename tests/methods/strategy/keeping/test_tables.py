"""The table of value at risk by segment."""

import pandas as pd

from playbook.methods.strategy.keeping.tables import by_segment
from playbook.result.formats import Formats

FMT = Formats("EUR")


def _risk(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["segment", "state", "stays", "at_risk"]).assign(customer_id=lambda f: f.index.astype(str))


def test_customers_in_no_segment_have_a_row_only_where_they_bring_something():
    loyal = [("Loyal", "active", 100.0, 10.0), ("Loyal", "slipping", 50.0, 30.0)]
    nothing = by_segment(_risk([*loyal, ("no segment", "active", 0.0, 0.0)]), FMT)
    assert nothing["segment"].tolist() == ["Loyal"]
    assert nothing.loc[0, ["customers", "stays", "at_risk", "slipping"]].tolist() == [2, 150.0, 40.0, 1]
    some = by_segment(_risk([*loyal, ("no segment", "active", 5.0, 1.0), ("Dear", "active", 0.0, 0.0)]), FMT)
    assert some["segment"].tolist() == ["Loyal", "no segment", "Dear"]
