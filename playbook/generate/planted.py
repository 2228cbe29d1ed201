"""What is planted in a generated client: every true parameter, named, in one place.

The other files of this room draw data from these values; ``Truth`` (truth.py) writes them down beside
the data, so that a test or a benchmark can ask whether a method finds again what was put in.
"""

from dataclasses import dataclass
from datetime import date

__all__ = [
    "ACTION_COSTS",
    "AGAIN_DAYS",
    "AGAIN_ODDS",
    "CHANNELS",
    "COMPETITORS",
    "FRAUD_ACCOUNT",
    "FREQUENT_ORDERS",
    "GROWTH",
    "INTERVENTIONS",
    "JOURNEY_CHANNELS",
    "LATE_BY_MONTH",
    "LATE_BY_REGION",
    "LEFTOVERS",
    "MARKETING_SHARE",
    "NETWORK",
    "OUT_OF_STOCK",
    "OUT_WEEKS",
    "OVERSTOCKED_YEARS",
    "REFERENCE_CUSTOMERS",
    "REGULARITY",
    "RESPONSES",
    "SEASON",
    "SEGMENTS",
    "WALLET",
    "WEEKDAY",
    "Channel",
    "InterventionPlan",
    "JourneyChannel",
    "Leftover",
    "Response",
    "Segment",
]

REFERENCE_CUSTOMERS = 3000  # the size that spends, responses and costs below are stated for; they scale with the customers

# Demand relative to an average month (January first) and an average day (Monday first).
SEASON = (0.94, 0.76, 0.88, 0.92, 0.95, 0.90, 0.86, 0.92, 1.00, 1.06, 1.42, 1.39)
WEEKDAY = (1.06, 1.02, 1.00, 0.98, 0.94, 0.86, 1.14)
GROWTH = 0.12  # a year, of the demand that no advertising brings
REGULARITY = 3  # a customer's own orders keep a rhythm: Erlang-3 gaps (Platzer and Reutterer 2016 find such regularity in retail)
MARKETING_SHARE = 0.30  # of demand that arises from advertising at the average size of the customer base

FRAUD_ACCOUNT = "fraud account"


@dataclass(frozen=True)
class Segment:
    """One kind of customer. Rates are orders per month in an average month, before customers differ."""

    name: str
    share: float
    monthly_orders: float
    rate_spread: float  # sigma of the lognormal spread of rates between customers
    joined_before: float  # share that bought already before the first month
    joins_until: float  # the others join up to this fraction of the period,
    joins_tilt: float  # fewer and fewer (-1), evenly (0) or more and more (1)
    leaves: tuple[float, float] | None  # window (fractions of the period) of the drop-out of those who leave
    leaving: float  # share that drops out
    dearness: float  # taste for dear products: exponent on the list price
    extra_lines: float  # mean lines beyond the first
    extra_units: float  # mean units beyond the first


SEGMENTS = (
    Segment("studio professional", 0.09, 2.60, 0.12, 0.60, 0.76, -0.5, (0.94, 0.99), 0.03, 0.75, 0.20, 0.08),
    Segment("enthusiast", 0.37, 0.60, 0.12, 0.50, 0.70, -1.0, (0.94, 0.99), 0.03, 0.00, 0.10, 0.03),
    Segment("occasional listener", 0.32, 0.10, 0.12, 0.30, 1.00, 1.0, (0.80, 0.99), 0.05, -1.60, 0.02, 0.00),
    Segment("lapsed", 0.22, 0.80, 0.12, 0.85, 0.08, 0.0, (0.26, 0.46), 1.00, 0.30, 0.10, 0.02),
)


@dataclass(frozen=True)
class Channel:
    """One advertising channel. Orders a day = ``ceiling`` * a / (``half`` + a), where a is the adstock
    a(t) = (1 - ``carryover``) * spend(t) + ``carryover`` * a(t - 1) of the daily spend in EUR."""

    name: str
    spend: float
    carryover: float
    half: float
    ceiling: float
    price_per_thousand: float  # EUR for a thousand impressions
    click_rate: float


CHANNELS = (
    Channel("paid search", 140, 0.10, 160, 7.6, 9.0, 0.031),
    Channel("social", 90, 0.45, 115, 4.2, 5.5, 0.011),
    Channel("display", 80, 0.55, 30, 0.9, 2.4, 0.0035),
    Channel("email", 15, 0.30, 36, 6.0, 1.6, 0.024),
    Channel("affiliates", 65, 0.20, 90, 3.4, 6.0, 0.018),
)


@dataclass(frozen=True)
class InterventionPlan:
    """One thing the shop changed. ``effect`` is the relative change of the order rate of those treated;
    ``per_group`` customers each are drawn as treated and control, or everybody is treated when it is None."""

    id: str
    name: str
    start: date
    end: date
    cost: float
    effect: float
    per_group: int | None


INTERVENTIONS = (
    InterventionPlan("banner-redesign", "Banner redesign", date(2026, 1, 12), date(2026, 2, 8), 3500, 0.0, 600),
    InterventionPlan("spring-mail", "Spring e-mail", date(2026, 3, 2), date(2026, 3, 29), 2400, 0.65, 600),
    InterventionPlan("loyalty-points", "Loyalty points", date(2026, 5, 4), date(2026, 7, 26), 9000, 0.05, 600),
    InterventionPlan("free-shipping", "Free shipping", date(2026, 8, 3), date(2026, 10, 25), 21000, 0.08, None),
)


@dataclass(frozen=True)
class Response:
    """How one kind of customer answers an intervention. The kinds are told apart by what the shop saw before the start: orders
    in 180 days (FREQUENT_ORDERS or more, or fewer) and days since the last order (``silence``: from, to before). ``factor``
    times the customer's own order rate is added, up to a scale that keeps the planted mean effect of all who are treated."""

    kind: str
    frequent: bool
    silence: tuple[int, int]
    factor: float


FREQUENT_ORDERS, EVER = 8, 100_000
# Persuadable are those who buy seldom and have long been silent. The frequent buy anyway; who has just bought feels pressed.
RESPONSES = {
    "spring-mail": (
        Response("frequent", True, (0, EVER), 0.0),
        Response("just bought", False, (0, 15), -0.2),
        Response("waiting", False, (15, 36), 0.5),
        Response("silent", False, (36, EVER), 1.6),
    ),
}


@dataclass(frozen=True)
class JourneyChannel:
    """Visits of one channel and where they go from each step; what is missing to 1 leaves the shop."""

    name: str
    share: float
    visit_product: float
    product_product: float
    product_basket: float
    basket_product: float
    basket_checkout: float
    checkout_basket: float
    checkout_paid: float


JOURNEY_CHANNELS = (
    JourneyChannel("organic", 0.22, 0.74, 0.16, 0.48, 0.16, 0.12, 0.10, 0.68),
    JourneyChannel("direct", 0.20, 0.80, 0.14, 0.54, 0.15, 0.14, 0.09, 0.73),
    JourneyChannel("paid search", 0.24, 0.76, 0.16, 0.50, 0.15, 0.13, 0.10, 0.70),
    JourneyChannel("social", 0.15, 0.62, 0.20, 0.38, 0.19, 0.09, 0.12, 0.60),
    JourneyChannel("display", 0.06, 0.55, 0.16, 0.34, 0.18, 0.09, 0.12, 0.58),
    JourneyChannel("email", 0.07, 0.86, 0.14, 0.58, 0.12, 0.17, 0.08, 0.76),
    JourneyChannel("affiliates", 0.06, 0.72, 0.18, 0.46, 0.16, 0.12, 0.10, 0.66),
)

# Average price against ours, and how far single prices stray (log scale).
COMPETITORS = {"Klangwerk": (0.94, 0.05), "Northbeat": (1.00, 0.04), "SoundDepot": (1.06, 0.06)}

# Deliveries: share that comes after the promised day, by region; the odds are multiplied in months when parcels pile up.
LATE_BY_REGION = {
    "Germany": 0.09, "Netherlands": 0.08, "France": 0.11, "Austria": 0.14, "Belgium": 0.10, "Ireland": 0.44, "Italy": 0.40,
}  # fmt: skip
LATE_BY_MONTH = {12: 2.2}
# A satisfied customer (4 or 5 of 5) has so many times the odds of another to buy again within so many days of the answer.
AGAIN_DAYS, AGAIN_ODDS = 30, 5.0

# What leads to what, in the words of the drivers' variables. A customer's segment, which no table shows, stands behind age,
# income, household, how often and for how much; how often a customer buys stands for it.
NETWORK = (
    ("age_group", "frequency"),
    ("income_group", "frequency"),
    ("household_size", "frequency"),
    ("frequency", "order_value"),
    ("frequency", "service_request"),
    ("region", "late_delivery"),
    ("late_delivery", "satisfaction"),
    ("frequency", "buys_again"),
    ("satisfaction", "buys_again"),
)

# Share of a customer's yearly spending on such goods that comes to us: mean by segment.
WALLET = {"studio professional": 0.55, "enthusiast": 0.42, "occasional listener": 0.22, "lapsed": 0.30}


# What one action on the way to a sale costs, EUR: a voucher moves more visitors than a delivery date, but not for its price.
ACTION_COSTS = {"recommendation": 0.02, "delivery date shown": 0.05, "voucher": 2.00}


@dataclass(frozen=True)
class Leftover:
    """An old model that still lies in stock and that nobody has bought for years."""

    name: str
    category: str
    brand: str
    list_price: float
    cost: float
    units: int


LEFTOVERS = (
    Leftover("Halden 20", "headphones", "Tessel", 69.0, 41.4, 140),
    Leftover("Rondo Classic", "turntables", "Lindhus", 219.0, 131.4, 24),
)
# Stock of the slowest seller, and products that run out: how many, and how many of their weeks with the fewest sales.
OVERSTOCKED_YEARS, OUT_OF_STOCK, OUT_WEEKS = 4, 6, 3
