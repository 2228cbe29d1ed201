"""Chinese words of charts and headings, on a machine without a Chinese font and on one that has its own."""

from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from playbook.report.glyphs import FAMILY, with_glyphs
from playbook.report.render import render
from samples import notebook, page, sales

pytestmark = pytest.mark.browser

DEJAVU = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
NOTO = Path(str(files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc"))
NORTH, SOUTH = "华北", "东南"
PLACES = pytest.mark.parametrize("place", [f"svg text:text-is('{NORTH}')", "h1"], ids=["chart", "heading"])


@pytest.fixture(scope="module")
def plain() -> str:
    """A page with two Chinese words in a chart and in its headline, and one alone in a heading."""
    regions = pd.DataFrame({"product": [NORTH, SOUTH], "revenue": [2.0, 1.0]})
    told = replace(sales(headline=f"{NORTH} before {SOUTH}"), frame=regions)
    return render(notebook("## What sells?\n\nWe count.", told, "### 附注\n\nAs they are."), page())


@pytest.fixture(scope="module")
def carrying(plain) -> str:
    """The same page with its letters."""
    return with_glyphs({"index.html": plain})["index.html"]


@pytest.fixture(scope="module")
def bare(machine: Callable[..., Browser]) -> Browser:
    """A machine without Chinese letters."""
    return machine(DEJAVU)


def shown(browser: Browser, file: Path, html: str) -> Page:
    """The page in a new tab."""
    file.write_text(html, encoding="utf-8")
    tab = browser.new_page()
    tab.goto(file.as_uri())
    return tab


def alike(tab: Page, place: str) -> bool:
    """Whether two Chinese words come out as the same picture, in the same place: boxes are all alike."""
    element = tab.locator(place).first.element_handle()
    pictures = []
    for word in (NORTH, SOUTH):
        element.evaluate("(element, word) => { element.textContent = word }", word)
        pictures.append(element.screenshot())
    return pictures[0] == pictures[1]


def own(tab: Page, place: str) -> list[bool]:
    """For each text of a place whether the page's own font draws some of it."""
    session = tab.context.new_cdp_session(tab)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    nodes = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": place})["nodeIds"]
    used = [session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"] for node in nodes]
    return [any(font["isCustomFont"] for font in fonts) for fonts in used]


@PLACES
def test_without_its_letters_a_page_shows_boxes(bare, plain, tmp_path, place):
    assert alike(shown(bare, tmp_path / "index.html", plain), place)


@PLACES
def test_a_page_with_its_letters_shows_them(bare, carrying, tmp_path, place):
    assert not alike(shown(bare, tmp_path / "index.html", carrying), place)


def test_a_machine_without_chinese_takes_every_letter_of_the_page(bare, carrying, tmp_path):
    tab = shown(bare, tmp_path / "index.html", carrying)
    tab.evaluate("document.fonts.ready")
    assert tab.evaluate("[...document.fonts].map(f => [f.family, f.status])") == [[FAMILY, "loaded"]]
    assert own(tab, "h1, #sales h2, #sales h3") == [True, True, True]
    chart = tab.eval_on_selector_all("#sales svg text", "all => all.map(e => e.textContent)")
    assert own(tab, "#sales svg text") == [text in {NORTH, SOUTH} for text in chart]


def test_a_machine_with_chinese_keeps_its_own(machine, carrying, tmp_path):
    tab = shown(machine(DEJAVU, NOTO), tmp_path / "index.html", carrying)
    assert tab.evaluate("[...document.fonts].map(f => f.status)") == ["unloaded"]
    assert not any(own(tab, "h1, h2, svg text"))
    assert not alike(tab, "h1")


def test_the_policy_lets_the_letters_in_and_nothing_is_fetched(bare, carrying, tmp_path):
    file = tmp_path / "index.html"
    file.write_text(carrying, encoding="utf-8")
    tab, heard = bare.new_page(), []
    tab.on("request", lambda request: heard.append(request.url))
    tab.on("console", lambda message: heard.append(message.text))
    tab.goto(file.as_uri(), wait_until="networkidle")
    assert heard == [file.as_uri()]
