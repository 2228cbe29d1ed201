"""PDFs out of the door: with the mail, in the export, and what the check finds in them."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from home import CLIENT, tiny_client
from parcels import DAY, again, edition, publish
from playbook.delivery.checking.leaving import check_report
from playbook.delivery.drafting import write_draft
from playbook.delivery.edition import open_edition
from playbook.delivery.enclosed import enclose
from playbook.delivery.export import export, verify
from playbook.engagement import open_engagement
from playbook.errors import DeliveryError
from playbook.run.paper import BOOK, write_pdfs
from playbook.run.phases import PHASES

pytestmark = pytest.mark.browser
PDFS = ("01-needs-analysis.pdf", "index.pdf", BOOK)


@pytest.fixture(scope="module")
def prints(tmp_path_factory, chromium) -> dict[str, bytes]:
    """The PDFs of the report that ``publish`` makes, printed once."""
    folder = publish(tmp_path_factory.mktemp("prints"))
    write_pdfs(chromium, folder, date.fromisoformat(DAY))
    return {name: (folder / name).read_bytes() for name in PDFS}


@pytest.fixture
def folder(tmp_path, prints) -> Path:
    """A published report with its PDFs, in a house with a second client."""
    found = publish(tmp_path, yml="recipients: [board@acme.example]\n")
    yml = CLIENT.replace("name: Acme\n", "name: Umbra Foods\nknown_by: [Projekt Nordstern]\n")
    tiny_client(tmp_path, "umbra-foods", client_yml=yml)
    for name, content in prints.items():
        (found / name).write_bytes(content)
    return again(found)


def links(content: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [str(a.A.F) for page in pdf.pages for a in page.get("/Annots", ()) if "/A" in a]


def test_all_phases_go_as_one_book(folder, tmp_path):
    told = enclose(edition(tmp_path), PHASES, "pdf")
    assert [one.name for one in told] == [f"acme-{DAY}-report.pdf", f"acme-{DAY}-action-lists.xlsx"]
    assert told[0].mime == "application/pdf" and told[0].content.startswith(b"%PDF")
    assert told[0].what == "The whole report as one PDF: the executive summary, then Needs analysis."
    assert links(told[0].content) == []


def test_chosen_phases_go_with_the_summary_and_link_to_what_goes_along(folder, tmp_path):
    found = edition(tmp_path)
    summary, lists = enclose(found, (), "pdf")
    assert (summary.name, lists.name) == (f"acme-{DAY}-summary.pdf", f"acme-{DAY}-action-lists.xlsx")
    assert links((folder / "index.pdf").read_bytes()) == ["01-needs-analysis.pdf"] and links(summary.content) == []


def test_the_draft_is_clean_and_says_nothing_of_web_browsers(folder, tmp_path):
    draft = write_draft(edition(tmp_path), PHASES, "pdf")
    assert b"application/pdf" in draft.content
    again_written = write_draft(edition(tmp_path), PHASES, "pdf")
    assert (again_written.content, again_written.fresh) == (draft.content, False)
    text = next(p for p in _parts(draft.content) if p.get_content_type() == "text/plain").get_content()
    assert "one PDF" in text and "web browser" not in text


def _parts(content: bytes):
    from playbook.delivery.checking.draft import parsed

    return list(parsed(content).walk())


def test_a_report_without_pdfs_says_how_to_get_them(tmp_path):
    folder = publish(tmp_path)
    (folder / BOOK).write_bytes(b"%PDF of another report")  # left there by somebody
    with pytest.raises(DeliveryError, match="acme for 2025-12-31 has no PDFs. Next: playbook run acme --pdf"):
        write_draft(edition(tmp_path), PHASES, "pdf")


def test_the_same_report_with_pdfs_is_the_same_report(folder, tmp_path):
    with_pdfs = edition(tmp_path)
    before = with_pdfs.digest
    for name in PDFS:
        (folder / name).unlink()
    again(folder)
    without = open_edition(open_engagement("acme", root=tmp_path))
    assert without.digest == before and set(PDFS) == {f.name for f in with_pdfs.files} - {f.name for f in without.files}


def test_the_export_holds_the_pdfs(folder, tmp_path):
    file = export(edition(tmp_path))
    with zipfile.ZipFile(file) as archive:
        assert {f"acme-{DAY}/{name}" for name in PDFS} < set(archive.namelist())
    assert set(PDFS) < set(verify(file))


def link_to(address: str):
    """Let the first link of the summary lead there."""

    def plant(pdf: pikepdf.Pdf) -> None:
        (link,) = (a for page in pdf.pages for a in page.get("/Annots", ()) if "/A" in a)
        link.A = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=address)

    return plant


def action(kind: str):
    def plant(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"))

    return plant


def remark(pdf: pikepdf.Pdf) -> None:
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], Contents="dear Anna")
    pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(note)])


def attached(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["data.csv"] = b"a,b"


def told(key: str, words: str):
    def plant(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo[key] = words

    return plant


def written(pdf: pikepdf.Pdf) -> None:
    """A stranger's name on the first sheet."""
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page = pdf.pages[0]
    page.obj.Resources.Font[pikepdf.Name("/Planted")] = font
    page.contents_add(pdf.make_stream(b"q BT /Planted 12 Tf 80 80 Td (as at Umbra Foods) Tj ET Q"))


LEAKS = {
    "a stranger on a sheet": (written, "index.pdf, page 1: names 'Umbra Foods'"),
    "a stranger in the title": (told("/Title", "Projekt Nordstern"), "beside its pages: names 'Projekt Nordstern'"),
    "an author": (told("/Author", "Jane"), "index.pdf, properties: names 'Jane' as its Author"),
    "the home path": (told("/Title", "/srv/jane/data/x.csv"), "shows the home path"),
    "a link to the machine": (link_to("file:///srv/data/x.html"), "links to file:///srv/data/x.html, which is no address"),
    "a program at a click": (action("Launch"), "does something when it is opened"),
    "a remark": (remark, "holds a remark or the like (Text)"),
    "a file inside": (attached, "holds EmbeddedFiles"),
}


@pytest.mark.parametrize(("plant", "found"), LEAKS.values(), ids=LEAKS)
def test_leaks_in_a_pdf_are_caught_with_their_place(folder, tmp_path, monkeypatch, plant, found):
    monkeypatch.setattr(Path, "home", lambda: Path("/srv/jane"))
    assert check_report(edition(tmp_path)) == ()
    with pikepdf.open(folder / "index.pdf", allow_overwriting_input=True) as pdf:
        plant(pdf)
        pdf.save(folder / "index.pdf")
    again(folder)
    problems = [str(p) for p in check_report(edition(tmp_path))]
    assert any(found in one for one in problems), problems


def test_a_pdf_that_links_to_a_file_that_does_not_go_along_stays(folder, tmp_path):
    (folder / "01-needs-analysis.pdf").unlink()
    again(folder)
    problems = [str(p) for p in check_report(edition(tmp_path))]
    assert any("links to 01-needs-analysis.pdf, which is not among the files" in one for one in problems), problems


def test_what_is_no_pdf_or_locked_stays(folder, tmp_path):
    (folder / "index.pdf").write_bytes(b"%PDF-1.7 not at all")
    again(folder)
    assert any("index.pdf: is not a PDF that can be read" in str(p) for p in check_report(edition(tmp_path)))
