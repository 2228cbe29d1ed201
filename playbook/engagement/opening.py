"""Opening: ``data/<client>/client.yml`` becomes an ``Engagement``, or an error that names all that is wrong with it."""

import hashlib
import os
import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from playbook.engagement.brand import MOST_LOGO, Brand
from playbook.engagement.client_file import (
    Assumptions,
    ClientFile,
    Intervention,
    Kpi,
    Network,
    Objective,
    SegmentRule,
    Source,
)
from playbook.engagement.logo import fault
from playbook.errors import EngagementError, UsageError, did_you_mean

__all__ = ["Engagement", "all_names", "client_names", "file_read", "find_root", "know_file", "open_engagement"]

HOME_VARIABLE = "PLAYBOOK_HOME"
BRAND = "brand.yml"
_USUAL = (
    "The usual causes: no space after a key's colon; a text that holds a colon, or begins with"
    " a sign such as @, %, * or &, without quotation marks around it; keys of one level that do not begin in the same column; a"
    " quotation mark or bracket that is not closed."
)
_REMEDIES = (
    ("'\\t'", "That is a tab: indent with spaces."),
    ("duplicate key", "A key stands once: keep one of the two, or put both contents under it."),
    ("another document", "A line of --- begins a second file: take it out."),
)


class Engagement(ClientFile):
    """A client's file together with where it lies: the value that every phase starts from."""

    client: str
    root: Path
    digest: str

    def __hash__(self) -> int:
        return hash((self.root, self.client, self.digest, self.as_of))

    @property
    def folder(self) -> Path:
        return self.root / "data" / self.client

    @property
    def reports(self) -> Path:
        return self.root / "reports" / self.client


def find_root(start: Path | None = None) -> Path:
    """The playbook's home: ``PLAYBOOK_HOME``, else the nearest folder upwards that holds ``data/`` and ``notebooks/``.

    Raises UsageError when there is none.
    """
    if home := os.environ.get(HOME_VARIABLE):
        return Path(home).resolve()
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "data").is_dir() and (folder / "notebooks").is_dir():
            return folder
    raise UsageError(
        f"No playbook here: {start} and the folders above it hold no data/ beside notebooks/. "
        f"Change into the playbook's folder, or set {HOME_VARIABLE} to it."
    )


def client_names(root: Path) -> tuple[str, ...]:
    """Names of all client folders below ``data/``, in order."""
    return tuple(sorted(path.parent.name for path in (root / "data").glob("*/client.yml")))


def all_names(root: Path) -> tuple[str, ...]:
    """As ``client_names``, and those that have reports but lost their client.yml: what is asked of all is told of them, too."""
    reported = {folder.name for folder in (root / "reports").glob("[!.]*/") if (root / "data" / folder.name).is_dir()}
    return tuple(sorted(reported.union(client_names(root))))


def open_engagement(
    client: str, as_of: str | date | None = None, language: str | None = None, root: Path | None = None
) -> Engagement:
    """Read ``data/<client>/client.yml`` and check all of it.

    ``as_of`` (a date or YYYY-MM-DD) and ``language`` take the place of the file's own. Raises UsageError for a client
    that does not exist and EngagementError with every problem of the file.
    """
    root = root or find_root()
    file = root / "data" / client / "client.yml"
    named = re.fullmatch(r"[\w][\w.-]*", client)
    if not named or not file.is_file():
        known = client_names(root)
        hint = did_you_mean(client, known)
        if named and file.parent.is_dir():
            raise UsageError(f"data/{client} has no client.yml: put it back, or copy and adapt data/aurora-audio/client.yml.")
        raise UsageError(f"There is no client {client!r}.{hint} Known clients: {', '.join(known) or 'none'}.")
    content = file.read_bytes()
    values = _read_yaml(content, file.relative_to(root))
    if as_of:
        values["as_of"] = as_of
    if language:
        values["language"] = language
    if brand := _brand(root, client, values.get("brand")):
        values["brand"] = brand
    try:
        checked = ClientFile.model_validate(values)
        _not_in_future(checked.as_of)
        _require_logo(root, checked.brand)
    except ValidationError as error:
        raise EngagementError(f"{file.relative_to(root)} cannot be used:", [_explain(e) for e in error.errors()]) from None
    return Engagement(**dict(checked), client=client, root=root, digest=hashlib.sha256(content).hexdigest())


def _house_brand(root: Path) -> dict:
    """What ``data/brand.yml`` says for all clients; nothing when there is none."""
    file = root / "data" / BRAND
    if not file.is_file():
        return {}
    try:
        values = _read_yaml(file.read_bytes(), file.relative_to(root))
        Brand.model_validate(values)
    except ValidationError as error:
        raise EngagementError(f"data/{BRAND} cannot be used:", [_explain(e, Brand) for e in error.errors()]) from None
    return values


def _brand(root: Path, client: str, own: object) -> object:
    """The house's brand with what the client's file says instead; its logo, too, is told from ``data/``."""
    house = _house_brand(root)
    if not isinstance(own, dict):
        return house if own is None else own  # what is no brand at all is refused with all else that is wrong
    if isinstance(own.get("logo"), str) and not Path(own["logo"]).is_absolute():
        own = {**own, "logo": f"{client}/{own['logo']}"}
    return house | own


def _require_logo(root: Path, brand: Brand) -> None:
    """Raise EngagementError for a logo that is not there, too large, or no plain picture."""
    if brand.logo is None:
        return
    file = root / "data" / brand.logo
    if not file.is_file():
        raise EngagementError(
            "The brand's logo is missing:", [f"brand > logo: there is no file data/{brand.logo}; put it there or correct it"]
        )
    if file.stat().st_size > MOST_LOGO:
        size = file.stat().st_size / 1000
        raise EngagementError(
            "The brand's logo is too large:",
            [f"brand > logo: {size:.0f} kB, and it stands in every page; at most {MOST_LOGO // 1000} kB"],
        )
    if wrong := fault(file.suffix, file.read_bytes()):
        raise EngagementError("The brand's logo cannot be used:", [f"brand > logo: data/{brand.logo} {wrong}"])


def _not_in_future(as_of: date | None) -> None:
    if as_of and as_of > date.today():
        raise EngagementError("as_of lies in the future:", [f"as_of is {as_of}; reports count data up to a day that has passed"])


def file_read(engagement: Engagement) -> dict[str, object] | None:
    """What the engagement's client.yml says, by its text: for ``know_file`` in processes that open it again.

    None when the file is no longer the one that was opened, or cannot be read any more.
    """
    try:
        content = (engagement.folder / "client.yml").read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content).hexdigest() != engagement.digest:
        return None
    text = content.decode("utf-8-sig")
    return {text: _parsed(text)}


def know_file(said: dict[str, object]) -> None:
    """Take from ``file_read`` what a file of this very text says: to parse it takes longer than all else in opening it."""
    _known.update(said)


_known: dict[str, object] = {}


@lru_cache(maxsize=8)
def _parsed(text: str) -> object:
    return _known[text] if text in _known else YAML(typ="safe", pure=True).load(text)


def _read_yaml(content: bytes, shown: Path) -> dict:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise EngagementError(f"{shown} is not saved as UTF-8: save it again with that encoding.") from None
    try:
        values = _parsed(text)
    except MarkedYAMLError as error:
        raise EngagementError(f"{shown} is not valid YAML:", [_stumbled(error)]) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = f"line {line}: a character that no text file holds (number {ord(text[error.position])}): take it out."
        raise EngagementError(f"{shown} is not valid YAML:", [problem]) from None
    except (YAMLError, ValueError, RecursionError) as error:
        if absent := _no_days(text):
            raise EngagementError(f"{shown} cannot be used:", absent) from None
        raise EngagementError(f"{shown} is not valid YAML:", [str(error).splitlines()[0]]) from None
    if not isinstance(values, dict):
        raise EngagementError(f"{shown} holds no keys: see data/aurora-audio/client.yml for an example.")
    return dict(values)


def _stumbled(error: MarkedYAMLError) -> str:
    """Where the reader of YAML stumbled, over what, since which line, and what to do; without the values that stand there."""
    mark, begun = error.problem_mark, error.context_mark
    problem = (error.problem or str(error)).strip().split(" with value ")[0]
    problem = re.sub(r"(alias|tag) '.*'", r"\1", problem)
    where = f"line {mark.line + 1}: {problem}" if mark else problem
    if remedy := next((remedy for part, remedy in _REMEDIES if part in problem), None):
        return f"{where}. {remedy}"
    if mark and begun and begun.line != mark.line:
        return f"{where}, {error.context} from line {begun.line + 1} on. {_USUAL}"
    return f"{where}. Look at the line before, too. {_USUAL}"


def _no_days(text: str) -> list[str]:
    """Lines with a date that no calendar has, which YAML refuses without saying where."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        for written in re.findall(r"\b\d{4}-\d\d?-\d\d?\b", line):
            try:
                date(*map(int, written.split("-")))
            except ValueError:
                found.append(f"line {number}: there is no day {written}")
    return found


_MODELS = {
    "sources": Source, "objectives": Objective, "parameters": Assumptions, "interventions": Intervention,
    "segment_rules": SegmentRule, "network": Network, "brand": Brand,
}  # fmt: skip


def _explain(error: dict, whole: type[BaseModel] = ClientFile) -> str:
    """One pydantic error as a sentence that names the key as it stands in the file."""
    where = [str(part) if isinstance(part, str) else f"number {part + 1}" for part in error["loc"]]
    path = " > ".join(where)
    if error["type"] == "extra_forbidden":
        model = _MODELS.get(where[0], whole) if len(where) > 1 else whole
        return f"{path}: unknown key.{did_you_mean(where[-1], list(model.model_fields))}"
    if error["type"] == "missing":
        return f"{path}: missing, but required."
    if error["type"] == "literal_error":
        given = error["input"]
        options = _options(error)
        return f"{path}: {given!r} is not one of {', '.join(options)}.{did_you_mean(given, options)}"
    if error["type"] == "tuple_type":
        return f"{path}: {error['input']!r} is no list; write it in brackets, for example [{error['input']}]."
    if error["type"] == "float_parsing" and (percent := re.fullmatch(r"\s*(\d+)(?:[.,](\d+))?\s*%\s*", str(error["input"]))):
        share = float(f"{percent[1]}.{percent[2] or 0}") / 100
        return f"{path}: {error['input']!r} is no number; write {share:g} for {percent[0].strip()}."
    if error["type"] == "float_parsing":
        return f"{path}: {error['input']!r} is no number."
    if error["type"] == "less_than_equal" and error["ctx"]["le"] == 1:
        return f"{path}: {error['input']!r} is more than 1; it is a share, so write 0.38 for 38 percent."
    if error["type"].startswith("date"):
        return f"{path}: {error['input']!r} is no day; write it as year-month-day, for example 2026-10-31."
    message = error["msg"].removeprefix("Value error, ")
    secret = error["type"] == "value_error" or "database" in where  # whose address may hold a password
    given = "" if secret else f" (found {error['input']!r})"
    return f"{path + ': ' if path else ''}{message}{given}"


def _options(error: dict) -> list[str]:
    if error["loc"][-1] == "kpi":
        return list(get_args(Kpi))
    return re.findall(r"'([^']*)'", error["ctx"]["expected"])
