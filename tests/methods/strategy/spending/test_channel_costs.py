"""Channel costs over the last 12 months, by hand."""

import pandas as pd
import pytest

from playbook.methods.strategy.spending.channel_costs import channel_costs, channel_finding, channel_table, yearly_spend
from playbook.result.formats import Formats

FMT = Formats("EUR")


def months(**columns):
    month = pd.to_datetime(["2026-10-01", "2026-10-01", "2025-10-01"])
    return pd.DataFrame({"channel": ["search", "mail", "search"], "month": month, **columns})


def test_by_hand():
    # the search row of October 2025 is more than 12 months old
    frame = months(spend=[300.0, 100.0, 999.0], orders=[10, 20, 50], revenue=[600.0, 900.0, 50.0])
    costs = channel_costs(frame).set_index("channel")
    assert list(costs.index) == ["search", "mail"]
    assert costs["share"].to_list() == pytest.approx([0.75, 0.25])
    assert costs["cost_per_order"].to_list() == pytest.approx([30, 5])
    assert costs["claimed_return"].to_list() == pytest.approx([2, 9])
    finding = channel_finding(costs.reset_index(), None, FMT)
    assert finding.value == pytest.approx(30) and finding.evidence == "indicative" and finding.n == 30
    assert "Claimed is not caused" in channel_table(costs.reset_index(), None, FMT).caption
    # one month is known: 400 spent are 4,800 a year
    assert yearly_spend(costs.reset_index()) == pytest.approx(4800) and "in the last month" in finding.sentence


def test_a_channel_that_loses_by_its_own_count_is_named():
    """300 spent on search claim 600 of revenue: 240 of gross margin at 40 percent."""
    costs = channel_costs(months(spend=[300.0, 100.0, 0.0], orders=[10, 20, 5], revenue=[600.0, 900.0, 50.0]))
    finding = channel_finding(costs, 0.4, FMT)
    assert "earns only €240 of gross margin" in finding.sentence and "from search first" in finding.action
    assert "Even" not in channel_finding(costs, 0.6, FMT).sentence
    assert channel_table(costs, 0.4, FMT).frame["claimed"].to_list() == pytest.approx([0.8, 3.6])


@pytest.mark.parametrize(
    "frame",
    [
        months(spend=[0.0, 0.0, 0.0]),
        months(spend=[0.0, 0.0, 0.0], orders=[0, 0, 0], revenue=[0.0, 0.0, 0.0]),
        months(spend=[5.0, 5.0, 5.0], orders=[1, 0, 1]),
        months(spend=[1.0, 2.0, 3.0]).head(0),
    ],
)
def test_what_is_not_known_is_not_invented(frame):
    costs = channel_costs(frame)
    assert channel_finding(costs, 0.4, FMT) is None
    assert set(channel_table(costs, None, FMT).columns) <= {*costs, "claimed"}
