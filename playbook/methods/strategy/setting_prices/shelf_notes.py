"""Shelf notes: what the advice on prices rests on."""

from playbook.methods.strategy.setting_prices.demand import CONJECTURE, COST_SPREAD
from playbook.methods.strategy.setting_prices.shelf import Shelf
from playbook.result.contract import Assumption
from playbook.result.formats import LEVEL, Formats

__all__ = ["shelf_assumptions"]


def shelf_assumptions(shelf: Shelf, fmt: Formats) -> list[Assumption]:
    """What the advice on prices rests on."""
    notes = _changes(shelf, fmt) if len(shelf.changes) else []
    notes.append(Assumption(fmt.sentences(_limits(shelf, fmt), _endings(shelf, fmt)), "high", "medium"))
    if not shelf.sheet["stated"].all() and shelf.sheet["cost"].notna().any():
        text = fmt.say(
            "Where the product list states no cost, the client's gross margin stands in, which is right to about {share}"
            " of the cost. State costs: margins differ from product to product.",
            share=fmt.share(COST_SPREAD, 0),
        )
        notes.append(Assumption(text, "low", "high"))
    if odd := int(shelf.sheet["odd"].sum()):
        text = fmt.say("Costs above twice the price, taken as those of another unit and left out: {n}.", n=fmt.count(odd))
        notes.append(Assumption(text, "medium", "low"))
    if shelf.unknown_fixed:
        text = fmt.say(
            "Under fixed_prices in client.yml, but neither a product sold in the last quarter nor a group: {names}.",
            names=fmt.listed(shelf.unknown_fixed),
        )
        notes.append(Assumption(text, "low", "medium"))
    if shelf.odd_rivals:
        text = fmt.say(
            "Competitors' latest prices more than four times the client's, or less than a quarter, left out: {n}.",
            n=fmt.count(shelf.odd_rivals),
        )
        notes.append(Assumption(text, "medium", "low"))
    if len(shelf.changes) and not shelf.rivals_measured:
        text = fmt.say(
            "Of what a price wins or loses, {share} is taken to come from or go to competitors: this has not been measured.",
            share=fmt.share(CONJECTURE, 0),
        )
        notes.append(Assumption(text, "low", "low" if (shelf.changes["step"] > 0).all() else "medium"))
    text = fmt.say(
        "New labels and price lists cost next to nothing, and unit costs do not change with volume. Ranges hold {level}"
        " and include what is not known of customers' response; competitors' response is shown separately.",
        level=fmt.share(LEVEL),
    )
    notes.append(Assumption(text, "medium", "low"))
    return notes


def _changes(shelf: Shelf, fmt: Formats) -> list[Assumption]:
    faster = fmt.say(
        "Within the prices seen, one percent more changes units by the same percentage at every price. If units fell"
        " faster at higher prices (semi-log), the same changes would bring {faster} instead of {gain}.",
        faster=fmt.money(shelf.faster), gain=fmt.money(shelf.gain[0]),
    )  # fmt: skip
    return [
        Assumption(
            "How customers respond is measured from past prices, which were not set at random. Only a test shows what a"
            " price does; the two halves of the list are such a test."
            if shelf.halved
            else "How customers respond is measured from past prices, which were not set at random. Only a test shows"
                 " what a price does.",
            "medium", "high",
        ),
        Assumption(faster, "medium", "low" if shelf.faster > 0.8 * shelf.gain[0] else "medium"),
        Assumption(
            "What a price takes from other products, or brings to them, counts only where market research found a clear"
            " effect. If customers switch within a group, prices that rise together lose less than each would alone.",
            "medium", "medium",
        ),
    ]  # fmt: skip


def _limits(shelf: Shelf, fmt: Formats) -> str:
    limits, step = shelf.limits, fmt.share(shelf.limits.largest_step, 0)
    if limits.least_margin is None:
        return fmt.say(
            "No price is below cost (client.yml names no lowest margin), none goes beyond weekly prices that were seen"
            " in four weeks or more, and none moves by more than {step} at once.",
            step=step,
        )
    return fmt.say(
        "No price leaves a margin below {margin} (client.yml), none goes beyond weekly prices that were seen in four"
        " weeks or more, and none moves by more than {step} at once.",
        margin=fmt.share(limits.least_margin), step=step,
    )  # fmt: skip


def _endings(shelf: Shelf, fmt: Formats) -> str:
    endings = shelf.limits.endings.words(float(shelf.sheet["price"].median()), fmt)
    return fmt.say("Prices keep the endings that most have now: {endings}.", endings=endings) if endings else ""
