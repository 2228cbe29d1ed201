"""Benchmarks: only within an industry, only from five other clients on, and never a name."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.methods.evaluation.benchmarks import Benchmarks, benchmarks
from playbook.methods.evaluation.comparing.peers import compared, place
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.methods.needs_analysis.kpis.standing import Standing
from playbook.methods.needs_analysis.scorecard import Scorecard
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT, AS_OF = Formats("EUR"), date(2026, 10, 31)
RATES = (0.42, 0.5, 0.55, 0.61, 0.66, 0.7, 0.78)
VALUES = (60.0, 85.0, 95.0, 120.0, 150.0, 210.0, 300.0)


def peers(industry="retail", currency="EUR", clients=7):
    known = (("churn", RATES), ("order_value", VALUES))
    rows = [(industry, currency, kpi, x) for kpi, values in known for x in values[:clients]]
    return pd.DataFrame(rows, columns=["industry", "currency", "kpi", "value"])


def card(**own):
    standings = {kpi: Standing(CATALOGUE[kpi], now) for kpi, now in own.items()}
    return Scorecard(fmt=FMT, headline="x", standings=standings, goals=())


def answer(table, industry="retail", **own):
    return benchmarks(card(**(own or {"churn": 0.3, "order_value": 500.0})), table, industry, FMT)


def test_places_among_seven_others():
    found = answer(peers())
    assert isinstance(found, Benchmarks)
    assert found.headline == "2 of 2 KPIs that can be compared are better than at most comparable clients"
    table = found.compared.set_index("kpi")
    assert table.loc["churn", ["lower", "middle", "upper"]].tolist() == pytest.approx([0.52, 0.6, 0.69], abs=0.02)
    assert table["better"].tolist() == [1.0, 1.0]  # less churn, larger orders
    assert found.findings[0].sentence.endswith("better than at about three in four of them.")
    assert found.findings[0].action is None
    assert found.tables[0].frame["where"].tolist() == ["in the lowest quarter", "in the highest quarter"]
    assert len(found.figures()) == 1


def test_what_is_worse_comes_first_with_its_lever():
    found = answer(peers(), churn=0.3, order_value=20.0)
    assert [f.id for f in found.findings] == ["benchmarks-order-value", "benchmarks-churn"]
    assert "€20" in found.findings[0].sentence and "worse than" in found.findings[0].sentence
    assert found.findings[0].action == CATALOGUE["order_value"].lever


def test_in_the_middle_half_nothing_stands_out():
    found = answer(peers(), churn=0.6)
    assert found.findings[0].id == "benchmarks-usual"
    assert found.tables[0].frame["where"].str.startswith("above about").all()


@pytest.mark.parametrize("table", [peers(clients=4), peers("banking"), peers().iloc[:0]])
def test_too_few_others_lock_the_section_without_saying_how_many(table):
    found = answer(table)
    assert isinstance(found, Locked)
    assert found.unlock == answer(peers(clients=1)).unlock and "at least 5 other clients" in found.unlock[0]


def test_an_unknown_industry_is_compared_with_nobody():
    found = answer(peers("other"), "other")
    assert isinstance(found, Locked) and found.unlock[0] == "industry in client.yml"


def test_money_is_compared_in_one_currency_only():
    assert answer(peers(currency="USD")).compared["kpi"].tolist() == ["churn"]


def test_the_place_is_told_from_what_is_shown():
    edges = [10.0, 20.0, 40.0]
    assert [place(x, edges) for x in (10.0, 15.0, 20.0, 30.0, 40.0)] == [25.0, 40.0, 50.0, 60.0, 75.0]
    assert np.isnan([place(9.0, edges), place(41.0, edges), place(15.0, [np.nan, 20.0, np.nan])]).all()


def test_the_client_itself_is_not_among_the_others():
    """Its own figure moves its place, never the quartiles."""
    one, other = (compared({"churn": x}, peers(), "retail", "EUR") for x in (0.3, 0.9))
    assert one[["lower", "middle", "upper"]].equals(other[["lower", "middle", "upper"]])


def test_a_kpi_without_a_figure_is_left_out():
    stood = card(churn=0.3)
    broken = replace(stood, standings={**stood.standings, "order_value": Standing(CATALOGUE["order_value"], float("nan"))})
    assert benchmarks(broken, peers(), "retail", FMT).compared["kpi"].tolist() == ["churn"]
