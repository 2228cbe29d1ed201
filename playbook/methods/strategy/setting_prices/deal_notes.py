"""Deal notes: what the advice on discounts rests on, and what would unlock it."""

from playbook.intake.schema import FEATURE
from playbook.methods.strategy.setting_prices.discounts import FEWEST, Discounts
from playbook.result.contract import Assumption
from playbook.result.formats import Formats

__all__ = ["alike_in", "deal_assumptions", "deal_unlock", "rough"]

COSTED = 0.9  # share of deals whose cost has to be stated for a sum to be told as more than rough


def alike_in(found: Discounts) -> str:
    """What deals were alike in: "size, owner and product"."""
    parts = ["size", *(control.removeprefix(FEATURE) for control, levels in found.model.levels.items() if levels)]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def rough(found: Discounts) -> bool:
    """Whether too few costs are stated for a sum of money to be told as more than rough."""
    return bool(found.deals["stated"].mean() < COSTED)


def deal_assumptions(found: Discounts, fmt: Formats) -> list[Assumption]:
    """What the advice on discounts rests on."""
    notes = [
        Assumption(
            f"Discounts were not given by lot: hard deals get more. Deals are compared with others of the same {alike_in(found)};"
            " what else a sales person knew is not in the data, so that this is no proof of what a discount does.",
            "low", "high",
        ),
        Assumption("Amounts are net of the discount, and a deal's list price is its amount / (1 − discount).", "medium", "high"),
        Assumption(
            f"No discount above {fmt.share(found.largest)} is advised: "
            + ("the largest allowed in client.yml." if found.limit == "allowed" else "hardly a deal was given more so far."),
            "high", "medium",
        ),
    ]  # fmt: skip
    if found.yearly:
        count = "one deal is" if found.closed == 1 else f"{fmt.count(found.closed)} deals are"
        text = f"As many deals as in the last year come in the next: {count} counted as closed within it"
        text += (
            f", less those open now ({fmt.count(len(found.open))}), which are counted on their own." if len(found.open) else "."
        )
        notes.append(Assumption(text, "medium", "medium"))
    if found.shape > found.closed:
        text = f"Fewer than {FEWEST} deals were closed within the year, so that older ones tell which discount earns most."
        notes.append(Assumption(text, "low", "medium"))
    if found.undated:
        count = "One deal" if found.undated == 1 else f"{fmt.count(found.undated)} deals"
        text = (
            f"{count} whose day of closing nobody noted {'counts' if found.undated == 1 else 'count'} as closed within the year."
        )
        notes.append(Assumption(text, "low", "high"))
    if not found.deals["stated"].all():
        without = int((~found.deals["stated"]).sum())
        text = (
            f"{'One deal has' if without == 1 else f'{fmt.count(without)} deals have'} no cost: the client's gross margin stands"
            " in."
        )
        notes.append(Assumption(text, "low", "high" if rough(found) else "low"))
    if len(found.left_out):
        parts = "; ".join(f"{reason}: {fmt.count(n)}" for reason, n in found.left_out.items())
        notes.append(Assumption(f"Deals left out: {parts}.", "medium", "medium"))
    return notes


def deal_unlock() -> str:
    """What a pipeline has to have for discounts to be judged."""
    needs = "pipeline (stage, amount, discount; cost, or gross_margin in client.yml)"
    return f"{needs}, with at least {FEWEST} deals won and {FEWEST} lost at different discounts"
