"""Paper: what a PDF may carry along or do without showing it: links to a machine's files, actions, remarks, files, authors."""

import io
import re
from collections.abc import Iterator

from playbook.delivery.checking.seen import Problem
from playbook.run.paper import require_libraries

__all__ = ["paper"]

_CARRIED = {
    "/OpenAction": "does something when it is opened",
    "/AA": "does something by itself",
    "/AcroForm": "holds a form",
    "/Collection": "holds other files",
    "/AF": "holds other files",
    "/Metadata": "carries a description of its own",
}
_TOLD = {"/Title", "/Creator", "/Producer", "/CreationDate", "/ModDate"}
_FOLLOWED = re.compile(r"(?:https?|mailto):", re.IGNORECASE)  # a reader decides to open it


def paper(name: str, content: bytes, files: set[str]) -> list[Problem]:
    """Problems of a PDF, given as its bytes; it may link to the other ``files`` that go with it."""
    require_libraries()
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return [Problem(where, what) for where, what in dict.fromkeys(_found(pdf, name, files))]
    except pikepdf.PdfError:  # with a password, too
        return [Problem(name, "is not a PDF that can be read")]


def _found(pdf, name: str, files: set[str]) -> Iterator[tuple[str, str]]:
    """Places and what is wrong there."""
    yield from ((name, what) for key, what in _CARRIED.items() if key in pdf.Root)
    names = pdf.Root.get("/Names", {})
    yield from ((name, f"holds {key[1:]}") for key in ("/EmbeddedFiles", "/JavaScript") if key in names)
    more = ((key[1:], str(value)) for key, value in pdf.docinfo.items() if key not in _TOLD)
    yield from ((f"{name}, properties", f"names {value[:80]!r} as its {key}") for key, value in more)
    for number, page in enumerate(pdf.pages, start=1):
        where = f"{name}, page {number}"
        for one in page.get("/Annots", ()):
            if one.get("/Subtype") != "/Link":
                yield where, f"holds a remark or the like ({str(one.get('/Subtype'))[1:]})"
            if (what := _leads(one.get("/A", {}), files)) is not None:
                yield where, what


def _leads(action, files: set[str]) -> str | None:
    """What is wrong with where a link leads; None for nothing."""
    kind = str(action.get("/S", "/GoTo"))[1:]
    if kind == "URI":
        address = str(action.get("/URI", ""))
        return None if _FOLLOWED.match(address) else f"links to {address[:80]}, which is no address for a reader"
    if kind == "GoToR":
        file = str(action.get("/F", ""))
        return None if file in files else f"links to {file[:80]}, which is not among the files"
    return None if kind == "GoTo" else f"holds an action of the kind {kind}"
