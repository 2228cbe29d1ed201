"""What is planted in a generated manufacturer: every true parameter, named, in one place (truth.py writes them down)."""

from dataclasses import dataclass
from datetime import date

__all__ = [
    "ACTIONS",
    "CAMPAIGNS",
    "CHANNELS",
    "COMPETITORS",
    "CONTRACTS",
    "CONTRACT_LOSS",
    "COST_SHARES",
    "CUSTOMERS",
    "DEAL",
    "FAIR_WEEKS",
    "FESTIVAL",
    "FESTIVALS",
    "GROWTH",
    "INDUSTRIES",
    "LATE",
    "LATE_SHARE",
    "MOVES",
    "OWNERS",
    "PROVINCES",
    "RECOMMENDED",
    "RIVALS",
    "SECOND",
    "SIZES",
    "STEPS",
    "STEP_DAYS",
    "VISIT",
    "WALLET",
    "WEEKDAY",
    "Campaign",
    "FieldChannel",
]

CUSTOMERS = 1000  # before the history; won deals with new firms add to them
GROWTH = 0.07  # a year, of each customer's orders of parts

# Spring Festival (first day of the Chinese year), and factors on business by days from it: (first day, last day, factor).
FESTIVALS = (date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6))
FESTIVAL = {
    "stocking up": (-28, -8, 1.45),
    "closed": (-7, 7, 0.05),
    "slow start": (8, 15, 0.55),
    "catching up": (16, 35, 1.15),
}
WEEKDAY = (1.30, 1.22, 1.20, 1.18, 1.25, 0.60, 0.25)  # Monday first

PROVINCES = {
    "广东": 0.20, "浙江": 0.16, "江苏": 0.14, "山东": 0.12, "河南": 0.10, "四川": 0.08, "湖北": 0.08, "福建": 0.07, "河北": 0.05,
}  # fmt: skip
INDUSTRIES = {  # share, factor on orders of parts
    "食品": (0.30, 1.10), "饮料": (0.18, 1.30), "医药": (0.16, 1.00), "日化": (0.14, 0.85), "化工": (0.12, 0.80),
    "电子": (0.10, 0.60),
}  # fmt: skip
SIZES = {"大型": (0.15, 2.1), "中型": (0.40, 1.0), "小型": (0.45, 0.5)}  # share, factor on orders of parts
WALLET = {"食品": 0.45, "饮料": 0.52, "医药": 0.38, "日化": 0.35, "化工": 0.30, "电子": 0.25}  # our share of what they spend

# Service contracts: fee a month, chance to have one by size. Log-odds of ending within a month:
CONTRACTS = {"基础保养": (950, 0.45), "标准保养": (1900, 0.38), "全包服务": (3800, 0.17)}  # list fee, share of the contracts
CONTRACT_LOSS = {"all": -4.75, "contract 基础保养": 0.60, "size 小型": 0.45, "province 四川": 0.60, "first year": 0.50}

# Deals: log-odds of winning once a price is quoted. ``size``: ln(list price / 120,000 CNY); ``discount``: share of it.
DEAL = {
    "all": -1.55, "discount": 5.0, "size": -0.20, "known customer": 0.65, "recommended": 0.45, "trial": 0.85,
    "rival 德峰机械": -0.75, "rival 中科包装": -0.35,
}  # fmt: skip
# Sales people: what they add to the log-odds, and the discount that they give on average (share of list).
OWNERS = {
    "李建国": (0.40, 0.07), "王芳": (0.20, 0.09), "张伟": (0.00, 0.12), "陈静": (0.00, 0.12), "刘洋": (-0.20, 0.16),
    "赵敏": (-0.40, 0.19),
}  # fmt: skip
RIVALS = {"无": 0.45, "德峰机械": 0.30, "中科包装": 0.25}  # who else makes an offer
COST_SHARES = {"机器": 0.64, "备件": 0.46, "服务": 0.55}  # of the list price
# Steps of a deal, log-odds of going on from the first two, mean days at each. From a quotation on, DEAL decides.
STEPS = ("线索", "需求确认", "方案报价", "商务谈判")
MOVES = {"线索": 1.1, "需求确认": 1.4}
VISIT = 0.8  # what a visit adds to the log-odds of going on from the first step
STEP_DAYS = (11, 21, 30, 24)
# What is done at a step, and what it costs. The second of each is done in so many cases:
ACTIONS = {"线索": {"电话跟进": 60, "上门拜访": 700}, "方案报价": {"书面报价": 150, "试机演示": 2800}}
SECOND = {"线索": 0.5, "方案报价": 0.4}


@dataclass(frozen=True)
class FieldChannel:
    """One way to find customers. Deals opened a week = ``ceiling`` * a / (``half`` + a), where a is the adstock
    a(t) = (1 - ``carryover``) * spend(t) + ``carryover`` * a(t - 1) of the weekly spend in CNY.
    ``fairs``: what a week with a fair costs beside."""

    name: str
    spend: float
    carryover: float
    half: float
    ceiling: float
    fairs: float = 0.0


RECOMMENDED = 2.6  # deals a week that come by recommendation, at no cost
CHANNELS = (
    FieldChannel("展会", 2_500, 0.75, 16_000, 5.0, 130_000),
    FieldChannel("代理商", 9_000, 0.30, 9_000, 4.0),
    FieldChannel("行业媒体", 6_000, 0.50, 12_000, 1.2),
    FieldChannel("客户拜访", 11_000, 0.20, 8_000, 3.6),
)
FAIR_WEEKS = (10, 15, 20, 25, 37, 43)  # calendar weeks

# Level of their prices, and stray; the last sells parts only.
COMPETITORS = {"德峰机械": (0.92, 0.03), "中科包装": (1.05, 0.03), "通用件商城": (0.80, 0.05)}
LATE_SHARE = 0.13  # of deliveries
LATE = "交货延迟"


@dataclass(frozen=True)
class Campaign:
    """``effect``: relative change of the orders of parts of those treated. ``per_group``: customers treated and as many left
    alone, drawn by lot; ``provinces``: all customers there; neither: everybody."""

    id: str
    name: str
    start: date
    end: date | None
    cost: float
    effect: float
    per_group: int | None = None
    provinces: tuple[str, ...] = ()


CAMPAIGNS = (
    Campaign("free-inspections", "免费巡检", date(2025, 9, 1), date(2025, 12, 31), 520_000, 0.60, per_group=400),
    Campaign("online-catalogue", "微信备件目录", date(2026, 1, 12), date(2026, 3, 22), 90_000, 0.0),
    Campaign("province-depots", "省级备件仓", date(2026, 4, 1), None, 900_000, 0.40, provinces=("广东", "浙江", "江苏")),
)
