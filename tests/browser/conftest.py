"""The system's Chromium, and the pages it looks at: a sample made to break things, and all that was published."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from playbook.report.render import render
from playbook.report.summary import render_summary
from samples import HOSTILE, finding, locked, notebook, page, sales

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What starts browsers; a process can have it once."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """One browser for all pages."""
    opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def machine(playwright: Playwright, chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Browser]]:
    """Gives the browser of a machine that has these font files and no other font."""
    opened = []

    def start(*fonts: Path) -> Browser:
        home = tmp_path_factory.mktemp("machine")
        (home / "fonts").mkdir()
        for font in fonts:
            shutil.copy(font, home / "fonts")
        known = f"<fontconfig><dir>{home}/fonts</dir><cachedir>{home}/cache</cachedir></fontconfig>"
        (home / "fonts.conf").write_text(known, encoding="utf-8")
        env = {**os.environ, "FONTCONFIG_FILE": str(home / "fonts.conf")}
        opened.append(playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS, env=env))
        return opened[-1]

    yield start
    for browser in opened:
        browser.close()


@pytest.fixture(scope="session")
def sample_pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pages with hostile words, very long words, every kind of evidence, and a section that is locked."""
    folder = tmp_path_factory.mktemp("sample")
    words = ("shown", "harmful", "likely", "indicative", "not shown")
    findings = tuple(
        finding(f"sales-{word}", f"{word}: {'Donaudampfschifffahrt' * 5} {HOSTILE}", money=1e5 + 1e3 * i, evidence=word)
        for i, word in enumerate(words)
    )
    made = notebook(
        "## What sells?\n\nWe count orders, `as they are`.",
        sales(findings=findings),
        "A [source](https://example.com).\n\n### Aside\n\ntext",
        "## What do customers say?",
        locked(),
        "## What happens next\n\nWe meet.",
    )
    note = f"**Agreed.** {HOSTILE}\n\n| a | b |\n|---|---|\n| 1 | {'x' * 90} |"
    values = page(client=f"Acme {HOSTILE}", note=note, siblings=(("Needs analysis", "01-needs-analysis.html"),))
    pages = {"01-needs-analysis.html": render(made, values), "index.html": render_summary([(values, made)])}
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in pages]


@pytest.fixture(scope="session")
def published_pages(published: dict[str, Path]) -> list[Path]:
    """All pages of the bundled clients' published reports."""
    return [page for folder in published.values() for page in sorted(folder.glob("*.html"))]


@pytest.fixture(scope="session")
def chinese_pages(published_in_chinese: dict[str, Path]) -> list[Path]:
    """The same in Chinese."""
    return [page for folder in published_in_chinese.values() for page in sorted(folder.glob("*.html"))]


@pytest.fixture(scope="session", params=["sample_pages", "published_pages", "chinese_pages"])
def pages(request: pytest.FixtureRequest) -> list[Path]:
    """The pages under test; a set without pages is a failure, not a pass."""
    found = request.getfixturevalue(request.param)
    assert found
    return found
