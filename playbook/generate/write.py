"""Write a generated client as a folder: client.yml, raw/ as a client would send it, truth/ beside it.

The same client gives the same bytes: no file carries the time or the place of its making.
"""

import gzip
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from jinja2 import Environment, StrictUndefined
from ruamel.yaml import YAML

from playbook.generate.client import GeneratedClient
from playbook.generate.goals import set_goals
from playbook.generate.planted import ACTION_COSTS

__all__ = ["EXPORTS", "Export", "write_client"]

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file can hold
STAMP = "2026-11-01T00:00:00Z"  # shown by Excel as the day the workbook was made
CORE = "docProps/core.xml"


@dataclass(frozen=True)
class Export:
    """How the client sends one table: file, kind, the client's own headers, and what a reader must know to read it."""

    path: str
    kind: str  # csv | semicolon | tab | json | excel | parquet
    columns: dict[str, str]
    options: dict[str, str] = field(default_factory=dict)


EXPORTS = {
    "orders": Export(
        "raw/orders_*.csv.gz",
        "csv",
        {
            "order_id": "Order No",
            "order_date": "Placed at",
            "customer_id": "Customer",
            "product_id": "SKU",
            "quantity": "Qty",
            "revenue": "Net amount",
            "discount": "Discount",
            "channel": "Source",
            "flagged": "Fraud mark",
            "promised_on": "Promised for",
            "delivered_on": "Delivered on",
        },
    ),
    "customers": Export(
        "raw/customers.xlsx",
        "excel",
        {
            "customer_id": "Customer no",
            "acquired_on": "Customer since",
            "region": "Country",
            "channel": "First source",
            "age_group": "Age",
            "income_group": "Income",
            "household_size": "Household",
        },
        {"sheet": "Customers"},
    ),
    "products": Export(
        "raw/products.csv",
        "semicolon",
        {
            "product_id": "SKU",
            "name": "Product",
            "category": "Group",
            "brand": "Brand",
            "cost": "Purchase price",
            "list_price": "List price",
            "launched_on": "On sale since",
            "description": "Text",
        },
        {"delimiter": ";", "decimal": ",", "date_format": "%d.%m.%Y"},
    ),
    "journeys": Export(
        "raw/journeys.parquet",
        "parquet",
        {
            "journey_id": "visit",
            "step": "page",
            "step_at": "time",
            "customer_id": "customer",
            "channel": "source",
            "action": "shown",
        },
    ),
    "marketing": Export(
        "raw/marketing.csv.gz",
        "csv",
        {
            "date": "Day",
            "channel": "Channel",
            "spend": "Cost",
            "impressions": "Impressions",
            "clicks": "Clicks",
            "orders": "Conversions",
            "revenue": "Conversion value",
        },
    ),
    "competitors": Export(
        "raw/competitors.tsv", "tab", {"date": "Seen on", "product_id": "Our SKU", "competitor": "Shop", "price": "Price"}
    ),
    "market": Export(
        "raw/market.csv.gz", "csv", {"period": "Quarter", "category": "Group", "size": "Market size", "share": "Our share"}
    ),
    "tickets": Export(
        "raw/tickets.jsonl.gz",
        "json",
        {
            "ticket_id": "id",
            "created_at": "opened",
            "question": "message",
            "answer": "reply",
            "topic": "topic",
            "closed_at": "closed",
            "language": "lang",
            "customer_id": "customer",
        },
    ),
    "surveys": Export(
        "raw/surveys.csv.gz",
        "csv",
        {
            "date": "Answered",
            "recommend": "Recommend 0-10",
            "satisfaction": "Satisfaction 1-5",
            "comment": "Comment",
            "total_spend": "Spend a year, all shops",
            "customer_id": "Customer",
        },
    ),
    "stock": Export(
        "raw/stock.csv.gz",
        "csv",
        {
            "date": "Counted on",
            "product_id": "SKU",
            "on_hand": "In stock",
            "on_order": "Ordered",
            "lead_time_days": "Lead time",
            "min_order": "Smallest order",
        },
    ),
    "faq": Export(
        "raw/faq.csv",
        "semicolon",
        {"question": "Question / 问题", "answer": "Answer / 回答", "topic": "Topic", "language": "Lang"},
        {"delimiter": ";"},
    ),
    "plan": Export("raw/plan.csv.gz", "csv", {"period": "Month", "kpi": "KPI", "target": "Target"}),
    "interventions": Export(
        "raw/interventions.csv.gz", "csv", {"intervention_id": "Campaign", "customer_id": "Customer", "group": "Group"}
    ),
}


def write_client(client: GeneratedClient, folder: Path) -> tuple[Path, ...]:
    """Write the whole client folder and return the files written, in order of their names."""
    contents = {}
    for table, export in EXPORTS.items():
        frame = client.tables[table][list(export.columns)]
        for path, part in _parts(export.path, frame):
            contents[path] = _ENCODERS[export.kind](_worded(part).rename(columns=export.columns), export.options)
    contents["client.yml"] = _client_file(client).encode()
    contents["truth/truth.yml"] = _yaml(client.truth.values)
    for name in ("customers", "orders", "surveys"):
        contents[f"truth/{name}.parquet"] = _parquet(getattr(client.truth, name), {})
    for path, content in contents.items():
        target = Path(folder) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return tuple(Path(folder) / path for path in sorted(contents))


def _parts(path: str, frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """One file, or one a year where the path holds a star."""
    if "*" not in path:
        return [(path, frame)]
    return [(path.replace("*", str(year)), part) for year, part in frame.groupby(frame["order_date"].dt.year)]


def _worded(frame: pd.DataFrame) -> pd.DataFrame:
    """Flags as a shop writes them: a word where they hold, nothing where they do not."""
    flags = frame.select_dtypes("bool").columns
    return frame.assign(**{flag: np.where(frame[flag], "yes", "") for flag in flags})


def _moments(frame: pd.DataFrame, date_format: str | None = None) -> pd.DataFrame:
    """Dates and times as text; a column without times of day shows days only."""
    texts = {}
    for name in frame.select_dtypes("datetime").columns:
        whole = (frame[name].dropna() == frame[name].dropna().dt.normalize()).all()
        texts[name] = frame[name].dt.strftime(date_format or ("%Y-%m-%d" if whole else "%Y-%m-%d %H:%M"))
    return frame.assign(**texts)


def _csv(frame: pd.DataFrame, options: dict) -> bytes:
    text = _moments(frame, options.get("date_format")).to_csv(
        index=False, sep=options.get("delimiter", ","), decimal=options.get("decimal", "."), lineterminator="\n"
    )
    return text.encode()


def _zipped_csv(frame: pd.DataFrame, options: dict) -> bytes:
    return gzip.compress(_csv(frame, options), mtime=0)


def _tab(frame: pd.DataFrame, options: dict) -> bytes:
    return _csv(frame, {**options, "delimiter": "\t"})


def _json_lines(frame: pd.DataFrame, options: dict) -> bytes:
    text = _moments(frame).to_json(orient="records", lines=True, force_ascii=False)
    return gzip.compress(text.encode(), mtime=0)


def _parquet(frame: pd.DataFrame, options: dict) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()


def _excel(frame: pd.DataFrame, options: dict) -> bytes:
    """A workbook whose properties and zip entries carry a fixed time."""
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl", datetime_format="YYYY-MM-DD") as writer:
        frame.to_excel(writer, sheet_name=options["sheet"], index=False)
        sheet = writer.sheets[options["sheet"]]
        sheet.freeze_panes = "A2"
        for column in sheet.columns:
            sheet.column_dimensions[column[0].column_letter].width = 16
    steady = io.BytesIO()
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(made.namelist()):
            content = made.read(name)
            if name == CORE:
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", STAMP.encode(), content)
            target.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return steady.getvalue()


_ENCODERS: dict[str, Callable[[pd.DataFrame, dict], bytes]] = {
    "csv": _zipped_csv,
    "semicolon": _csv,
    "tab": _tab,
    "json": _json_lines,
    "excel": _excel,
    "parquet": _parquet,
}


def _yaml(values: dict) -> bytes:
    buffer = io.BytesIO()
    yaml = YAML()
    yaml.width = 130
    yaml.dump(values, buffer)
    return (
        b"# What was planted in this generated client; reports never read it. Written by playbook.generate.\n" + buffer.getvalue()
    )


def _client_file(client: GeneratedClient) -> str:
    """client.yml from its commented template."""
    template = files("playbook.generate").joinpath("client.yml.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    return environment.from_string(template).render(
        client=client, exports=EXPORTS, goals=set_goals(client.tables, client.as_of), action_costs=ACTION_COSTS
    )
