"""PDF: pages joined to a book, and what a browser printed of them made fit to be handed over.

A browser prints tagged pages with an outline, but tells its own name, the time, and the folder that it read from. What leaves
here tells the report's own day, leads from file to file by their names, and is the same bytes for the same page.
"""

import html
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from urllib.parse import unquote, urlsplit

import pikepdf

from playbook.errors import RunError

__all__ = ["finished", "joined", "relinked"]

CREATOR = "Playbook"
_RUNNING = re.compile(r'@page\{(@top-left\{content:"[^"]*"\}(?:@bottom-left\{content:"[^"]*"\})?)\}')
_BODY = re.compile(r'<body(?: class="([^"]*)")?>(.*)</body>', re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1>", re.DOTALL)
_OWN = re.compile(r'(\s(?:id|aria-labelledby)="|href="#|url\(#)')  # what an id on the same page stands behind
_OTHER = re.compile(r'href="([\w.-]+)\.html(?:#([\w.-]+))?"')


def joined(pages: Mapping[str, str], day: date) -> str:
    """One page of all ``pages`` (HTML by file name), to be printed as a book: each begins a sheet, links stay within it.

    The first page keeps its ids; those of each other one are put behind its file's name, so that none is there twice.
    """
    stems = [name.removesuffix(".html") for name in pages]
    before = {stem: f"{stem}-" if number else "" for number, stem in enumerate(stems)}

    def within(link: re.Match) -> str:
        stem, anchor = link.groups()
        return f'href="#{before[stem]}{anchor}"' if anchor and stem in before else f'href="#{stem}"' if stem in before else ""

    parts, rules = [], []
    for number, (stem, text) in enumerate(zip(stems, pages.values(), strict=True)):
        worn, body = _BODY.search(text).groups()
        body = _OTHER.sub(within, _OWN.sub(rf"\g<1>{before[stem]}", body))
        parts.append(f'<div id="{stem}" class="part-{number} {worn or ""}">{body}</div>')
        running = _RUNNING.search(text)
        rules.append(f"@page part-{number}{{{running.group(1) if running else ''}}}.part-{number}{{page:part-{number}}}")
    head, _, _ = next(iter(pages.values())).partition("<body")
    title = f"<title>{_title(head).partition(' · ')[2]} · {day.isoformat()}</title>"
    head = _TITLE.sub(lambda _: title, _RUNNING.sub("", head), count=1).replace("</style>", f"{''.join(rules)}</style>", 1)
    return f"{head}<body>{''.join(parts)}</body></html>\n"


def finished(printed: Mapping[str, bytes], pages: Mapping[str, str], names: Mapping[str, str], day: date) -> dict[str, bytes]:
    """PDFs by file name, of what was ``printed`` of ``pages`` (HTML) in a report for ``day``; ``names`` are those of their PDFs.

    Links to another page lead to its PDF, at the place that is meant; links to files that are no pages are none. The outline has
    the headings' whole words. Raises RunError for a print of something else than its page.
    """
    opened = {name: pikepdf.open(io.BytesIO(content)) for name, content in printed.items()}
    places = {name: _places(pdf) for name, pdf in opened.items()}
    done = {}
    for name, pdf in opened.items():
        title = html.unescape(_title(pages[name]))
        told = str(pdf.docinfo.get("/Title", ""))
        if _squeezed(told) != _squeezed(title):
            raise RunError(f"The browser printed “{told}” where {name} should be.")
        for link in _links(pdf):
            _lead_on(link, places, names)
        words = _headings(pages[name])
        for item in _outline(pdf.Root.get("/Outlines")):
            item.Title = words.get(_squeezed(str(item.Title)), str(item.Title))
        _renumber(pdf)
        _sign(pdf, title, day)
        done[names[name]] = _saved(pdf)
    return done


def relinked(content: bytes, names: Mapping[str, str]) -> bytes:
    """A PDF whose links to other PDFs lead to these by their new ``names``; a link to any other file leads nowhere."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for link in _links(pdf):
            if "/F" in link.A:
                _lead(link, names.get(str(link.A.F)), link.A.D)
        return _saved(pdf)


def _links(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Links that lead out of the file, or did."""
    for page in pdf.pages:
        yield from (a for a in page.get("/Annots", ()) if a.get("/Subtype") == "/Link" and "/A" in a)


def _lead_on(link: pikepdf.Dictionary, places: Mapping[str, Mapping[str, list]], names: Mapping[str, str]) -> None:
    """Turn a link to a file of the machine into one to the PDF beside; addresses that a reader may open stay."""
    address = urlsplit(str(link.A.get("/URI", "")))
    if address.scheme != "file":
        return
    name = unquote(address.path).rpartition("/")[2]
    if name in places:
        _lead(link, names[name], places[name].get(unquote(address.fragment), [0, pikepdf.Name.Fit]))
    else:
        _lead(link, None)


def _lead(link: pikepdf.Dictionary, file: str | None, place: object = ()) -> None:
    """Let a link lead to a place in another file; without one, to nowhere: it stays as part of the page's structure."""
    if file is None:
        del link.A
    else:
        link.A = pikepdf.Dictionary(S=pikepdf.Name.GoToR, F=pikepdf.String(file), D=pikepdf.Array(place))


def _places(pdf: pikepdf.Pdf) -> dict[str, list]:
    """Where the ids of a page came to stand: number of the sheet and its height there."""
    sheets = {page.objgen: number for number, page in enumerate(pdf.pages)}
    told = pdf.Root.get("/Dests", {})
    return {name[1:]: [sheets[there[0].objgen], *list(there)[1:]] for name, there in told.items()}


def _outline(item: pikepdf.Dictionary | None) -> Iterator[pikepdf.Dictionary]:
    """All entries below one of the outline."""
    below = item.get("/First") if item is not None else None
    while below is not None:
        yield below
        yield from _outline(below)
        below = below.get("/Next")


def _headings(text: str) -> dict[str, str]:
    """The headings of a page by their letters without blanks: a browser's outline loses those at the ends of lines."""
    told = (re.sub(r'(<span class="n">\d+)', r"\1 ", found) for _, found in _HEADING.findall(text))
    words = (" ".join(html.unescape(re.sub(r"<[^>]+>", "", one)).split()) for one in told)
    return {_squeezed(one): one for one in words}


def _renumber(pdf: pikepdf.Pdf) -> None:
    """Number the parts of the page's structure that others point at from 1 on: a browser's own numbers differ from run to run."""
    root = pdf.Root.get("/StructTreeRoot", {})
    parts = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem"]
    known = sorted({bytes(part.ID) for part in parts if "/ID" in part})
    number = {told: pikepdf.String(f"part{rank:06}") for rank, told in enumerate(known, start=1)}
    for part in parts:
        if "/ID" in part:
            part.ID = number[bytes(part.ID)]
        for told in part.get("/A", ()):
            if "/Headers" in told:
                told.Headers = pikepdf.Array([number[bytes(one)] for one in told.Headers])
    for branch in _branches(root.get("/IDTree")):
        for key in ("/Limits", "/Names"):  # in /Names every other one is the part itself
            if key in branch:
                branch[key] = pikepdf.Array([number[bytes(one)] if _is_text(one) else one for one in branch[key]])


def _branches(tree: pikepdf.Dictionary | None) -> Iterator[pikepdf.Dictionary]:
    """A tree of names, and all below it."""
    if tree is not None:
        yield tree
        for branch in tree.get("/Kids", ()):
            yield from _branches(branch)


def _is_text(one: object) -> bool:
    return isinstance(one, pikepdf.String)


def _sign(pdf: pikepdf.Pdf, title: str, day: date) -> None:
    """Say what the file is and of when, and nothing of the machine; readers open it with its outline."""
    then = pikepdf.String(f"D:{day:%Y%m%d}000000Z")
    made = {"/Title": title, "/Creator": CREATOR, "/CreationDate": then, "/ModDate": then}
    for name in list(pdf.docinfo):
        if name not in (*made, "/Producer"):
            del pdf.docinfo[name]
    for name, value in made.items():
        pdf.docinfo[name] = value
    if "/ID" in pdf.trailer:
        del pdf.trailer["/ID"]  # of the print; the file gets one of what it holds
    if "/Outlines" in pdf.Root:
        pdf.Root.PageMode = pikepdf.Name.UseOutlines


def _saved(pdf: pikepdf.Pdf) -> bytes:
    target = io.BytesIO()
    pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return target.getvalue()


def _title(text: str) -> str:
    return _TITLE.search(text).group(1)


def _squeezed(text: str) -> str:
    return "".join(text.split())
