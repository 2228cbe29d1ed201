"""Write a generated manufacturer: files in GB18030 with Chinese names, headers and words, and its client.yml."""

from datetime import date
from pathlib import Path

import pandas as pd

from playbook.generate.folder import Export, fill_in, write_folder
from playbook.generate.manufacturer.client import GeneratedManufacturer
from playbook.generate.manufacturer.planted import ACTIONS, CAMPAIGNS

__all__ = ["MANUFACTURER_EXPORTS", "write_manufacturer"]

GB = {"encoding": "gb18030"}
SLASHED, WRITTEN, MONTHS = ({**GB, "date_format": f} for f in ("%Y/%m/%d", "%Y年%m月%d日", "%Y年%m月"))
NAMES = {c.id: c.name for c in CAMPAIGNS}

MANUFACTURER_EXPORTS = {
    "orders": Export(
        "raw/销售明细_*.csv.gz",
        "csv",
        {
            "order_id": "销售单号",
            "order_date": "下单日期",
            "customer_id": "客户编号",
            "product_id": "物料编码",
            "quantity": "数量",
            "revenue": "未税金额",
            "discount": "折让金额",
            "channel": "来源",
            "promised_on": "承诺交期",
            "delivered_on": "实际交期",
        },
        SLASHED,
    ),
    "customers": Export(
        "raw/客户档案.xlsx",
        "excel",
        {
            "customer_id": "客户编号",
            "acquired_on": "建档日期",
            "region": "省份",
            "channel": "获客渠道",
            "contract": "服务合同",
            "fee": "合同月费",
            "contract_on": "合同起始日",
            "left_on": "合同终止日",
        },
        {"sheet": "客户档案"},
        features=("行业", "规模"),
        empty=("无",),
    ),
    "products": Export(
        "raw/物料价目表.csv",
        "plain",
        {
            "product_id": "物料编码",
            "name": "名称",
            "category": "产品线",
            "brand": "品牌",
            "cost": "标准成本",
            "list_price": "目录价",
            "launched_on": "上市日期",
            "description": "说明",
        },
        WRITTEN,
    ),
    "pipeline": Export(
        "raw/商机报价.csv.gz",
        "csv",
        {
            "opportunity_id": "商机编号",
            "customer_id": "客户编号",
            "stage": "阶段",
            "created_on": "立项日期",
            "closed_on": "结束日期",
            "product": "机型",
            "amount": "报价金额",
            "discount": "折扣率",
            "cost": "预计成本",
            "owner": "销售员",
            "channel": "来源",
        },
        {**WRITTEN, "thousands": ","},
        features=("老客户", "竞争对手", "试机", "赢输原因"),
    ),
    "journeys": Export(
        "raw/商机跟进.csv.gz",
        "csv",
        {
            "journey_id": "商机编号",
            "step": "阶段",
            "step_at": "进入日期",
            "channel": "来源",
            "owner": "销售员",
            "product": "机型",
            "action": "跟进方式",
            "value": "成交金额",
            "cost": "费用",
        },
        SLASHED,
    ),
    "marketing": Export(
        "raw/市场费用.csv",
        "plain",
        {"date": "周起始日", "channel": "渠道", "spend": "费用", "orders": "成交单数", "revenue": "成交金额"},
        SLASHED,
    ),
    "competitors": Export(
        "raw/竞品价格.csv",
        "plain",
        {"date": "采集日期", "product_id": "我方物料编码", "competitor": "竞争对手", "price": "价格"},
        SLASHED,
    ),
    "market": Export(
        "raw/市场规模.csv",
        "plain",
        {"period": "季度起始", "category": "产品线", "size": "市场规模", "share": "我方份额"},
        MONTHS,
    ),
    "tickets": Export(
        "raw/售后工单.csv.gz",
        "csv",
        {
            "ticket_id": "工单号",
            "created_at": "受理时间",
            "question": "问题描述",
            "answer": "处理结果",
            "topic": "类别",
            "closed_at": "办结时间",
            "customer_id": "客户编号",
        },
        {**GB, "date_format": "%Y/%m/%d %H:%M"},
    ),
    "faq": Export("raw/常见问题.csv", "plain", {"question": "问题", "answer": "答复", "topic": "类别"}, GB),
    "surveys": Export(
        "raw/满意度调查.csv",
        "plain",
        {
            "date": "调查日期",
            "customer_id": "客户编号",
            "recommend": "推荐意愿0-10",
            "satisfaction": "满意度1-5",
            "comment": "意见",
            "total_spend": "全年同类采购额",
        },
        WRITTEN,
    ),
    "stock": Export(
        "raw/备件库存.csv.gz",
        "csv",
        {
            "date": "盘点日期",
            "product_id": "物料编码",
            "on_hand": "库存数量",
            "on_order": "在途数量",
            "lead_time_days": "采购周期天",
            "min_order": "最小起订量",
        },
        SLASHED,
    ),
    "plan": Export(
        "raw/年度计划.csv",
        "plain",
        {"period": "月份", "kpi": "指标", "target": "目标"},
        MONTHS,
        values={"kpi": {"销售额": "revenue", "订单数": "orders", "单均金额": "order_value"}},
    ),
    "interventions": Export(
        "raw/专项行动名单.csv",
        "plain",
        {"intervention_id": "行动", "customer_id": "客户编号", "group": "分组"},
        GB,
        values={
            "intervention_id": {name: id for id, name in NAMES.items()},
            "group": {"参加": "treated", "对照": "control"},
        },
    ),
}

OWN = {"known": "老客户", "rival": "竞争对手", "trial": "试机", "reason": "赢输原因", "industry": "行业", "size": "规模"}


def write_manufacturer(client: GeneratedManufacturer, folder: Path) -> tuple[Path, ...]:
    """Write the whole client folder and return the files written, in order of their names."""
    own = {name: client.tables[name].rename(columns=OWN) for name in ("pipeline", "customers")}
    client_file = fill_in(
        "manufacturer/client.yml.j2",
        client=client,
        exports=MANUFACTURER_EXPORTS,
        campaigns=CAMPAIGNS,
        due=date(client.as_of.year + 1, client.as_of.month, client.as_of.day),
        goal=_goals(client),
        actions={action: cost for options in ACTIONS.values() for action, cost in options.items()},
    )
    truth = client.truth
    return write_folder(folder, client.tables | own, MANUFACTURER_EXPORTS, client_file, truth.values, truth.frames)


def _goals(client: GeneratedManufacturer) -> dict[str, float]:
    """Targets and the budget, a little above what the last year's tables show, rounded as a board would."""
    since = pd.Timestamp(client.as_of) - pd.Timedelta(days=364)
    orders, marketing, firms, deals = (client.tables[t] for t in ("orders", "marketing", "customers", "pipeline"))
    revenue = orders.loc[orders["order_date"] >= since, "revenue"].sum()
    running = (firms["contract_on"] < since) & ~(firms["left_on"] < since)
    gone = (running & firms["left_on"].notna()).sum() / running.sum()
    closed = deals[deals["closed_on"] >= since]
    spent = marketing[marketing["date"] >= since].groupby("channel")["spend"].sum()
    return {
        "revenue": int(round(revenue / 12 * 1.10, -4)),
        "churn": round(float(gone) * 0.8, 3),
        "win_rate": round(float((closed["stage"] == "赢单").mean()) + 0.05, 2),
        "cycle": int(round((closed["closed_on"] - closed["created_on"])[closed["stage"] == "赢单"].dt.days.mean() * 0.85)),
        "budget": int(round(spent.sum(), -4)),
        "fairs_cap": int(round(spent["展会"] * 1.4, -4)),
        "agents_floor": int(round(spent["代理商"] * 0.5, -4)),
    }
