"""The executive summary over all phases."""

import pytest
from bs4 import BeautifulSoup

from playbook.report.gate import inspect_page
from playbook.report.summary import render_summary
from samples import HOSTILE, finding, locked, notebook, page, sales

NEEDS = page(lead="scorecard")
STRATEGY = page(id="strategy", title="Strategy", number=3, lead="plan")


@pytest.fixture(scope="module")
def html():
    needs = notebook("## Goals?", sales("scorecard", "Two goals are missed"), "## Voice?", locked())
    brings = finding("plan-first", "The plan brings €31.1K.", value=31_100.0, money=31_100.0)
    plan = sales("plan", "Four actions for €13K", (brings,))
    return render_summary([(NEEDS, needs), (STRATEGY, notebook("## What is the plan?", plan))])


@pytest.fixture(scope="module")
def soup(html):
    return BeautifulSoup(html, "html.parser")


def test_the_summary_may_leave_the_house(html):
    assert inspect_page(html) == ()


def test_the_first_phases_finding_heads_it(soup):
    assert soup.h1.text == "Two goals are missed"


def test_findings_name_their_phase_and_lead_there(soup):
    links = [(a.text, a["href"]) for a in soup.select("#bottom-line a")]
    assert links[:2] == [("Needs analysis", "01-needs-analysis.html#scorecard"), ("Strategy", "03-strategy.html#plan")]


def test_a_few_rows_of_goals_and_plan_are_told_without_their_charts(soup):
    parts = [soup.find(id="scorecard"), soup.find(id="plan")]
    assert [p.h2.text for p in parts] == ["Two goals are missed", "Four actions for €13K"]
    assert [p.caption.b.text for p in parts] == ["Table 1. Best products.", "Table 2. Best products."]
    assert not soup.find("figure")


def test_a_doubtful_assumption_of_weight_is_a_risk_told_once(soup):
    risks = [li.get_text(" ", strip=True) for li in soup.select("#risks li")]
    assert risks == ["Prices stay as they are. an assumption with little support and much weight Needs analysis"]
    assert soup.select_one("#risks a")["href"] == "01-needs-analysis.html#scorecard"


def test_alerts_that_wait_are_risks_before_assumptions():
    told = finding("alerts-fall", "Act now: orders fell.", value=None, money=None, urgent=True)
    html = render_summary(
        [(page(id="monitoring", title="Strategy"), notebook("## Alerts?", sales("alerts", "One alert", (told,))))]
    )
    assert inspect_page(html) == ()
    # A finding that heads the page is not told again among the risks.
    assert "Act now" not in BeautifulSoup(html, "html.parser").find(id="risks").text


def test_changes_are_told_where_there_was_an_earlier_report():
    changed = sales("since-last", "Two findings became worse", (finding("since-a", "Churn rose by 2 points."),))
    soup = BeautifulSoup(render_summary([(page(), notebook("## Since?", changed))]), "html.parser")
    assert soup.find(id="changes").h2.text == "Two findings became worse"
    assert [li.text for li in soup.select("#changes li")] == ["Churn rose by 2 points."]


def test_without_an_earlier_report_nothing_is_said_of_changes(soup):
    assert soup.find(id="changes") is None


def test_each_report_is_linked_with_what_it_found(soup):
    cards = [(a["href"], a.b.text, a.find(class_="conf").text) for a in soup.select("#reports a")]
    assert cards == [
        ("01-needs-analysis.html", "Two goals are missed", "1 of 2 questions answered"),
        ("03-strategy.html", "Four actions for €13K", "1 of 1 questions answered"),
    ]


def test_tiles_come_from_the_scorecard(soup):
    assert [t.dt.text for t in soup.select(".tile")] == ["Revenue"]


def test_what_is_open_is_said(soup):
    assert "What do customers say?" in soup.find(id="open").text


def test_one_phase_without_answers_is_enough():
    html = render_summary([(page(client=HOSTILE), notebook("## Voice?", locked()))])
    assert inspect_page(html) == ()
    assert "Not answered yet" in html
