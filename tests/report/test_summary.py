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


def test_goals_and_plan_are_repeated_without_their_charts(soup):
    parts = [soup.find(id="scorecard"), soup.find(id="plan")]
    assert [p.h2.text for p in parts] == ["Two goals are missed", "Four actions for €13K"]
    assert [p.caption.b.text for p in parts] == ["Table 1. Products.", "Table 2. Products."]
    assert not soup.find("figure")


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
