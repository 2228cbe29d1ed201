import pytest

from playbook.engagement import Network
from playbook.errors import EngagementError
from playbook.methods.market_research.network.rules import driver_rules

TIERS = {"age_group": 1, "region": 1, "frequency": 2, "late_delivery": 3, "satisfaction": 4, "buys_again": 5}
ALL = tuple(TIERS)


def test_time_forbids_what_leads_back():
    rules, absent = driver_rules(Network(), TIERS, ALL)
    assert ("frequency", "age_group") in rules.forbidden and ("age_group", "frequency") not in rules.forbidden
    assert ("age_group", "region") not in rules.forbidden and ("region", "age_group") not in rules.forbidden
    assert all(("buys_again", v) in rules.forbidden for v in ALL[:-1])
    assert absent == () and not rules.required


def test_the_client_knows_better_but_not_about_the_future():
    network = Network(
        tiers=(("satisfaction",), ("frequency",)), require=(("late_delivery", "region"),), forbid=(("age_group", "buys_again"),)
    )
    rules, _ = driver_rules(network, TIERS, ALL)
    assert ("frequency", "satisfaction") in rules.forbidden and ("satisfaction", "frequency") not in rules.forbidden
    assert ("late_delivery", "region") in rules.required and ("late_delivery", "region") not in rules.forbidden
    assert ("age_group", "buys_again") in rules.forbidden
    assert all(("buys_again", v) in rules.forbidden for v in ALL[:-1])


def test_what_the_data_do_not_show_is_told_and_does_not_count():
    rules, absent = driver_rules(Network(require=(("region", "satisfaction"),)), TIERS, ("region", "buys_again"))
    assert absent == ("satisfaction",) and not rules.required and rules.forbidden == {("buys_again", "region")}


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (Network(forbid=(("satisfction", "buys_again"),)), "Did you mean 'satisfaction'"),
        (Network(tiers=(("weather",),)), "Known are: age_group, buys_again"),
        (Network(tiers=(("region",), ("region",))), "more than one place"),
        (Network(tiers=(("buys_again",), ("region",))), "nothing comes after buys_again"),
        (Network(require=(("buys_again", "region"),)), "nothing comes after buys_again"),
        (Network(require=(("region", "region"),)), "cannot lead to itself"),
        (Network(require=(("region", "satisfaction"),), forbid=(("region", "satisfaction"),)), "under forbid too"),
        (Network(require=(("satisfaction", "region"),), tiers=(("region",), ("satisfaction",))), "put satisfaction after region"),
        (Network(require=(("region", "age_group"), ("age_group", "region"))), "in a circle"),
    ],
)
def test_contradictions_are_named(network, said):
    with pytest.raises(EngagementError, match="network cannot be used") as error:
        driver_rules(network, TIERS, ())
    assert said in str(error.value)
