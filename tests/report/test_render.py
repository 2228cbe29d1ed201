"""Rendering: a notebook and a page's values become one page that passes the gate."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from playbook.report.gate import inspect_page
from playbook.report.render import numbered, render
from playbook.report.sections import sections
from playbook.result.formats import Formats
from samples import HOSTILE, locked, notebook, page, sales


@pytest.fixture(scope="module")
def made():
    return notebook("## What sells?\n\nWe count orders.", sales(), "## What do customers say?", locked(), "## Next\n\nWe meet.")


@pytest.fixture(scope="module")
def soup(made):
    return BeautifulSoup(render(made, page(note=f"**Agreed:** basket first. {HOSTILE}", facts=(HOSTILE,))), "html.parser")


FMT = Formats("EUR")


def test_the_page_may_leave_the_house(made):
    assert inspect_page(render(made, page())) == ()


def test_hostile_words_stay_words(made):
    html = render(made, page(client=HOSTILE, title=HOSTILE, facts=(HOSTILE,), note=HOSTILE, siblings=((HOSTILE, "01.html"),)))
    assert inspect_page(html) == ()
    assert "{{ 7 * 7 }}" in html and "&lt;script&gt;" in html


def test_same_input_same_bytes(made):
    assert render(made, page()) == render(made, page())


def test_the_lead_sections_finding_heads_the_page(soup):
    assert [h.text for h in soup.find_all("h1")] == ["Speakers sell most"]
    assert soup.find(class_="eyebrow").text == "Acme & Söhne · Needs analysis · 1 of 5"


def test_sections_are_numbered_by_what_they_found(soup):
    headings = [s.h2.text for s in soup.find_all("section") if s.h2.find(class_="n")]
    assert headings == ["1Speakers sell most", "2Not answered yet: What do customers say?", "3Next"]


def test_contents_lead_to_every_section(soup):
    links = [a["href"] for a in soup.nav.find_all("a")]
    assert links == [
        "#bottom-line",
        "#sales",
        "#voice",
        "#next",
        "#note",
        "#rests-on",
        "#evidence",
        "#glossary",
        "#about",
        "index.html",
        "01-needs-analysis.html",
        "03-strategy.html",
    ]
    assert soup.nav.find(attrs={"aria-current": "page"})["href"] == "01-needs-analysis.html"


def test_no_code_enters_the_page(soup):
    assert "secret_method" not in soup.text and "from playbook import" not in soup.text


def test_open_questions_say_what_they_need(soup):
    assert soup.find(id="open").dt.text == "a surveys table (customer_id, score)"
    assert soup.find(id="open").dd.text == "What do customers say?"


def test_the_note_is_the_consultants_and_clean(soup):
    note = soup.find(id="note")
    assert note.strong.text == "Agreed:" and not note.find(["script", "img"])


def test_assumptions_are_collected_with_their_grades(soup):
    cells = [c.text.strip() for c in soup.find(id="rests-on").tbody.find_all(["th", "td"])]
    assert cells == ["Prices stay as they are.", "low", "high", "What sells?"]


def test_about_names_inputs_settings_and_edition(soup):
    text = soup.find(id="about").text
    wanted = ("41,882", "raw/orders.csv", "9f2c9f2c9f2c", "client acme · data up to 31 October 2026", "playbook 0.1.0")
    wanted += ("0123456789ab with local changes",)
    assert [part for part in wanted if part not in text] == []


def test_settings_are_told_in_the_readers_words():
    about = replace(
        page().about, parameters={"client": "acme", "language": "zh", "as_of": "2026-10-31", "years": "5", "none": ""}
    )
    told = [("客户", "acme"), ("语言", "中文"), ("数据截至", "2026年10月31日"), ("years", "5")]
    assert about.settings(Formats("EUR", "zh")) == told


def test_figures_and_tables_count_through_the_page():
    found = numbered(sections(notebook("## A", sales("first"), "## B", sales("second")), FMT), FMT)
    text = BeautifulSoup("".join(s.body for s in found), "html.parser")
    assert [c.b.text.split(".")[0] for c in text.find_all("figcaption")] == ["Figure 1", "Figure 2"]
    captions = [c.text for c in text.find_all("caption") if not c.find_parent("details")]
    assert [c.split(".")[0] for c in captions] == ["Table 1", "Table 2"]
    assert all(not c.text.startswith("Table") for c in text.select("details caption"))


def test_a_notebook_without_answers_still_makes_a_page():
    html = render(notebook("## Next\n\nWe meet."), page())
    assert inspect_page(html) == ()
    assert "<h1>Needs analysis</h1>" in html and "No question of this report could be answered" in html


def test_an_empty_notebook_still_makes_a_page():
    assert inspect_page(render(notebook(), page())) == ()
