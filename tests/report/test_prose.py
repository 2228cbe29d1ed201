"""Prose and pictures from people: safe, and in order below a section's heading."""

import base64

import pytest
from nbformat.v4 import new_output

from playbook.report import prose as page
from playbook.report.prose import clean, picture
from playbook.result.formats import Formats

FMT = Formats("EUR")


def prose(markdown: str, fmt: Formats = FMT) -> str:
    return page.prose(markdown, fmt)


def test_markdown_becomes_html():
    html = prose("The **board** asks:\n\n- first\n- second\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    assert "<strong>board</strong>" in html and "<li>first</li>" in html and "<td>1</td>" in html


def test_dollar_signs_are_money_not_formulas():
    assert "from $5 to $6" in prose("from $5 to $6")
    assert "$1,200 per <strong>month</strong>, $500 once" in prose("$1,200 per **month**, $500 once")


def test_headings_start_at_level_three_and_leave_none_out():
    html = prose("# Top\n\n##### Deep\n\n## Back")
    assert html.splitlines() == ["<h3>Top</h3>", "<h4>Deep</h4>", "<h3>Back</h3>"]


def test_a_table_scrolls_by_itself():
    assert prose("| a |\n|---|\n| 1 |").startswith('<div class="scroll plain" tabindex="0"')


def test_a_table_is_named_in_the_readers_language():
    assert 'aria-label="数据表"' in prose("| a |\n|---|\n| 1 |", Formats("CNY", "zh"))


def test_headings_carry_no_anchor_mark():
    assert "¶" not in prose("### Heading") and "href" not in prose("### Heading")


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)">x</a>',
        "<p onclick=alert(1)>x</p>",
        "<iframe src=//evil></iframe>",
        "<img src=https://evil/pixel.png>",
        "![pixel](https://evil/pixel.png)",
        "<style>@import 'https://evil'</style>",
        '<p style="background:url(https://evil)">x</p>',
        "<form action=//evil><input></form>",
        "<svg onload=alert(1)></svg>",
    ],
)
def test_what_runs_or_fetches_is_removed(attack):
    html = prose(f"before\n\n{attack}\n\nafter").lower()
    assert "before" in html and "after" in html
    assert not any(word in html for word in ("script", "onclick", "evil", "onload", "<input", "<svg"))


def test_links_that_a_reader_follows_stay():
    assert 'href="https://example.com/source"' in prose("[source](https://example.com/source)")


def test_a_frame_keeps_its_cells_and_loses_its_looks():
    frame = '<table border="1" class="dataframe"><tr><th scope="row">0</th><td>7</td></tr></table>'
    html = clean(f"<style scoped>td {{color: red}}</style>{frame}")
    assert html == '<table><tbody><tr><th scope="row">0</th><td>7</td></tr></tbody></table>'


def test_picture_is_data_and_described_by_its_metadata():
    shown = new_output("display_data", data={"image/png": "iVBO\nRw=="}, metadata={"image/png": {"alt": 'sales & "costs"'}})
    html = picture(shown, "otherwise")
    assert 'src="data:image/png;base64,iVBORw=="' in html and 'alt="sales &amp; &#34;costs&#34;"' in html


def test_picture_without_words_takes_the_heading():
    shown = new_output("display_data", data={"image/jpeg": "aa"})
    assert 'alt="Chart to the question"' in picture(shown, "Chart to the question")


def test_svg_becomes_a_picture_that_cannot_run():
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    html = picture(new_output("display_data", data={"image/svg+xml": svg}), "x")
    assert base64.b64encode(svg.encode()).decode() in html and "<svg" not in html


def test_text_is_no_picture():
    assert picture(new_output("display_data", data={"text/plain": "x"}), "x") is None
