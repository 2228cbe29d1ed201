"""The keys of ``client.yml``, exactly: what each may hold, and what may not stand together."""

import re
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Literal

from babel.numbers import list_currencies
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from playbook.engagement.brand import Brand
from playbook.errors import did_you_mean
from playbook.locale import LANGUAGES

__all__ = [
    "SHARES",
    "Assumptions",
    "ChannelLimit",
    "ClientFile",
    "Industry",
    "Intervention",
    "Kpi",
    "Network",
    "Objective",
    "Period",
    "SegmentRule",
    "Source",
]

PACKAGE_PREFIX = "package:"
_CURRENCIES = frozenset(list_currencies())  # ISO 4217

Kpi = Literal[
    "revenue", "orders", "customers", "order_value", "repeat_rate", "churn", "gross_margin", "cac", "clv", "clv_cac",
    "conversion", "win_rate", "cycle_length", "pipeline_coverage", "sales_velocity", "nps", "csat", "cost_to_serve",
]  # fmt: skip
Industry = Literal["retail", "banking", "manufacturing", "software", "services", "other"]
Period = Literal["week", "month", "quarter", "year"]
SHARES = {"repeat_rate", "churn", "gross_margin", "conversion", "win_rate", "csat"}


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
    if code not in _CURRENCIES:
        raise ValueError(f"{code!r} is not an ISO 4217 currency code.{did_you_mean(code.upper(), sorted(_CURRENCIES))}")
    return code


def _language(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError(f"there are no reports in {code!r} yet; languages: {', '.join(LANGUAGES)}")
    return code


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"{name!r} is not an encoding; common ones are utf-8, cp1252 and gb18030") from None
    return name


def _address(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, allow_smtputf8=False).ascii_email
    except EmailNotValidError as error:
        raise ValueError(f"{text!r} is no e-mail address: {str(error).rstrip('.')}") from None


def _once(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Each address as it was written first: letters of another case are the same mailbox to every mail server in use."""
    return tuple({address.lower(): address for address in reversed(addresses)}.values())[::-1]


def _condition(text: str) -> str:
    if not re.fullmatch(r"(<=|>=|<|>|=)\s*-?\d+(\.\d+)?|(top|bottom)\s+\d+(\.\d+)?\s*%", text):
        raise ValueError(f"{text!r} is no condition; write for example '>= 12' or 'top 20%'")
    return text


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
    delimiter: Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1)] | None = None  # "\t": a tab
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = None
    date_format: str | None = None
    columns: dict[str, str] = {}
    features: Literal["all"] | tuple[str, ...] = ()  # the client's own headers of further columns, where the table may have them
    empty: tuple[str, ...] = ()  # words that stand for an empty cell, such as "-" or "n/a"
    leave_out: dict[str, tuple[str, ...]] = {}  # rows that are no data: the client's header, and the words that mark them
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

    @property
    def headers(self) -> tuple[str, ...]:
        """The client's own headers that are named here, each once."""
        further = () if self.features == "all" else self.features
        return tuple(dict.fromkeys([*self.columns.values(), *further, *self.leave_out]))


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
        if self.kpi in SHARES and self.target > 1:
            raise ValueError(f"{self.kpi} is a share between 0 and 1; write 0.32 for 32 percent")
        return self


class Assumptions(_Frozen):
    """Values the client states and the data cannot show; each is listed in the reports that use it."""

    discount_rate: float = Field(0.10, ge=0, le=1, description="yearly, as a share")
    gross_margin: float | None = Field(None, gt=0, le=1, description="share of revenue")
    acquisition_cost: float | None = Field(None, ge=0, description="per new customer, client's currency")
    budget: float | None = Field(None, ge=0, description="marketing and sales budget for a year, client's currency")
    service_cost: float | None = Field(None, ge=0, description="per service ticket, client's currency")
    contact_cost: float | None = Field(None, ge=0, description="to contact one customer or lead once, client's currency")
    review_cost: float | None = Field(None, ge=0, description="for a person to look at one case, client's currency")
    service_level: float = Field(0.95, gt=0, lt=1, description="share of order cycles without a stock-out")
    holding_rate: float | None = Field(None, ge=0, le=2, description="yearly cost of holding stock, as a share of its value")
    order_cost: float | None = Field(None, ge=0, description="to place one order with a supplier, client's currency")
    least_margin: float | None = Field(None, ge=0, lt=1, description="below which no price may go, as a share of the price")
    fixed_prices: tuple[str, ...] = Field((), description="ids or groups of products whose price others set")
    largest_discount: float | None = Field(None, ge=0, lt=1, description="that a sales person may give, as a share of list")
    loss_given_default: float | None = Field(None, ge=0, le=1, description="share of a credit lost when it is not paid back")
    credit_margin: float | None = Field(None, ge=0, le=1, description="earned on a credit that is paid back, share of its amount")
    answer_precision: float = Field(0.95, gt=0.5, lt=1, description="share of automatic answers that must be right")


class ChannelLimit(_Frozen):
    """What may be spent on one marketing channel a year: at least, at most, and in which steps; client's currency."""

    floor: float = Field(0, ge=0)
    cap: float | None = Field(None, ge=0)
    step: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _in_order(self):
        if self.cap is not None and self.cap < self.floor:
            raise ValueError(f"cap {self.cap:g} is below floor {self.floor:g}")
        return self


class SegmentRule(_Frozen):
    """A segment by rule: its name, and what a customer of it fulfils: ``{orders_per_year: ">= 12", revenue_year: top 20%}``.

    A condition compares with a number (``>= 12``) or with the other customers (``top 20%``, ``bottom 40%``).
    """

    name: str = Field(min_length=1)
    when: dict[str, Annotated[str, AfterValidator(_condition)]] = Field(min_length=1)


class Network(_Frozen):
    """What is known before the network of drivers is learnt: arrows that must or cannot be, and what comes before what.

    ``tiers`` lists groups of variables from earlier to later: no arrow leads from a later one to an earlier one.
    """

    require: tuple[tuple[str, str], ...] = ()
    forbid: tuple[tuple[str, str], ...] = ()
    tiers: tuple[tuple[str, ...], ...] = ()


class Intervention(_Frozen):
    """Something that was changed: from when, until when (open end: still running), at what cost.

    ``regions``: where it was rolled out, as customers name their region, if not everywhere; ``control_share``: the share of the
    customers drawn that was to be set aside, against which the control group's size is checked.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")
    name: str | None = None
    start: date
    end: date | None = None
    cost: float = Field(0, ge=0)
    regions: tuple[str, ...] = ()
    control_share: float | None = Field(None, gt=0, lt=1)

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
    language: Annotated[str, AfterValidator(_language)] = "en"  # of the reports and the mail
    as_of: date | None = None
    prepared_for: str | None = None
    sources: dict[str, Source] = Field(min_length=1)
    objectives: tuple[Objective, ...] = ()
    parameters: Assumptions = Assumptions()
    interventions: tuple[Intervention, ...] = ()
    stages: tuple[str, ...] = ()  # the steps on the way to a sale, in order
    segment_rules: tuple[SegmentRule, ...] = ()
    network: Network = Network()
    protected: tuple[str, ...] = ()  # columns or features by which nobody may be put at a disadvantage
    channel_limits: dict[str, ChannelLimit] = {}  # by marketing channel
    action_costs: dict[str, Annotated[float, Field(ge=0)]] = {}  # of one action on the way to a sale, by its name in journeys
    brand: Brand = Brand()  # over what data/brand.yml says for all clients
    recipients: Annotated[tuple[Annotated[str, AfterValidator(_address)], ...], AfterValidator(_once)] = ()
    known_by: tuple[str, ...] = ()  # brands, people, projects that give this client away: they may stand in nobody else's report

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
