"""Reasons: why a price stays as it is, by the verdict of ``choose``, and what to do about it."""

from playbook.locale import mark
from playbook.result.formats import Formats

__all__ = ["REASONS", "counted"]

# verdict: why the price stays, and what to do
REASONS = {
    "about right": (mark("The price is about right"), mark("Leave it.")),
    "no room": (mark("The best price seems to lie beyond those seen"), mark("Test it before changing it.")),
    "unclear": (mark("A change might lose as well as gain"), mark("Test it; do not change it yet.")),
    "price war": (mark("A lower price would lose if competitors followed"), mark("Do not begin it.")),
    "floor": (mark("No price seen leaves the least margin"), mark("Ask the supplier for a better price, or drop it.")),
    "no cost": (mark("The cost is not known"), mark("State the cost in the product list.")),
    "no answer": (mark("How customers respond is not known"), mark("Test it.")),
    "no unit price": (mark("No price per unit (weighed goods, mixed sizes)"), mark("Send sizes or weights.")),
    "fixed": (mark("The price is not the client's to set"), mark("Leave it: so says client.yml.")),
}


def counted(verdict: str, n: int, fmt: Formats) -> str:
    """How many prices stay for a reason, as a part of a sentence."""
    return {
        "about right": fmt.say_n("one is about right", "{n} are about right", n),
        "no room": fmt.say_n("one would have to go beyond the prices seen", "{n} would have to go beyond the prices seen", n),
        "unclear": fmt.say_n("for one a change might lose as well as gain", "for {n} a change might lose as well as gain", n),
        "price war": fmt.say_n(
            "one would lose if competitors followed it down", "{n} would lose if competitors followed them down", n
        ),
        "floor": fmt.say_n(
            "one leaves too little margin at every price seen", "{n} leave too little margin at every price seen", n
        ),
        "no cost": fmt.say_n("one has no known cost", "{n} have no known cost", n),
        "no answer": fmt.say_n(
            "for one it is not known how customers respond", "for {n} it is not known how customers respond", n
        ),
        "no unit price": fmt.say_n("one has no price per unit", "{n} have no price per unit", n),
        "fixed": fmt.say_n("one is set by others", "{n} are set by others", n),
    }[verdict]
