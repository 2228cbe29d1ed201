"""A brand on a page: read in light and dark, and nothing of it can break out."""

import pytest
from bs4 import BeautifulSoup

from playbook.engagement import Brand, contrast
from playbook.report.dress import DARK_PAPER, dress
from playbook.report.gate import inspect_page
from playbook.report.render import in_css, render
from samples import HOSTILE, notebook, page, sales

MADE = notebook("## What sells?", sales())


@pytest.mark.parametrize("colour", ["#7a1fa2", "#0b3d2e", "#b3261e", "#000000"])
def test_a_colour_is_lightened_for_dark_paper_and_kept_on_white(colour, tmp_path):
    style = dress(Brand(accent=colour), tmp_path).style
    light, dark = style.split("@media (prefers-color-scheme:dark)")
    assert f"--accent:{colour}" in light and style.count(f"--accent:{colour}") >= 2  # on paper it is the brand's own again
    assert contrast(dark.split("--accent:")[1][:7], DARK_PAPER) >= 7


def test_without_a_brand_a_page_wears_nothing(tmp_path):
    assert dress(Brand(), tmp_path).style == ""
    assert BeautifulSoup(render(MADE, page()), "html.parser").find(class_="logo") is None


def test_logo_name_footer_and_note_stand_on_the_page_and_do_not_break_out(tmp_path):
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", encoding="utf-8")
    worn = dress(Brand(name='North & "Co"', logo="logo.svg", footer=HOSTILE, confidentiality=HOSTILE), tmp_path)
    html = render(MADE, page(dress=worn))
    assert inspect_page(html) == ()
    soup = BeautifulSoup(html, "html.parser")
    assert soup.find(class_="logo")["alt"] == 'North & "Co"' and soup.find(class_="logo")["src"].startswith(
        "data:image/svg+xml;base64,"
    )
    assert HOSTILE in soup.find(class_="brand").text


def test_no_word_ends_a_string_of_the_style_sheet():
    assert in_css('a"}</style>') == "a\\22 \\7d \\3c \\2f style\\3e "
    assert in_css("Ärger & 销售") == "Ärger \\26  销售"
