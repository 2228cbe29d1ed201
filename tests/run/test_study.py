"""``study`` fills a method's parameters by name, locks what cannot be answered, and keeps what was found."""

from dataclasses import dataclass

import pytest

from home import CLIENT, make_home, tiny_client
from playbook.engagement import open_engagement
from playbook.errors import IntakeError, UsageError
from playbook.result.contract import Finding, Locked, Result
from playbook.result.section import section
from playbook.run import kept
from playbook.run.phases import method_of
from playbook.run.study import study


@dataclass(frozen=True, kw_only=True)
class Total(Result):
    """A result with one figure."""

    value: float


@section("total", "How much was sold?", promise="the sum of all orders")
def total(order_totals, as_of, fmt, *, times: int = 1):
    value = order_totals["revenue"].sum() * times
    finding = Finding("total-sum", f"Sold until {as_of}: {fmt.exact_money(value)}.", value=value, unit="money")
    return Total(fmt=fmt, headline="Sold", findings=(finding,), value=value)


@section("visits", "Who came?", promise="visits by step")
def visits(journey_steps, fmt):
    raise AssertionError("must not be called without journeys")


@section("optional", "Who came, if we know?", promise="visits by step")
def optional(fmt, journey_steps=None, plan_targets=None):
    return Total(fmt=fmt, headline=f"{journey_steps} {plan_targets}", value=0.0)


@section("spoils", "What if a method wrote into its input?", promise="nothing")
def spoils(order_totals, fmt):
    order_totals.loc[:, "revenue"] = 0.0
    return Total(fmt=fmt, headline="spoilt", value=0.0)


@pytest.fixture
def acme(tmp_path):
    home = make_home(tmp_path)
    tiny_client(home, orders_csv="No,Date,Customer,Amount\n1,2025-01-02,c1,10.50\n2,2025-01-03,c2,20\n2,2025-01-03,c2,5\n")
    return open_engagement("acme", root=home)


def test_frames_and_values_are_filled_by_name(acme):
    result = study(acme, total)
    assert result.value == 35.5
    assert result.findings[0].sentence == "Sold until 2025-12-31: €35.50."
    assert result.section.id == "total"
    assert result.seconds > 0


def test_settings_reach_the_method_and_unknown_ones_are_refused(acme):
    assert study(acme, total, times=2).value == 71
    with pytest.raises(UsageError, match="Did you mean 'times'"):
        study(acme, total, tines=2)


def test_a_missing_table_locks_the_section_and_says_what_would_unlock_it(acme):
    result = study(acme, visits)
    assert isinstance(result, Locked)
    assert result.unlock == ("journeys (journey_id, step, step_at)",)
    assert result.promise == "visits by step"
    assert result.status == "locked"


def test_a_missing_column_is_named_too(tmp_path):
    home = make_home(tmp_path)
    tiny_client(home, client_yml=CLIENT.replace("customer_id: Customer, ", ""))

    @section("members", "Who?", promise="customers")
    def members(memberships, category_months, fmt):
        raise AssertionError

    result = study(open_engagement("acme", root=home), members)
    assert result.unlock == (
        "interventions (intervention_id, customer_id)",
        "orders (product_id)",
        "products (product_id, category)",
    )


def test_optional_frames_are_none_without_their_table(acme):
    assert study(acme, optional).headline == "None None"


def test_what_a_method_writes_into_its_input_reaches_nobody_else(acme):
    study(acme, spoils)
    assert study(acme, total).value == 35.5


def test_an_earlier_result_is_recalled_and_else_worked_out(acme, monkeypatch, tmp_path):
    monkeypatch.setattr(kept, "_memory", {})
    monkeypatch.setenv(kept.WORK_VARIABLE, str(tmp_path / "work"))
    study(acme, total, times=3)
    assert kept.recall(acme, "total").value == 106.5
    monkeypatch.setattr(kept, "_memory", {})  # what another process of the same run finds
    assert kept.recall(acme, "total").value == 106.5
    monkeypatch.delenv(kept.WORK_VARIABLE)
    assert kept.recall(acme, "total") is None


def test_what_an_earlier_notebook_of_the_run_asked_for_is_not_worked_out_twice(acme, monkeypatch, tmp_path):
    monkeypatch.setattr(kept, "_memory", {})
    monkeypatch.setenv(kept.WORK_VARIABLE, str(tmp_path / "work"))

    @section("asks", "Which segments?", promise="segments")
    def asks(scorecard, fmt):
        return Total(fmt=fmt, headline=scorecard.headline, value=0.0)

    asked = study(acme, asks)
    monkeypatch.setattr(kept, "_memory", {})  # the next notebook, in a process of its own
    again = study(acme, method_of("scorecard"))
    assert again.headline == asked.headline
    assert again.seconds == kept.stored(acme, "scorecard").seconds  # the very same answer
    assert study(acme, method_of("bridge")).seconds != study(acme, method_of("bridge")).seconds  # nobody asked for this one


def test_a_result_shows_itself_as_html_and_as_data(acme):
    shown = study(acme, total)._repr_mimebundle_()
    assert "Sold until" in shown["text/html"]
    payload = shown["application/vnd.playbook.result+json"]
    assert payload["id"] == "total" and payload["status"] == "answered"
    assert payload["findings"][0]["value"] == 35.5


def test_nothing_is_studied_on_data_that_must_not_be_trusted(tmp_path):
    home = make_home(tmp_path)
    tiny_client(home, orders_csv="No,Date,Customer,Amount\n1,2025-01-02,c1,ten\n")
    with pytest.raises(IntakeError, match="ten"):
        study(open_engagement("acme", root=home), total)


def test_results_cannot_be_changed(acme):
    result = study(acme, total)
    with pytest.raises(AttributeError):
        result.value = 1.0
