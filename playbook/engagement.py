"""One client's ``client.yml`` as a frozen ``Engagement``: who, what they want, where their data lie.

Everything that can be wrong in the file is found in one reading and reported together, with the key
it stands under. Nothing is guessed: unknown keys, duplicate keys and impossible dates are refused.
"""

import hashlib
import os
import re
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, get_args

from babel.numbers import list_currencies
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from playbook.errors import EngagementError, UsageError, did_you_mean

__all__ = [
    "Assumptions",
    "ClientFile",
    "Engagement",
    "Intervention",
    "Kpi",
    "Objective",
    "Source",
    "client_names",
    "find_root",
    "open_engagement",
]

HOME_VARIABLE = "PLAYBOOK_HOME"
PACKAGE_PREFIX = "package:"

Kpi = Literal["revenue", "orders", "customers", "order_value", "repeat_rate", "conversion", "win_rate"]
Industry = Literal["retail", "banking", "manufacturing", "software", "services", "other"]
Period = Literal["week", "month", "quarter", "year"]


def _inside(path: str) -> str:
    parts = PurePosixPath(path.removeprefix(PACKAGE_PREFIX).replace("\\", "/"))
    if parts.is_absolute() or re.match(r"^[A-Za-z]:", str(parts)) or ".." in parts.parts:
        raise ValueError(f"{path!r} leaves the client's folder; copy the file into raw/ and name it from there")
    return path


def _secret(value: str) -> str:
    if not re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("a connection holds secrets: write env:NAME and set NAME in the environment")
    return value


def _currency(code: str) -> str:
    if code not in list_currencies():
        raise ValueError(f"{code!r} is not an ISO 4217 currency code.{did_you_mean(code.upper(), sorted(list_currencies()))}")
    return code


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"{name!r} is not an encoding; common ones are utf-8, cp1252 and gb18030") from None
    return name


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)


class Source(_Frozen):
    """Where one table comes from and what its columns mean.

    ``columns`` maps canonical names to the client's own headers; a path may hold ``*`` for several
    files, or start with ``package:`` for data that an installed Python package carries.
    """

    path: Annotated[str, AfterValidator(_inside)] | None = None
    database: Annotated[str, AfterValidator(_secret)] | None = None
    table: str | None = None
    sheet: str | None = None
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = None
    date_format: str | None = None
    columns: dict[str, str]
    values: dict[str, dict[str, str]] = {}

    @model_validator(mode="after")
    def _one_origin(self):
        if (self.path is None) == (self.database is None):
            raise ValueError("name either a path or a database, and only one of them")
        if self.database and not self.table:
            raise ValueError("a database needs the table to read, for example table: crm.opportunities")
        if self.thousands == self.decimal:
            raise ValueError("thousands and decimal cannot be the same sign")
        return self


class Objective(_Frozen):
    """A goal: a KPI, the value it is to reach, per which period, by which day, counted from which day."""

    kpi: Kpi
    target: float = Field(gt=0)
    per: Period = "month"
    by: date
    start: date | None = None

    @model_validator(mode="after")
    def _forward(self):
        if self.start and self.start >= self.by:
            raise ValueError(f"start {self.start} is not before by {self.by}")
        if self.kpi in {"repeat_rate", "conversion", "win_rate"} and self.target > 1:
            raise ValueError(f"{self.kpi} is a share between 0 and 1; write 0.32 for 32 percent")
        return self


class Assumptions(_Frozen):
    """Values the client states and the data cannot show; each is listed in the reports that use it."""

    discount_rate: float = Field(0.10, ge=0, le=1, description="yearly, as a share")
    gross_margin: float | None = Field(None, gt=0, le=1, description="share of revenue")
    acquisition_cost: float | None = Field(None, ge=0, description="per new customer, client's currency")
    budget: float | None = Field(None, ge=0, description="marketing and sales budget for a year, client's currency")


class Intervention(_Frozen):
    """Something that was changed: from when, until when (open end: still running), at what cost."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")
    name: str | None = None
    start: date
    end: date | None = None
    cost: float = Field(0, ge=0)

    @model_validator(mode="after")
    def _forward(self):
        if self.end and self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self

    @property
    def label(self) -> str:
        return self.name or self.id


class ClientFile(_Frozen):
    """The keys of client.yml, exactly."""

    name: str = Field(min_length=1)
    industry: Industry = "other"
    currency: Annotated[str, AfterValidator(_currency)]
    language: Literal["en"] = "en"
    as_of: date | None = None
    prepared_for: str | None = None
    sources: dict[str, Source] = Field(min_length=1)
    objectives: tuple[Objective, ...] = ()
    parameters: Assumptions = Assumptions()
    interventions: tuple[Intervention, ...] = ()
    recipients: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self):
        ids = [i.id for i in self.interventions]
        repeated = sorted({i for i in ids if ids.count(i) > 1})
        if repeated:
            raise ValueError(f"interventions: the id {', '.join(repeated)} is used more than once")
        goals = [(o.kpi, o.by) for o in self.objectives]
        if len(goals) > len(set(goals)):
            raise ValueError("objectives: the same kpi is given two targets for the same day")
        return self


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


def open_engagement(client: str, as_of: str | date | None = None, root: Path | None = None) -> Engagement:
    """Read ``data/<client>/client.yml`` and check all of it.

    ``as_of`` (a date or YYYY-MM-DD) takes the place of the file's own. Raises UsageError for a client
    that does not exist and EngagementError with every problem of the file.
    """
    root = root or find_root()
    file = root / "data" / client / "client.yml"
    named = re.fullmatch(r"[\w][\w.-]*", client)
    if not named or not file.is_file():
        known = client_names(root)
        hint = did_you_mean(client, known)
        if named and file.parent.is_dir():
            raise UsageError(f"data/{client} has no client.yml yet; copy data/aurora-audio/client.yml there and adapt it.")
        raise UsageError(f"There is no client {client!r}.{hint} Known clients: {', '.join(known) or 'none'}.")
    content = file.read_bytes()
    values = _read_yaml(content, file.relative_to(root))
    if as_of:
        values["as_of"] = as_of
    try:
        checked = ClientFile.model_validate(values)
        _not_in_future(checked.as_of)
    except ValidationError as error:
        raise EngagementError(f"{file.relative_to(root)} cannot be used:", [_explain(e) for e in error.errors()]) from None
    return Engagement(**dict(checked), client=client, root=root, digest=hashlib.sha256(content).hexdigest())


def _not_in_future(as_of: date | None) -> None:
    if as_of and as_of > date.today():
        raise EngagementError("as_of lies in the future:", [f"as_of is {as_of}; reports count data up to a day that has passed"])


def _read_yaml(content: bytes, shown: Path) -> dict:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise EngagementError(f"{shown} is not saved as UTF-8: save it again with that encoding.") from None
    try:
        values = YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise EngagementError(f"{shown} is not valid YAML:", [f"{line}{(error.problem or str(error)).strip()}"]) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise EngagementError(f"{shown} is not valid YAML:", _no_days(text) or [str(error).splitlines()[0]]) from None
    if not isinstance(values, dict):
        raise EngagementError(f"{shown} holds no keys: see data/aurora-audio/client.yml for an example.")
    return values


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


_MODELS = {"sources": Source, "objectives": Objective, "parameters": Assumptions, "interventions": Intervention}


def _explain(error: dict) -> str:
    """One pydantic error as a sentence that names the key as it stands in the file."""
    where = [str(part) if isinstance(part, str) else f"number {part + 1}" for part in error["loc"]]
    path = " > ".join(where)
    if error["type"] == "extra_forbidden":
        model = _MODELS.get(where[0], ClientFile) if len(where) > 1 else ClientFile
        return f"{path}: unknown key.{did_you_mean(where[-1], list(model.model_fields))}"
    if error["type"] == "missing":
        return f"{path}: missing, but required."
    if error["type"] == "literal_error":
        given = error["input"]
        options = _options(error)
        return f"{path}: {given!r} is not one of {', '.join(options)}.{did_you_mean(given, options)}"
    if error["type"].startswith("date"):
        return f"{path}: {error['input']!r} is no day; write it as year-month-day, for example 2026-10-31."
    message = error["msg"].removeprefix("Value error, ")
    given = "" if error["type"] == "value_error" else f" (found {error['input']!r})"
    return f"{path + ': ' if path else ''}{message}{given}"


def _options(error: dict) -> list[str]:
    if error["loc"][-1] == "kpi":
        return list(get_args(Kpi))
    return re.findall(r"'([^']*)'", error["ctx"]["expected"])
