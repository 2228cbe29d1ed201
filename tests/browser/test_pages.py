"""Pages as a reader meets them: in Chromium, wide and on a phone, light and dark, read aloud and on paper."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from playbook.report.gate import MAX_BYTES

pytestmark = pytest.mark.browser

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SHEET = {"width": 673, "height": 987}  # A4 without its margins, in pixels: a browser shrinks all sheets when something is wider
SHEETS = range(1, 41)  # printed pages of one report
MOST_OF_SUMMARY = 2
WORDS_IN_ALT = 4  # fewer do not describe a chart; in Chinese a word has two characters


def each(pages: list[Path], look) -> dict[str, object]:
    """What ``look`` found on each page, by client and name, where it found anything."""
    seen = {f"{page.parent.parent.name}/{page.name}": look(page) for page in pages}
    return {name: found for name, found in seen.items() if found}


def test_nothing_is_fetched_and_nothing_goes_wrong(browser: Browser, pages):
    def look(file: Path) -> list[str]:
        with browser.new_context(viewport=WIDE) as context:
            tab, heard = context.new_page(), []
            tab.on("request", lambda request: heard.append(request.url))
            tab.on("console", lambda message: heard.append(f"console {message.type}: {message.text}"))
            tab.on("pageerror", lambda error: heard.append(f"error: {error}"))
            tab.goto(file.as_uri(), wait_until="networkidle")
            tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            return [h for h in heard if h != file.as_uri()]

    assert each(pages, look) == {}


def test_the_policy_would_stop_a_script_and_a_request(browser: Browser, sample_pages):
    planted = sample_pages[0].with_name("planted.html")
    text = sample_pages[0].read_text(encoding="utf-8")
    attack = "<script>document.title = 'broken into'</script><img alt='x' src='https://a.example/x.png'>"
    planted.write_text(text.replace("</main>", f"{attack}</main>"), encoding="utf-8")
    with browser.new_context() as context:
        tab, messages = context.new_page(), []
        tab.on("console", lambda message: messages.append(message.text))
        tab.goto(planted.as_uri())
        assert "broken into" not in tab.title()
        assert sum("Content Security Policy" in m for m in messages) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(browser: Browser, pages, scheme):
    def look(file: Path) -> list[str]:
        # axe-core comes as a script, which the page's own policy rightly stops.
        with browser.new_context(viewport=WIDE, color_scheme=scheme, bypass_csp=True) as context:
            tab = context.new_page()
            tab.goto(file.as_uri())
            tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            violations = Axe().run(tab).response["violations"]
            return [f"{v['impact']} {v['id']}: {v['nodes'][0]['html'][:120]}" for v in violations]

    assert each(pages, look) == {}


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_the_page_never_scrolls_sideways(browser: Browser, pages, size):
    def look(file: Path) -> int:
        with browser.new_context(viewport=size) as context:
            tab = context.new_page()
            tab.goto(file.as_uri())
            tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            return max(tab.evaluate("document.documentElement.scrollWidth") - size["width"], 0)

    assert each(pages, look) == {}


def test_pictures_are_described_in_words(browser: Browser, pages):
    def look(file: Path) -> list[str]:
        with browser.new_context() as context:
            tab = context.new_page()
            tab.goto(file.as_uri())
            texts = tab.eval_on_selector_all("img, svg[role=img]", "all => all.map(e => e.alt ?? e.getAttribute('aria-label'))")
            return [t for t in texts if len(re.findall("[一-鿿]{2}|[^\\s一-鿿]+", t)) < WORDS_IN_ALT or texts.count(t) > 1]

    assert each(pages, look) == {}


def test_links_between_pages_lead_somewhere(pages):
    def look(file: Path) -> list[str]:
        links = set(re.findall(r'href="([\w.-]+\.html)(?:#([\w.-]+))?"', file.read_text(encoding="utf-8")))
        return [f"{name}#{anchor}" for name, anchor in sorted(links) if not _there(file.with_name(name), anchor)]

    assert each(pages, look) == {}


def _there(file: Path, anchor: str) -> bool:
    return file.is_file() and (not anchor or f'id="{anchor}"' in file.read_text(encoding="utf-8"))


def test_the_first_key_skips_to_the_report(browser: Browser, pages):
    def look(file: Path) -> str:
        with browser.new_context() as context:
            tab = context.new_page()
            tab.goto(file.as_uri())
            tab.keyboard.press("Tab")
            where = tab.evaluate("[document.activeElement.hash, document.activeElement.getBoundingClientRect().left >= 0]")
            return "" if where == ["#main", True] else str(where)

    assert each(pages, look) == {}


def test_paper_holds_the_whole_report(browser: Browser, pages):
    def look(file: Path) -> str:
        with browser.new_context(color_scheme="dark") as context:
            tab = context.new_page()
            tab.goto(file.as_uri())
            pdf = tab.pdf(prefer_css_page_size=True)
            tab.emulate_media(media="print")
            folded = tab.evaluate(
                "[...document.querySelectorAll('details:not(.assumptions) table')]"
                ".filter(t => !t.closest('.figure > details') && !t.checkVisibility()).length"
            )
            paper = tab.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        sheets = len(re.findall(rb"/Type\s*/Page\b", pdf))
        wrong = [f"{sheets} sheets"] if sheets not in SHEETS else []
        wrong += [f"{folded} folded tables"] if folded else []
        return ", ".join([*wrong, *([] if paper == "rgb(255, 255, 255)" else [f"paper of {paper}"])])

    assert each(pages, look) == {}


def test_the_summary_is_read_on_two_sheets(browser: Browser, published):
    def look(file: Path) -> int:
        with browser.new_context() as context:
            tab = context.new_page()
            tab.goto(file.as_uri())
            sheets = len(re.findall(rb"/Type\s*/Page\b", tab.pdf(prefer_css_page_size=True)))
            return sheets if sheets > MOST_OF_SUMMARY else 0

    assert each([folder / "index.html" for folder in published.values()], look) == {}


def test_nothing_is_wider_than_the_sheet(browser: Browser, pages):
    def look(file: Path) -> int:
        with browser.new_context(viewport=SHEET) as context:
            tab = context.new_page()
            tab.goto(file.as_uri())
            tab.emulate_media(media="print")
            return max(tab.evaluate("document.documentElement.scrollWidth") - SHEET["width"], 0)

    assert each(pages, look) == {}


def test_light_enough_to_be_mailed(pages):
    assert each(pages, lambda file: file.stat().st_size // MAX_BYTES) == {}


OVERLAPS = """() => {
  document.querySelectorAll('details').forEach(d => d.open = true);
  const found = [];
  document.querySelectorAll('.figure svg').forEach(svg => {
    const edge = svg.getBoundingClientRect(), name = svg.getAttribute('aria-label').slice(0, 40);
    const boxes = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim()).map(t => [t, t.getBoundingClientRect()]);
    boxes.forEach(([t, b], i) => {
      if (b.left < edge.left - 1 || b.right > edge.right + 1 || b.top < edge.top - 1 || b.bottom > edge.bottom + 1)
        found.push(`${name}: "${t.textContent}" leaves the chart`);
      boxes.slice(i + 1).forEach(([u, c]) => {
        const wide = Math.min(b.right, c.right) - Math.max(b.left, c.left);
        const high = Math.min(b.bottom, c.bottom) - Math.max(b.top, c.top);
        if (wide > 2 && high > 0.3 * Math.min(b.height, c.height))
          found.push(`${name}: "${t.textContent}" on "${u.textContent}"`);
      });
    });
  });
  return found;
}"""


def overlaps(browser: Browser, file: Path) -> list[str]:
    """Labels of charts that lie on one another or leave the chart, at the width of a desk."""
    with browser.new_context(viewport=WIDE) as context:
        tab = context.new_page()
        tab.goto(file.as_uri())
        return tab.evaluate(OVERLAPS)


def test_no_label_of_a_chart_lies_on_another(browser: Browser, pages):
    assert each(pages, lambda file: overlaps(browser, file)) == {}


def test_a_label_planted_on_another_is_found(browser: Browser, sample_pages):
    planted = sample_pages[0].with_name("overlap.html")
    text = sample_pages[0].read_text(encoding="utf-8")
    label = re.search(r"<text.*?</text>", text, re.DOTALL).group()
    planted.write_text(text.replace(label, label + label, 1), encoding="utf-8")
    assert len(overlaps(browser, planted)) == 1
