"""The mail as a reader meets it: its HTML with its pictures, wide and on a phone, for every bundled client, in both languages."""

import base64
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from playbook.delivery.checking.draft import MAX_BODY, bodies, parsed
from playbook.delivery.checking.leaving import check_draft, check_report
from playbook.delivery.edition import Edition, open_edition
from playbook.delivery.enclosed import enclose
from playbook.delivery.letter import write_letter
from playbook.delivery.message import WARN, compose
from playbook.engagement import open_engagement
from playbook.run.phases import PHASES

pytestmark = pytest.mark.browser

WIDE, PHONE = {"width": 1000, "height": 900}, {"width": 360, "height": 780}


@pytest.fixture(scope="module")
def editions(published: dict[str, Path], published_in_chinese: dict[str, Path]) -> list[Edition]:
    """The bundled clients' reports as delivery sees them, as each client reads them and in Chinese."""
    folders = [*published.items(), *published_in_chinese.items()]
    return [open_edition(open_engagement(client, root=folder.parents[2])) for client, folder in folders]


@pytest.fixture(scope="module")
def mails(editions) -> dict[str, bytes]:
    """The draft of each report."""
    return {_name(e): compose(e, write_letter(e), enclose(e, PHASES, "zip")) for e in editions}


def _name(edition: Edition) -> str:
    return f"{edition.folder.parents[2].name}-{edition.client}"


@pytest.fixture(scope="module")
def pages(mails, tmp_path_factory) -> list[Path]:
    """Each mail's HTML as a file, every ``cid:`` put in from its own parts."""
    folder, files = tmp_path_factory.mktemp("mails"), []
    for name, content in mails.items():
        message = parsed(content)
        pictures = {
            p["Content-ID"].strip("<>"): base64.b64encode(p.get_content()).decode() for p in message.walk() if p["Content-ID"]
        }
        html = re.sub(
            r'src="cid:([^"]+)"', lambda m, p=pictures: f'src="data:image/png;base64,{p[m.group(1)]}"', bodies(message)[0]
        )
        files.append(folder / f"{name}.html")
        files[-1].write_text(html, encoding="utf-8")
    return files


def test_the_check_has_nothing_to_say_about_the_bundled_clients(editions, mails):
    assert {_name(e): list(map(str, check_report(e))) for e in editions if check_report(e)} == {}
    for one in editions:
        assert list(map(str, check_draft(one, write_letter(one), mails[_name(one)]))) == [], _name(one)


def test_a_chinese_mail_says_no_english_word_that_its_report_does_not_say(editions, mails):
    for one in (e for e in editions if e.fmt.language == "zh"):
        described = [tag["aria-label"] for soup in one.soups.values() for tag in soup.find_all(attrs={"aria-label": True})]
        report = " ".join([*(soup.get_text(" ") for soup in one.soups.values()), *described])
        message = parsed(mails[_name(one)])
        files = [part.get_filename() for part in message.iter_attachments()]
        said = set(re.findall("[A-Za-z]{2,}", " ".join([message["Subject"], *bodies(message)[1:]])))
        assert said - set(re.findall("[A-Za-z]{2,}", " ".join([report, *files, "PDF index.html"]))) == set(), _name(one)


def test_body_and_mail_are_light(mails):
    sizes = {name: (len(bodies(parsed(content))[0].encode()), len(content)) for name, content in mails.items()}
    assert {name: size for name, size in sizes.items() if size[0] > MAX_BODY or size[1] > WARN} == {}


def test_each_mail_tells_up_to_five_findings_and_shows_what_it_names(editions):
    for one in editions:
        letter = write_letter(one)
        assert 3 <= len(letter.story) <= 5 and letter.scorecard and len(letter.charts) == 2, one.client


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_pictures_show_nothing_is_fetched_nothing_scrolls_sideways(browser: Browser, pages, size):
    for page in pages:
        with browser.new_context(viewport=size) as context:
            tab, heard = context.new_page(), []
            tab.on("request", lambda request, heard=heard: heard.append(request.url))
            tab.goto(page.as_uri(), wait_until="networkidle")
            drawn = tab.eval_on_selector_all(
                "img", "all => all.map(i => [i.complete, i.naturalWidth, i.getBoundingClientRect().width])"
            )
            assert [h for h in heard if not h.startswith(("data:", page.as_uri()))] == [], page.name
            assert drawn and all(done and natural > 1000 and shown > 250 for done, natural, shown in drawn), page.name
            assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"], page.name


def test_accessible(browser: Browser, pages):
    for page in pages:
        with browser.new_context(viewport=WIDE) as context:
            tab = context.new_page()
            tab.goto(page.as_uri())
            serious = [v["id"] for v in Axe().run(tab).response["violations"] if v["impact"] in ("serious", "critical")]
            assert serious == [], page.name
