"""The tables a client can send: the one place where a canonical column is named and typed.

``data/README.md`` prints this page for people; a test keeps the two equal.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["TABLES", "Column", "Kind", "TableSchema"]

Kind = Literal["id", "text", "date", "time", "money", "number", "count", "flag"]


@dataclass(frozen=True)
class Column:
    """One canonical column.

    ``required`` columns must be mapped for the table to be read at all and may not be empty.
    ``low`` and ``high`` bound what is possible (a value outside is a stop); ``unusual_below``
    marks what can happen but deserves a look (a caution).
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    low: float | None = None
    high: float | None = None
    unusual_below: float | None = None


@dataclass(frozen=True)
class TableSchema:
    """One canonical table: what a row is, its columns, its key, its date, and what it points at."""

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    date: str | None = None
    ahead: bool = False  # dates may lie after the as-of day (a plan), so rows are not cut there
    links: tuple[tuple[str, str], ...] = ()  # (own column, other table with the same column)

    def column(self, name: str) -> Column:
        """The column of that name; ``KeyError`` if there is none."""
        return next((c for c in self.columns if c.name == name), None) or _missing(self.name, name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.required)


def _missing(table: str, name: str):
    raise KeyError(f"{table} has no column {name}")


_CUSTOMER = Column("customer_id", "id", "who; the same id in every table")
_PRODUCT = Column("product_id", "id", "what; the same id in every table")

_SCHEMAS = (
    TableSchema(
        "orders",
        "one order line: one product in one order",
        (
            Column("order_id", "id", "order, basket or invoice", required=True),
            Column("order_date", "time", "when it was placed", required=True),
            Column("revenue", "money", "net amount after discounts; negative for a return", required=True, unusual_below=0),
            _CUSTOMER,
            _PRODUCT,
            Column("quantity", "number", "units; negative for a return", unusual_below=0),
            Column("discount", "money", "amount taken off the line, as a positive number", low=0),
            Column("channel", "text", "where the order came from"),
            Column("flagged", "flag", "known to be fraudulent"),
            Column("promised_on", "date", "day the delivery was promised for"),
            Column("delivered_on", "date", "day it was delivered"),
        ),
        date="order_date",
        links=(("customer_id", "customers"), ("product_id", "products")),
    ),
    TableSchema(
        "customers",
        "one customer",
        (
            Column("customer_id", "id", "who; the same id in every table", required=True),
            Column("acquired_on", "date", "first contact or first order"),
            Column("region", "text", "where the customer lives or is seated"),
            Column("channel", "text", "how the customer was won"),
            Column("age_group", "text", "age band as the client keeps it"),
            Column("income_group", "text", "income band as the client keeps it"),
            Column("household_size", "text", "people in the household"),
            Column("contract", "text", "contract or tariff"),
            Column("fee", "money", "what the customer pays a month under contract", low=0),
            Column("left_on", "date", "day the customer left or cancelled; empty while the contract runs"),
        ),
        key=("customer_id",),
        date="acquired_on",
    ),
    TableSchema(
        "products",
        "one product",
        (
            Column("product_id", "id", "what; the same id in every table", required=True),
            Column("name", "text", "name as the client's customers see it"),
            Column("category", "text", "product group"),
            Column("brand", "text", "brand"),
            Column("cost", "money", "purchase or production cost of one unit", low=0),
            Column("list_price", "money", "price of one unit before discounts", low=0),
            Column("launched_on", "date", "first day on sale"),
            Column("description", "text", "product text"),
        ),
        key=("product_id",),
        date="launched_on",
    ),
    TableSchema(
        "pipeline",
        "one sales opportunity",
        (
            Column("opportunity_id", "id", "opportunity or deal", required=True),
            Column("stage", "text", "stage it stands in or ended in", required=True),
            Column("created_on", "date", "first day in the pipeline"),
            Column("closed_on", "date", "day it was won or lost"),
            Column("amount", "money", "value when closed, or expected value", low=0),
            Column("owner", "text", "sales person or team"),
            Column("channel", "text", "where the opportunity came from"),
            _CUSTOMER,
            Column("product", "text", "what was offered"),
        ),
        key=("opportunity_id",),
        date="created_on",
    ),
    TableSchema(
        "journeys",
        "one step of one visit, lead or deal",
        (
            Column("journey_id", "id", "visit, lead or deal", required=True),
            Column("step", "text", "step that was reached", required=True),
            Column("step_at", "time", "when it was reached", required=True),
            _CUSTOMER,
            Column("channel", "text", "where the journey came from"),
            Column("action", "text", "what the client did at this step"),
            Column("owner", "text", "sales person or team"),
            Column("product", "text", "what it was about"),
        ),
        date="step_at",
        links=(("customer_id", "customers"),),
    ),
    TableSchema(
        "marketing",
        "one channel on one day",
        (
            Column("date", "date", "day", required=True),
            Column("channel", "text", "marketing channel", required=True),
            Column("spend", "money", "amount spent", required=True, low=0),
            Column("impressions", "count", "times shown", low=0),
            Column("clicks", "count", "clicks", low=0),
            Column("orders", "count", "orders the channel claims", low=0),
            Column("revenue", "money", "revenue the channel claims", low=0),
        ),
        key=("date", "channel"),
        date="date",
    ),
    TableSchema(
        "competitors",
        "one competitor's price of one product on one day",
        (
            Column("date", "date", "day the price was seen", required=True),
            Column("product_id", "id", "the client's own product it competes with", required=True),
            Column("competitor", "text", "competitor", required=True),
            Column("price", "money", "price of one unit", required=True, low=0),
        ),
        key=("date", "product_id", "competitor"),
        date="date",
        links=(("product_id", "products"),),
    ),
    TableSchema(
        "market",
        "one product group in one period",
        (
            Column("period", "date", "first day of the period", required=True),
            Column("category", "text", "product group", required=True),
            Column("size", "money", "total sales of all suppliers in the period", required=True, low=0),
            Column("share", "number", "the client's share, 0 to 1", low=0, high=1),
        ),
        key=("period", "category"),
        date="period",
    ),
    TableSchema(
        "tickets",
        "one customer question with its answer",
        (
            Column("ticket_id", "id", "ticket", required=True),
            Column("created_at", "time", "when it was asked", required=True),
            Column("question", "text", "the customer's words", required=True),
            Column("answer", "text", "the answer given"),
            Column("topic", "text", "subject as the service desk filed it"),
            Column("closed_at", "time", "when it was settled"),
            Column("language", "text", "language of the question"),
            _CUSTOMER,
        ),
        key=("ticket_id",),
        date="created_at",
        links=(("customer_id", "customers"),),
    ),
    TableSchema(
        "surveys",
        "one answer to a survey",
        (
            Column("date", "date", "day of the answer", required=True),
            Column("recommend", "count", "likely to recommend, 0 to 10", low=0, high=10),
            Column("satisfaction", "count", "satisfaction, 1 to 5", low=1, high=5),
            Column("comment", "text", "the customer's words"),
            Column("total_spend", "money", "what the customer spends a year on such goods with all suppliers", low=0),
            _CUSTOMER,
        ),
        date="date",
        links=(("customer_id", "customers"),),
    ),
    TableSchema(
        "stock",
        "one product's stock on one day",
        (
            Column("date", "date", "day counted", required=True),
            Column("product_id", "id", "what; the same id in every table", required=True),
            Column("on_hand", "number", "units in stock", required=True, low=0),
            Column("on_order", "number", "units ordered from the supplier", low=0),
            Column("lead_time_days", "number", "days from order to delivery", low=0),
        ),
        key=("date", "product_id"),
        date="date",
        links=(("product_id", "products"),),
    ),
    TableSchema(
        "plan",
        "one KPI's target in one month",
        (
            Column("period", "date", "first day of the month", required=True),
            Column("kpi", "text", "id of the KPI: revenue, orders, customers, order_value ...", required=True),
            Column("target", "number", "what is to be reached in the month", required=True),
        ),
        key=("period", "kpi"),
        date="period",
        ahead=True,
    ),
    TableSchema(
        "interventions",
        "one customer in one intervention",
        (
            Column("intervention_id", "id", "id as in client.yml under interventions", required=True),
            Column("customer_id", "id", "who; the same id in every table", required=True),
            Column("group", "text", "treated or control; without it the customers listed are treated, all others the comparison"),
        ),
        key=("intervention_id", "customer_id"),
        links=(("customer_id", "customers"),),
    ),
)

TABLES = MappingProxyType({schema.name: schema for schema in _SCHEMAS})
