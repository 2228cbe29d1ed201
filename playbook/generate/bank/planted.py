"""What is planted in a generated bank: every true parameter, named, in one place (truth.py writes them down beside the data)."""

from dataclasses import dataclass
from datetime import date

from playbook.generate.planted import Channel

__all__ = [
    "AGES",
    "BANK_CHANNELS",
    "BRANCHES",
    "CAMPAIGNS",
    "CREDIT",
    "CUSTOMERS",
    "DEAL",
    "DEAL_OWNERS",
    "DECLINE",
    "DECLINE_MONTHS",
    "FRAUD_SHARE",
    "GROUPS",
    "GROWTH",
    "LABELLED_FRAUD",
    "LABELLED_HONEST",
    "LEAVING",
    "LOSS_SHARE",
    "OFFER",
    "OFFER_CALL",
    "PART_TIME",
    "PATTERNS",
    "SEASON",
    "SUBJECTS",
    "Campaign",
    "Group",
    "Pattern",
]

CUSTOMERS = 3800  # the size that numbers of cases and payments are stated for; they scale with the customers
SEASON = (1.10, 0.82, 1.02, 0.98, 0.96, 1.04, 0.95, 0.92, 1.00, 0.98, 1.08, 1.15)  # bookings, January first
GROWTH = 0.06  # a year, of each customer's bookings
AGES = ("18-29", "30-44", "45-64", "65+")
BRANCHES = {
    "Old Port": 0.24,
    "Riverside": 0.20,
    "Garden Bridge": 0.18,
    "University": 0.16,
    "New Harbour": 0.13,
    "Airport Road": 0.09,
}


@dataclass(frozen=True)
class Group:
    """One kind of household. ``bookings`` a month, ``worth`` times the usual income of a booking, ``tastes`` by product group."""

    name: str
    share: float
    bookings: float
    worth: float
    balance: float  # median, CNY
    cards: float  # card payments a month
    logins: float  # in the app, a month
    ages: tuple[float, ...]  # shares, in the order of AGES
    incomes: tuple[float, float]  # thousand CNY a year: median, sigma on the log scale
    tastes: dict[str, float]


GROUPS = (
    Group(
        "affluent", 0.13, 1.50, 1.9, 380_000, 22, 9, (0.06, 0.34, 0.42, 0.18), (520, 0.35),
        {"cards": 1.0, "transfers": 1.2, "loans": 0.4, "funds": 3.0, "cover": 1.0},
    ),
    Group(
        "family", 0.35, 0.75, 1.1, 62_000, 26, 8, (0.10, 0.56, 0.32, 0.02), (230, 0.35),
        {"cards": 1.0, "transfers": 1.0, "loans": 1.8, "funds": 0.7, "cover": 1.8},
    ),
    Group(
        "young digital", 0.28, 0.80, 0.6, 11_000, 31, 21, (0.72, 0.26, 0.02, 0.00), (120, 0.40),
        {"cards": 2.0, "transfers": 2.4, "loans": 0.5, "funds": 0.5, "cover": 0.3},
    ),
    Group(
        "quiet", 0.24, 0.16, 0.8, 30_000, 6, 1.6, (0.04, 0.16, 0.36, 0.44), (95, 0.40),
        {"cards": 0.7, "transfers": 1.5, "loans": 0.3, "funds": 0.8, "cover": 0.8},
    ),
)  # fmt: skip

# The proxy: share that works part-time, by the protected attribute. Gender itself acts on nothing.
PART_TIME = {"female": 0.52, "male": 0.06}

# Log-odds of leaving within a month, given what the bank sees.
LEAVING = {"all": -5.25, "contract Basic": 0.45, "age 18-29": 0.60, "branch Airport Road": 0.85, "first two years": 0.55}
DECLINE, DECLINE_MONTHS = 0.66, 4  # use of the account falls by this factor each month over the last months


@dataclass(frozen=True)
class Campaign:
    """``effect``: relative change of the bookings of those treated, in whole months; all are treated without ``per_group``."""

    id: str
    name: str
    start: date
    end: date
    cost: float
    effect: float
    per_group: int | None


CAMPAIGNS = (
    Campaign("app-redesign", "App redesign", date(2025, 11, 1), date(2025, 12, 31), 60_000, 0.0, 600),
    Campaign("adviser-talks", "Adviser talks", date(2026, 3, 1), date(2026, 4, 30), 48_000, 0.45, 600),
    Campaign("free-transfers", "Free transfers abroad", date(2026, 7, 1), date(2026, 8, 31), 90_000, 0.06, None),
)

BANK_CHANNELS = (
    Channel("search", 420, 0.10, 430, 6.0, 45.0, 0.030),
    Channel("wechat", 300, 0.45, 330, 4.4, 28.0, 0.012),
    Channel("display", 240, 0.55, 90, 0.9, 14.0, 0.0030),
    Channel("sms", 40, 0.30, 95, 4.2, 9.0, 0.020),
    Channel("partners", 180, 0.20, 260, 2.8, 30.0, 0.016),
)

# Offers: products offered, margin of a yes (CNY), and log-odds of a yes. ``balance``: ln(balance / 50,000 CNY).
SUBJECTS = {"Gold Card": (260, 0.0), "Savings Plan": (420, 0.3), "Personal Loan": (900, -0.2)}
OFFER = {
    "all": -0.95, "balance": 0.45, "products held, above 2": 0.35, "earlier offers": -0.30, "employment part-time": -2.00,
    "age 65+": -0.50, "age 18-29": 0.20,
}  # fmt: skip
# What a call adds to the log-odds: to all, to those who use the app less than four times a month, after three or more offers.
OFFER_CALL = {"all": 0.10, "seldom in the app": 1.30, "three earlier offers": -0.80}

# Credit: log-odds of not being paid back. ``burden``: amount over yearly income.
CREDIT = {
    "all": -3.20, "debt_ratio": 2.40, "late_payments": 0.75, "burden": 0.60, "years_employed": -0.07, "owner": -0.45,
    "employment part-time": 0.80, "employment self-employed": 0.55, "savings, per 100,000 CNY": -0.35,
}  # fmt: skip
LOSS_SHARE = 0.45  # of the amount, where it is not paid back


@dataclass(frozen=True)
class Pattern:
    """One way of card fraud: its share of the frauds, and how many payments a stolen card makes."""

    name: str
    share: float
    payments: tuple[int, int]


FRAUD_SHARE = 0.016  # of all payments
PATTERNS = (
    Pattern("burst", 0.40, (4, 8)),  # many small online payments within an hour
    Pattern("abroad at night", 0.35, (1, 3)),  # in a country the customer never paid in, between one and five
    Pattern("far above habit", 0.25, (1, 2)),  # eight to twenty times the usual amount, electronics and jewellery
)
LABELLED_FRAUD, LABELLED_HONEST = 0.80, 0.10  # shares that somebody has looked at

# Corporate loans: log-odds of winning. ``size``: ln(amount / 80,000 CNY); ``discount``: the rate concession as a share of list.
DEAL = {"all": -1.05, "discount": 4.5, "size": -0.25, "recommended": 0.70, "rating C": -0.40}
DEAL_OWNERS = {"Chen Wei": 0.45, "Fang Li": 0.15, "Marta Keller": 0.0, "Sun Yan": -0.15, "Tom Brandt": -0.45}
