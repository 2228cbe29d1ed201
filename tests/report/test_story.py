"""The story: which findings come first, what a page rests on, the tiles."""

import xml.etree.ElementTree as ElementTree

import pytest

from playbook.report.sections import sections
from playbook.report.story import bottom_line, drawn, lead, learned, open_questions, rests_on
from playbook.result.formats import Formats
from samples import finding, locked, notebook, page, sales


def told(*groups):
    """The bottom line over groups of findings, as ids."""
    parts = []
    for name, findings in zip("abcdefgh", groups, strict=False):
        (section,) = sections(notebook(f"## {name}", sales(name, findings=tuple(findings))), FMT)
        parts.append((name, f"#{name}", section))
    return [f["id"] for f in bottom_line(parts)]


FMT = Formats("EUR")


def test_most_money_first():
    assert told([finding("small", "a", money=1e3)], [finding("large", "b", money=-9e3)], [finding("none", "c", money=None)]) == [
        "large",
        "small",
        "none",
    ]


def test_evidence_decides_where_money_is_equal_or_absent():
    groups = [[finding("weak", "a", money=None, evidence="indicative")], [finding("strong", "b", money=None, evidence="shown")]]
    assert told(*groups) == ["strong", "weak"]


def test_each_group_speaks_before_one_speaks_twice():
    rich = [finding("r1", "a", money=9e5), finding("r2", "b", money=8e5)]
    assert told(rich, [finding("poor", "c", money=1e3)]) == ["r1", "poor", "r2"]


def test_at_most_five():
    assert len(told(*([finding(f"f{i}", f"s{i}", money=1e3 + 500 * i)] for i in range(8)))) == 5


def test_the_same_money_is_told_once():
    assert told([finding("gap", "The gap is worth €310K.")], [finding("need", "Need: €310K.")]) == ["gap"]


def test_the_gap_of_a_goal_is_told_once_as_the_scorecard_tells_it():
    goal, ahead = finding("scorecard-revenue", "short", money=10_547.0), finding("scenario-goal", "year", money=10_548.0)
    forecast, other = finding("demand-goal", "forecast", money=10_700.0), finding("funnel-lost", "deals lost", money=10_600.0)
    assert told([goal], [forecast], [ahead], [other]) == ["funnel-lost", "scorecard-revenue"]
    assert told([forecast], [ahead]) == ["demand-goal"]  # without the scorecard, the forecast tells it
    shrinks = finding("demand-goal", "forecast", money=9_000.0)  # 15 percent less is news
    assert told([goal], [shrinks], [ahead]) == ["scorecard-revenue", "demand-goal"]


def test_what_was_not_shown_only_fills_up():
    not_shown = [finding(f"n{i}", f"n{i}", money=None, evidence="not shown") for i in range(4)]
    shown = [finding(f"s{i}", f"s{i}", money=None) for i in range(2)]
    assert told(shown + not_shown) == ["s0", "s1", "n0"]
    assert told([*shown, finding("s2", "s2", money=None)] + not_shown) == ["s0", "s1", "s2"]


def test_a_line_leads_to_its_section_and_carries_its_range():
    (section,) = sections(notebook("## What sells?", sales(findings=(finding(),))), FMT)
    (line,) = bottom_line([("Needs analysis", "01.html#sales", section)])
    assert line["group"] == "Needs analysis" and line["href"] == "01.html#sales"
    assert line["html"] == "Speakers bring <strong>€310K</strong> a year."
    assert "80% range €240K to €380K" in line["confidence"] and "at stake" not in line["confidence"]


def test_money_that_the_sentence_does_not_name_stands_beside_it():
    (section,) = sections(notebook("## What sells?", sales(findings=(finding(sentence="Speakers sell."),))), FMT)
    (line,) = bottom_line([("a", "#a", section)])
    assert "€310K at stake" in line["confidence"]


@pytest.mark.parametrize(("wanted", "headline"), [("second", "Two"), ("nowhere", "One"), ("voice", "One")])
def test_lead_is_the_phases_own_section_or_the_first_answered(wanted, headline):
    found = sections(notebook("## V", locked(), "## A", sales("first", "One"), "## B", sales("second", "Two")), FMT)
    assert lead(page(lead=wanted), found).headline == headline


def test_no_lead_where_nothing_is_answered():
    assert lead(page(), sections(notebook("## V", locked(), "## Words"), FMT)) is None


def test_assumptions_once_with_all_sections_that_make_them():
    found = sections(notebook("## A", sales("first"), "## B", sales("second")), FMT)
    (assumption,) = rests_on(found)
    assert assumption["text"] == "Prices stay as they are." and [s.id for s in assumption["sections"]] == ["first", "second"]


def test_course_is_drawn_to_scale_and_gaps_are_passed_over():
    tile = {"label": "Revenue", "value": "€1", "course": [0.0, None, 10.0, 5.0]}
    (drawing,) = drawn([tile, {**tile, "value": "said twice"}])
    assert drawing["value"] == "€1" and drawing["points"] == "2.0,25.0 45.0,2.0 88.0,13.5"
    ElementTree.fromstring(f'<polyline points="{drawing["points"]}"/>')


@pytest.mark.parametrize("course", [[], [1.0], [None, None]])
def test_no_course_no_line(course):
    assert drawn([{"label": "x", "course": course}])[0]["points"] == ""


def test_a_level_course_is_a_level_line():
    assert drawn([{"label": "x", "course": [4.0, 4.0]}])[0]["points"] == "2.0,25.0 88.0,25.0"


def test_open_questions_are_told_once_for_what_answers_them():
    needs = {"status": "locked", "unlock": ["orders (order_id)", "products"]}
    answers = [
        {"status": "locked", "unlock": ["surveys"], "question": "What do they say?"},
        {**needs, "question": "Who buys?"}, {"status": "answered", "unlock": []}, {**needs, "question": "What sells?"},
    ]  # fmt: skip
    assert open_questions(answers, FMT) == [
        {"unlock": "orders (order_id) and products", "questions": "Who buys? What sells?"},
        {"unlock": "surveys", "questions": "What do they say?"},
    ]


def test_lessons_open_the_page_and_are_told_once():
    found = (finding(), finding("needs-lesson-mail", "Mail brought 8% more.", money=9e9))
    (section,) = sections(notebook("## What sells?", sales(findings=found)), FMT)
    parts = [("a", "#a", section)]
    assert [f["id"] for f in learned(parts)] == ["needs-lesson-mail"]
    assert [f["id"] for f in bottom_line(parts)] == ["sales-top"]
