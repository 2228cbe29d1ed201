import pytest

from playbook.methods.monitoring.comparing.compare import compare


def finding(id="a", section="segments", **told):
    return {"section": section, "id": id, "sentence": f"{id}.", "evidence": "shown", "action": None} | told


def verdicts(past, now):
    return compare(past, now).set_index("id")["verdict"].to_dict()


def test_new_and_gone_in_sections_that_both_reports_have():
    past = [finding("a"), finding("b"), finding("x", "voice")]
    now = [finding("b"), finding("c"), finding("y", "funnel")]
    assert verdicts(past, now) == {"a": "gone", "b": "same", "c": "new"}


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [(100.0, 150.0, "worse"), (150.0, 100.0, "better"), (100.0, 104.0, "same"), (None, 50.0, "worse")],
)
def test_more_money_at_stake_is_worse(before, after, verdict):
    changes = compare([finding(money=before)], [finding(money=after)]).iloc[0]
    assert changes["verdict"] == verdict and changes["at_stake"] == after - (before or 0)


def test_money_that_can_be_won_has_only_moved():
    assert verdicts([finding(section="market", money=100.0)], [finding(section="market", money=150.0)]) == {"a": "moved"}


@pytest.mark.parametrize(
    ("before", "after", "verdict"), [(1e3, 9e3, "better"), (9e3, 1e3, "worse"), (-9e3, -1e3, "better"), (-1e3, -9e3, "worse")]
)
def test_more_profit_is_better_and_a_smaller_loss_too(before, after, verdict):
    for id, section in (("returns-total", "returns"), ("impact-mail", "impact")):
        past, now = ([finding(id, section, value=v, unit="money", money=abs(v))] for v in (before, after))
        changes = compare(past, now).iloc[0]
        assert (changes["verdict"], changes["at_stake"], changes["before"]) == (verdict, before - after, before)
        assert compare([], now).empty and compare([finding("x", section)], now)["at_stake"].tolist() == [0.0, 0.0]


def ranged(value, half, **told):
    return finding(value=value, low=value - half, high=value + half, unit="share", **told)


def test_within_both_ranges_together_it_is_the_same():
    """Halves of 3 and 4 make 5."""
    assert verdicts([ranged(10, 3)], [ranged(15, 4)]) == {"a": "same"}
    assert verdicts([ranged(10, 3)], [ranged(15.1, 4)]) == {"a": "moved"}
    assert verdicts([ranged(10, 3)], [finding(value=13.1, unit="share")]) == {"a": "moved"}
    assert verdicts([ranged(10, 3, money=5.0)], [ranged(11, 3, money=50.0)]) == {"a": "same"}  # the money rests on the value


def test_a_kpi_knows_which_way_is_good():
    def kpi(name, value):
        return [finding(f"scorecard-{name}", "scorecard", value=value, unit="share")]

    assert list(verdicts(kpi("churn", 0.1), kpi("churn", 0.2)).values()) == ["worse"]
    assert list(verdicts(kpi("repeat-rate", 0.1), kpi("repeat-rate", 0.2)).values()) == ["better"]
    assert verdicts([finding(value=1.0, unit="count")], [finding(value=2.0, unit="count")]) == {"a": "moved"}


def test_worse_stands_first_and_most_money_first():
    past = [finding("a", money=10.0), finding("b", money=10.0), finding("c", money=90.0), finding("d")]
    now = [finding("a", money=30.0), finding("b", money=60.0), finding("c", money=20.0), finding("d"), finding("e", money=5.0)]
    assert compare(past, now)["id"].tolist() == ["b", "a", "e", "c", "d"]


def test_quiet_findings_and_sentences_without_a_value():
    assert compare([finding("voice-quiet", "voice")], [finding("voice-x", "voice", money=9.0)])["verdict"].tolist() == ["new"]
    assert compare([finding("x", "alerts")], [finding("y", "alerts")]).empty  # said in the sections that raised them
    assert verdicts([finding(sentence="One.")], [finding(sentence="Two.")]) == {"a": "moved"}
    assert compare([], []).empty
