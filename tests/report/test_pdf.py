"""PDFs made fit to be handed over: nothing of the machine, links from file to file, whole headings, the same bytes."""

import io
import re
from datetime import date

import pikepdf
import pytest

from playbook.errors import RunError
from playbook.report.pdf import finished, joined, relinked

DAY = date(2025, 12, 31)
NAMES = {"index.html": "index.pdf", "02-market.html": "02-market.pdf"}
PAGES = {
    "index.html": '<html lang="en"><head><title>Summary · Acme</title><style>a{}@page{@top-left{content:"Acme\\b7  Summary"}}'
    '</style></head>\n<body class="summary"><h1 id="top">In <b>short</b></h1><a href="02-market.html#who">w</a>'
    '<a href="02-market.html">m</a><a href="#top">t</a><a href="lists.xlsx">l</a></body></html>',
    "02-market.html": '<html lang="en"><head><title>Market · Acme</title><style>a{}@page{@top-left{content:"Acme Market"}'
    '@bottom-left{content:"secret"}}</style></head>\n<body><h2 id="who" aria-labelledby="who"><span class="n">1</span>Who are'
    ' they all</h2><svg clip-path="url(#c)"><use xlink:href="#c"/></svg><a href="index.html#top">back</a></body></html>',
}


def printed(title: str, heading: str, *, links: tuple[str, ...] = (), number: int = 7, anchors: tuple[str, ...] = ()) -> bytes:
    """A PDF as a browser prints it: two sheets, its own name and time, numbered structure, links to files of the machine."""
    pdf = pikepdf.new()
    for _ in range(2):
        pdf.add_blank_page(page_size=(595, 842))
    page = pdf.pages[0].obj
    page.Annots = pikepdf.Array(
        pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=one))
        for one in links
    )
    pdf.Root.Dests = pikepdf.Dictionary({f"/{a}": [pdf.pages[1].obj, pikepdf.Name.XYZ, 45, 700, 0] for a in anchors})
    item = pdf.make_indirect(pikepdf.Dictionary(Title=heading))
    pdf.Root.Outlines = pikepdf.Dictionary(First=item, Last=item, Count=1)
    parts = [pikepdf.Dictionary(Type=pikepdf.Name.StructElem, ID=f"node{number + n:08}", S=pikepdf.Name.TH) for n in range(2)]
    cell = pikepdf.Dictionary(Type=pikepdf.Name.StructElem, A=[{"/Headers": [parts[1].ID], "/O": pikepdf.Name.Table}])
    parts = [pdf.make_indirect(part) for part in (*parts, cell)]
    names = [one for part in parts[:2] for one in (part.ID, part)]
    tree = pikepdf.Dictionary(Kids=[pikepdf.Dictionary(Limits=[parts[0].ID, parts[1].ID], Names=names)])
    pdf.Root.StructTreeRoot = pikepdf.Dictionary(K=parts, IDTree=tree)
    pdf.docinfo["/Title"], pdf.docinfo["/Creator"] = title, "HeadlessChrome on Linux"
    pdf.docinfo["/Author"], pdf.docinfo["/CreationDate"] = "jane", f"D:2026010{number % 10}000000Z"
    file = io.BytesIO()
    pdf.save(file)
    return file.getvalue()


def prints(number: int = 7) -> dict[str, bytes]:
    where = "file:///srv/jane/"
    links = (f"{where}02-market.html#who", f"{where}02-market.html", f"{where}lists.xlsx", "https://acme.example/")
    return {
        "index.html": printed("Summary · Acme", "Inshort", links=links, number=number, anchors=("top",)),
        "02-market.html": printed("Market · Acme", "1Who arethey all", number=number, anchors=("who",)),
    }


@pytest.fixture(scope="module")
def done() -> dict[str, bytes]:
    return finished(prints(), PAGES, NAMES, DAY)


def test_links_lead_to_the_place_in_the_pdf_beside_and_nowhere_on_the_machine(done):
    with pikepdf.open(io.BytesIO(done["index.pdf"])) as pdf:
        place, start, lists, address = pdf.pages[0].Annots
        assert (str(place.A.F), place.A.D[0], [int(n) for n in place.A.D[2:4]]) == ("02-market.pdf", 1, [45, 700])
        assert (str(start.A.F), start.A.D[0], str(start.A.D[1])) == ("02-market.pdf", 0, "/Fit")
        assert "/A" not in lists and str(address.A.URI) == "https://acme.example/"
        texts = repr([one for one in pdf.objects])
    assert "file:" not in texts and "jane" not in texts and "Headless" not in texts


def test_the_outline_has_whole_words_and_the_properties_only_the_reports(done):
    with pikepdf.open(io.BytesIO(done["02-market.pdf"])) as pdf:
        assert str(pdf.Root.Outlines.First.Title) == "1 Who are they all"
        told = {key: str(value) for key, value in pdf.docinfo.items()}
    day = "D:20251231000000Z"
    assert told == {"/Title": "Market · Acme", "/Creator": "Playbook", "/CreationDate": day, "/ModDate": day}


def test_other_times_and_numbers_of_the_browser_are_the_same_bytes(done):
    assert prints(8) != prints()
    assert finished(prints(8), PAGES, NAMES, DAY) == done


def test_heads_of_columns_are_still_pointed_at(done):
    with pikepdf.open(io.BytesIO(done["index.pdf"])) as pdf:
        first, second, cell = pdf.Root.StructTreeRoot.K
        (branch,) = pdf.Root.StructTreeRoot.IDTree.Kids
        assert cell.A[0].Headers[0] == second.ID != first.ID
        assert [branch.Names[0], branch.Names[2]] == list(branch.Limits) == [first.ID, second.ID]


def test_a_print_of_something_else_is_noticed():
    wrong = {**prints(), "02-market.html": printed("Your file could not be accessed", "Sorry")}
    with pytest.raises(RunError, match="printed “Your file could not be accessed” where 02-market.html should be"):
        finished(wrong, PAGES, NAMES, DAY)


def test_links_follow_the_new_names_of_what_goes_along(done):
    for names, wanted in (({"02-market.pdf": "acme-02.pdf"}, ["acme-02.pdf", "acme-02.pdf"]), ({}, [])):
        with pikepdf.open(io.BytesIO(relinked(done["index.pdf"], names))) as pdf:
            assert [str(one.A.F) for one in pdf.pages[0].Annots if "/A" in one and "/F" in one.A] == wanted


def test_the_book_is_one_page_in_which_every_link_finds_its_place():
    book = joined(PAGES, DAY)
    ids = re.findall(r'\sid="([^"]+)"', book)
    assert ids == ["index", "top", "02-market", "02-market-who"]
    assert re.findall(r'<a href="([^"]+)"', book) == ["#02-market-who", "#02-market", "#top", "lists.xlsx", "#top"]
    assert 'aria-labelledby="02-market-who"' in book
    assert 'clip-path="url(#02-market-c)"' in book and 'xlink:href="#02-market-c"' in book
    assert '<div id="index" class="part-0 summary">' in book
    assert '@page part-0{@top-left{content:"Acme\\b7  Summary"}}.part-0{page:part-0}' in book
    assert '@page part-1{@top-left{content:"Acme Market"}@bottom-left{content:"secret"}}.part-1{page:part-1}' in book
    assert book.count("@page") == 2 and "<title>Acme · 2025-12-31</title>" in book


def test_a_link_to_a_page_that_is_not_in_the_book_is_none():
    page = PAGES["index.html"].replace("02-market.html", "03-other.html")
    assert re.findall(r"<a [^>]*>", joined({"index.html": page}, DAY)) == [
        "<a >",
        "<a >",
        '<a href="#top">',
        '<a href="lists.xlsx">',
    ]
