"""The machine's Chromium prints the pages: whole, tagged, with an outline, the same twice; and what is said when it cannot."""

import os
import shutil
import sys
import time
from datetime import date
from pathlib import Path

import pikepdf
import psutil
import pypdfium2
import pytest

from playbook.errors import RunError, UsageError
from playbook.report.render import render
from playbook.report.summary import render_summary
from playbook.result.formats import Formats
from playbook.run.paper import BOOK, CHROMIUM, find_chromium, print_page, write_pdfs
from samples import locked, notebook, page, sales

DAY = date(2025, 12, 31)
FIRST, LAST = "01-needs-analysis", "02-market-research"


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    """A summary and two pages in Chinese, in a folder whose name may be read nowhere."""
    folder = tmp_path_factory.mktemp("jane-s-workshop")
    siblings = (("需求分析", f"{FIRST}.html"), ("市场研究", f"{LAST}.html"))
    made = notebook("## What sells?\n\nWe count orders.", sales(headline="音箱卖得最好"), "## Next\n\nWe meet.", locked())
    told = [page(title=title, siblings=siblings, client="华信", fmt=Formats("CNY", "zh")) for title, _ in siblings]
    for (_, name), one in zip(siblings, told, strict=True):
        (folder / name).write_text(render(made, one), encoding="utf-8")
    (folder / "index.html").write_text(render_summary([(one, made) for one in told]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def printed(pages, chromium) -> Path:
    write_pdfs(chromium, pages, DAY)
    return pages


@pytest.mark.skipif(os.name == "nt", reason="Windows tells programs by their names")
def test_a_program_that_cannot_be_started_is_said(tmp_path):
    (tmp_path / "chrome").write_text("no program", encoding="utf-8")
    (tmp_path / "chrome").chmod(0o755)
    with pytest.raises(RunError, match=r"page\.html could not be printed: .*chrome cannot be started: Exec format error"):
        print_page(str(tmp_path / "chrome"), tmp_path / "page.html", {})


@pytest.mark.browser
def test_a_pdf_of_each_page_and_a_book_of_all_are_the_same_twice(printed, chromium, tmp_path):
    names = sorted(f.name for f in printed.glob("*.pdf"))
    assert names == [f"{FIRST}.pdf", f"{LAST}.pdf", "index.pdf", BOOK]
    assert not [f.name for f in printed.iterdir() if f.name.startswith(".")]
    again = shutil.copytree(printed, tmp_path / "again", ignore=shutil.ignore_patterns("*.pdf"))
    told = write_pdfs(chromium, again, DAY)
    assert set(names) < set(told)
    for name in names:
        assert (again / name).read_bytes() == (printed / name).read_bytes(), name


@pytest.mark.browser
def test_pdfs_are_tagged_outlined_and_name_nothing_of_the_machine(printed):
    sheets = {}
    for file in printed.glob("*.pdf"):
        with pikepdf.open(file) as pdf:
            sheets[file.stem] = len(pdf.pages)
            assert pdf.Root.MarkInfo.Marked and "/StructTreeRoot" in pdf.Root and str(pdf.Root.Lang) == "zh"
            assert {float(p.mediabox[2]) // 1 for p in pdf.pages} == {594}  # A4
            with pdf.open_outline() as outline:
                titles = [top.title for top in outline.root]
            assert titles == ["音箱卖得最好"] * (3 if file.name == BOOK else 1)
            texts = repr(list(pdf.objects))
        for trace in ("file:", "jane-s-workshop", "Headless", "Mozilla"):
            assert trace not in texts, (file.name, trace)
    assert sheets["report"] == sheets["index"] + sheets[FIRST] + sheets[LAST]


@pytest.mark.browser
def test_chinese_is_text_and_sheets_are_numbered_through(printed):
    with pypdfium2.PdfDocument(printed / BOOK) as book:
        texts = [sheet.get_textpage().get_text_range() for sheet in book]
    assert "华信" in texts[0] and any("音箱卖得最好" in text for text in texts[1:])
    for number, text in enumerate(texts, start=1):
        assert f"{number} / {len(texts)}" in text
    assert "需求分析" in texts[1].splitlines()[0]  # the running head is the part's own


@pytest.mark.browser
def test_links_lead_to_the_file_beside_and_in_the_book_to_a_sheet(printed):
    with pikepdf.open(printed / "index.pdf") as pdf:
        out = [a.A for p in pdf.pages for a in p.get("/Annots", ()) if "/A" in a]
        assert {(str(a.S), str(a.F)) for a in out} == {("/GoToR", f"{FIRST}.pdf"), ("/GoToR", f"{LAST}.pdf")}
    with pikepdf.open(printed / BOOK) as pdf:
        links = [a for p in pdf.pages for a in p.get("/Annots", ())]
        inside = [str(a.Dest)[1:] for a in links if "/Dest" in a]
        assert {FIRST, LAST} <= set(inside) and not [a for a in links if "/A" in a]
        sheets = {name: [p.objgen for p in pdf.pages].index(pdf.Root.Dests[f"/{name}"][0].objgen) for name in (FIRST, LAST)}
        assert 0 < sheets[FIRST] < sheets[LAST]


@pytest.mark.browser
@pytest.mark.skipif(sys.platform != "linux", reason="other systems have a Chinese font of their own")
def test_chinese_is_printed_on_a_machine_without_a_chinese_font(pages, chromium, tmp_path, monkeypatch):
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><cachedir>{tmp_path / 'cache'}</cachedir></fontconfig>", encoding="utf-8")
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts))
    folder = shutil.copytree(pages, tmp_path / "pages", ignore=shutil.ignore_patterns("*.pdf", "0*.html"))
    write_pdfs(chromium, folder, DAY)
    with pypdfium2.PdfDocument(folder / "index.pdf") as pdf:
        assert "音箱卖得最好" in pdf[0].get_textpage().get_text_range()


def test_without_a_browser_or_with_a_wrong_name_it_is_said_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv(CHROMIUM, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="none of chromium, .* is on PATH.*PLAYBOOK_CHROMIUM=/path"):
        find_chromium()
    (tmp_path / "msedge").write_text("#!/bin/sh\n")
    (tmp_path / "msedge").chmod(0o755)
    assert find_chromium() == str(tmp_path / "msedge")
    monkeypatch.setenv(CHROMIUM, sys.executable)
    assert find_chromium() == sys.executable
    monkeypatch.setenv(CHROMIUM, "/nowhere/chrome")
    with pytest.raises(UsageError, match="PLAYBOOK_CHROMIUM is '/nowhere/chrome', which is no program"):
        find_chromium()


def script(folder: Path, words: str) -> str:
    """A program that is no browser."""
    file = folder / "program"
    file.write_text(f"#!/bin/sh\n{words}\n")
    file.chmod(0o755)
    return str(file)


@pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")
def test_a_browser_that_fails_or_hangs_is_told_and_ended(tmp_path):
    sheet = tmp_path / "03-strategy.html"
    sheet.write_text("<title>x</title>")
    with pytest.raises(RunError, match="03-strategy.html could not be printed: program ended with code 7(.|\n)*out of memory"):
        print_page(script(tmp_path, "echo out of memory >&2; exit 7"), sheet, dict(os.environ))
    with pytest.raises(RunError, match="ended with code 0"):
        print_page(script(tmp_path, "exit 0"), sheet, dict(os.environ))
    with pytest.raises(RunError, match="did not end within 1 seconds"):
        print_page(script(tmp_path, f"sleep 47 & echo $! >{tmp_path}/pid; wait"), sheet, dict(os.environ), patience=1.0)
    child = int((tmp_path / "pid").read_text())
    assert any(over(child) or time.sleep(0.1) for _ in range(100))


def over(process: int) -> bool:
    """Whether a process is no more, or only waits to be taken note of."""
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
