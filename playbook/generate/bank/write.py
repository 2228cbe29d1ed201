"""Write a generated bank: the headers and files it sends, some of them in Chinese, and its client.yml."""

from datetime import date
from pathlib import Path

import pandas as pd

from playbook.generate.bank.client import GeneratedBank
from playbook.generate.bank.planted import CAMPAIGNS
from playbook.generate.folder import Export, fill_in, write_folder

__all__ = ["BANK_EXPORTS", "write_bank"]

BANK_EXPORTS = {
    "orders": Export(
        "raw/bookings_*.csv.gz",
        "csv",
        {
            "order_id": "Booking",
            "order_date": "Booked at",
            "customer_id": "Customer",
            "product_id": "Product",
            "revenue": "Income",
            "discount": "Waived",
            "channel": "Came by",
        },
    ),
    "customers": Export(
        "raw/customers.xlsx",
        "excel",
        {
            "customer_id": "客户号",
            "acquired_on": "开户日期",
            "region": "支行",
            "channel": "来源",
            "age_group": "age_group",
            "income_group": "年收入",
            "contract": "套餐",
            "left_on": "销户日期",
        },
        {"sheet": "客户"},
        features=("gender", "employment"),
    ),
    "products": Export(
        "raw/products.csv",
        "semicolon",
        {
            "product_id": "No",
            "name": "Name",
            "category": "Group",
            "brand": "House",
            "cost": "Cost of a booking",
            "list_price": "Usual income",
            "launched_on": "Offered since",
            "description": "Text",
        },
        {"delimiter": ";", "decimal": ",", "date_format": "%d.%m.%Y"},
    ),
    "cases": Export(
        "raw/offers.parquet",
        "parquet",
        {
            "case_id": "case_id",
            "outcome": "taken",
            "opened_on": "offered_on",
            "customer_id": "customer",
            "subject": "offer",
            "treatment": "contact",
            "value": "margin_if_taken",
            "cost": "cost_of_contact",
        },
        features=(
            "gender", "age_group", "employment", "income", "tenure_years", "balance", "app_logins", "products_held",
            "earlier_offers", "talk_seconds",
        ),
    ),
    "applications": Export(
        "raw/loan_applications.csv.gz",
        "csv",
        {
            "application_id": "申请号",
            "defaulted": "违约",
            "applied_on": "申请日期",
            "customer_id": "客户号",
            "amount": "金额",
            "months": "期限",
            "loss": "损失",
        },
        features=(
            "gender", "age_group", "employment", "income", "purpose", "debt_ratio", "late_payments", "years_employed", "housing",
            "savings",
        ),
        values={"defaulted": {"是": "yes", "否": "no"}},
    ),
    "payments": Export(
        "raw/card_payments.csv.gz",
        "csv",
        {
            "payment_id": "流水号",
            "paid_at": "交易时间",
            "customer_id": "客户号",
            "amount": "金额",
            "kind": "商户类别",
            "country": "国家",
            "fraud": "欺诈",
        },
        features=("entry",),
        values={"fraud": {"是": "yes", "否": "no"}},
    ),
    "activity": Export(
        "raw/account_months.parquet",
        "parquet",
        {"customer_id": "customer", "period": "month"},
        features=("balance", "card_payments", "app_logins"),
    ),
    "pipeline": Export(
        "raw/corporate_loans.csv",
        "semicolon",
        {
            "opportunity_id": "Deal",
            "stage": "Stage",
            "created_on": "Opened",
            "closed_on": "Closed",
            "amount": "Margin offered",
            "discount": "Concession",
            "cost": "Cost to serve",
            "owner": "Relationship manager",
            "channel": "Came by",
            "product": "Loan",
        },
        {"delimiter": ";"},
        features=("trade", "rating"),
    ),
    "journeys": Export(
        "raw/loan_path.parquet",
        "parquet",
        {
            "journey_id": "applicant",
            "step": "step",
            "step_at": "reached_at",
            "channel": "channel",
            "action": "we_did",
            "value": "margin",
            "cost": "cost",
        },
    ),
    "marketing": Export(
        "raw/marketing.csv.gz",
        "csv",
        {
            "date": "日期",
            "channel": "渠道",
            "spend": "花费",
            "impressions": "展示",
            "clicks": "点击",
            "orders": "成交",
            "revenue": "成交额",
        },
    ),
    "market": Export(
        "raw/market.tsv", "tab", {"period": "Quarter", "category": "Group", "size": "Income of all banks", "share": "Our share"}
    ),
    "tickets": Export(
        "raw/questions.jsonl.gz",
        "json",
        {
            "ticket_id": "id",
            "created_at": "asked_at",
            "question": "question",
            "answer": "answer",
            "topic": "topic",
            "closed_at": "closed_at",
            "language": "language",
            "customer_id": "customer",
        },
    ),
    "faq": Export("raw/faq.tsv", "tab", {"question": "问题", "answer": "答案", "topic": "主题", "language": "语言"}),
    "surveys": Export(
        "raw/surveys.csv.gz",
        "csv",
        {
            "date": "日期",
            "customer_id": "客户号",
            "recommend": "推荐意愿 0-10",
            "satisfaction": "满意度 1-5",
            "comment": "意见",
        },
    ),
    "plan": Export("raw/plan.csv.gz", "csv", {"period": "Month", "kpi": "KPI", "target": "Target"}),
    "interventions": Export(
        "raw/campaigns.csv.gz",
        "csv",
        {"intervention_id": "Campaign", "customer_id": "Customer", "group": "Group"},
        values={"group": {"called": "treated", "not called": "control"}},
    ),
}  # fmt: skip


def write_bank(client: GeneratedBank, folder: Path) -> tuple[Path, ...]:
    """Write the whole client folder and return the files written, in order of their names."""
    client_file = fill_in(
        "bank/client.yml.j2",
        client=client,
        exports=BANK_EXPORTS,
        campaigns=CAMPAIGNS,
        due=date(client.as_of.year + 1, client.as_of.month, client.as_of.day),
        goal=_goals(client),
    )
    return write_folder(folder, client.tables, BANK_EXPORTS, client_file, client.truth.values, client.truth.frames)


def _goals(client: GeneratedBank) -> dict[str, float]:
    """Targets and the budget, a little above what the last year's tables show, rounded as a board would."""
    since = pd.Timestamp(client.as_of) - pd.Timedelta(days=364)
    orders, marketing, customers = (client.tables[t] for t in ("orders", "marketing", "customers"))
    revenue = orders.loc[orders["order_date"] >= since, "revenue"].sum()
    gone = (customers["left_on"] >= since).sum() / (~(customers["left_on"] < since)).sum()
    spent = marketing[marketing["date"] >= since].groupby("channel")["spend"].sum()
    return {
        "revenue": int(round(revenue / 12 * 1.10, -3)),
        "churn": round(float(gone) * 0.85, 3),
        "budget": int(round(spent.sum(), -4)),
        "sms_cap": int(round(spent["sms"] * 2.5, -3)),
        "partners_floor": int(round(spent["partners"] * 0.5, -3)),
    }
