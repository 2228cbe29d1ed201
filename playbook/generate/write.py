"""Write a generated shop: the headers and files it sends, and its client.yml."""

from pathlib import Path

from playbook.generate.client import GeneratedClient
from playbook.generate.folder import Export, fill_in, write_folder
from playbook.generate.goals import set_goals
from playbook.generate.planted import ACTION_COSTS

__all__ = ["EXPORTS", "write_client"]

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
    client_file = fill_in(
        "client.yml.j2", client=client, exports=EXPORTS, goals=set_goals(client.tables, client.as_of), action_costs=ACTION_COSTS
    )
    truth = {name: getattr(client.truth, name) for name in ("customers", "orders", "surveys")}
    return write_folder(folder, client.tables, EXPORTS, client_file, client.truth.values, truth)
