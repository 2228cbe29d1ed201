"""Sections: what is kept of a notebook, under which heading, with which anchor."""

import re
from dataclasses import replace

import pandas as pd
from nbformat.v4 import new_output

from playbook.report.sections import opening, sections
from playbook.result.formats import Formats
from samples import HOSTILE, locked, notebook, sales

FMT = Formats("EUR")


def test_opening_is_the_introduction():
    assert opening(notebook("## First\n\ntext"), FMT) == "<p>Where does the client stand?</p>"


def test_opening_ends_where_a_section_begins():
    made = notebook()
    made.cells[0].source += "\n\n## Early\n\nunder it"
    assert "Early" not in opening(made, FMT)
    assert [s.question for s in sections(made, FMT)] == ["Early"]


def test_a_result_gives_its_section_anchor_headline_and_body():
    (section,) = sections(notebook("## What sells?\n\nWe count orders.", sales()), FMT)
    assert (section.id, section.question, section.headline) == ("sales", "What sells?", "Speakers sell most")
    assert section.prose == "<p>We count orders.</p>"
    assert "Speakers sell most" not in section.body.split("<figure")[0]  # the heading says it already
    assert section.body.count("<figure") == section.body.count("</figure>") == 1
    assert section.body.count("<div") == section.body.count("</div>")


def test_code_and_what_was_shown_before_the_first_section_is_left_out():
    made = notebook("## What sells?", sales())
    text = "".join(s.prose + s.body for s in sections(made, FMT))
    assert "secret_method" not in text and "loaded from elsewhere" not in text


def test_prose_below_a_result_stays_below_it():
    (section,) = sections(notebook("## What sells?", sales(), "The client agrees.\n\n# Loud heading"), FMT)
    assert section.body.endswith("<p>The client agrees.</p>\n<h3>Loud heading</h3>")


def test_a_section_of_prose_alone_is_headed_by_its_own_words():
    (section,) = sections(notebook("## What happens next\n\nWe meet."), FMT)
    assert (section.id, section.headline, section.answer) == ("what-happens-next", "What happens next", None)


def test_a_heading_is_its_words_without_the_marks_of_markdown():
    (section,) = sections(notebook("## **What** does `EUR` & the [board](https://a.example) want?"), FMT)
    assert (section.question, section.id) == ("What does EUR & the board want?", "what-does-eur-the-board-want")


def test_one_markdown_cell_may_hold_two_sections():
    assert [s.question for s in sections(notebook("## One\n\na\n\n## Two\n\nb"), FMT)] == ["One", "Two"]


def test_anchors_are_unique_and_leave_the_page_its_own():
    found = sections(notebook("## About", "## Again?", "## Again!", "## 销售", "## 客户"), FMT)
    assert [s.id for s in found] == ["about-part-2", "again", "again-part-2", "section", "section-part-2"]


def test_a_result_shown_twice_keeps_ids_unique_on_the_page():
    body = "".join(s.body for s in sections(notebook("## One", sales(), "## Two", sales()), FMT))
    assert body.count('id="sales-1-figure_1"') == body.count('id="sales-2-1-figure_1"') == 1


def test_so_does_a_result_that_no_study_asked_for():
    bare = replace(sales(), section=None)
    bodies = "".join(s.body for s in sections(notebook("## One", bare, "## Two", bare, sales("other")), FMT))
    ids = re.findall(r'\bid="([^"]+)"', bodies)
    assert len(ids) == len(set(ids)) > 3


def test_a_second_result_keeps_its_headline():
    (section,) = sections(notebook("## One", sales(), sales("more", "Headphones come next")), FMT)
    assert "<h3>Headphones come next</h3>" in section.body
    assert [a["id"] for a in section.answers] == ["sales", "more"]


def test_a_locked_section_says_what_it_needs():
    (section,) = sections(notebook("## What do customers say?", locked()), FMT)
    assert section.answer["status"] == "locked"
    assert "it needs <b>a surveys table (customer_id, score)</b>" in section.body


def test_frames_and_printed_text_stay_and_are_harmless():
    frame = pd.DataFrame({"name": [HOSTILE]})
    printed = new_output("stream", name="stdout", text=f"seen &lt; {HOSTILE}")
    (section,) = sections(notebook("## What sells?", frame, printed), FMT)
    assert "<td>" in section.body and "<script" not in section.body and "<img" not in section.body
    assert "seen &amp;lt; &lt;script&gt;" in section.body  # as it was printed, not as HTML would read it


def test_stderr_is_not_the_readers():
    (section,) = sections(notebook("## What sells?", new_output("stream", name="stderr", text="FutureWarning")), FMT)
    assert section.body == ""
