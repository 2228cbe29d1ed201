"""Terms: drivers, and what a business is judged by, as they are called in the reader's language."""

from playbook.locale import mark
from playbook.methods.strategy.whatif.business import LABELS, Business
from playbook.result.formats import Formats

__all__ = ["driver_label", "driver_name", "meant", "meant_title"]

_NAMES = {
    "visits": mark("the number of journeys"),
    "customers": mark("the number of customers a month"),
    "conversion": mark("conversion"),
    "frequency": mark("orders per customer and month"),
    "orders": mark("the number of orders a month"),
    "order_value": mark("the value of an order"),
    "open_deals": mark("deals in progress"),
    "cycle": mark("days to a decision"),
    "win_rate": mark("the win rate"),
    "deal_size": mark("the size of a deal"),
    "new": mark("the number of new contracts a month"),
    "churn": mark("the share of contracts ending a month"),
    "price": mark("the price"),
    "cost": mark("unit cost"),
}
_MEANT = {"revenue": mark("revenue"), "margin": mark("gross margin"), "profit": mark("profit after marketing")}
_TITLES = {"revenue": mark("Revenue"), "margin": mark("Gross margin earned"), "profit": mark("Profit after marketing")}


def driver_label(name: str, fmt: Formats) -> str:
    """A driver on its own, as in a table or a chart."""
    return fmt.told(LABELS[name][0])


def driver_name(name: str, fmt: Formats) -> str:
    """A driver within a sentence."""
    return fmt.told(_NAMES[name])


def meant(business: Business, fmt: Formats) -> str:
    """What the business is judged by, within a sentence."""
    return fmt.told(_MEANT[business.meant])


def meant_title(business: Business, fmt: Formats) -> str:
    """The same on its own, as in a table."""
    return fmt.told(_TITLES[business.meant])
