"""Negotiation: what the section on prices says of discounts: findings, guide by size and product, list of open deals."""

import numpy as np
import pandas as pd
from scipy import stats

from playbook.methods.strategy.setting_prices.deal_notes import alike_in, rough
from playbook.methods.strategy.setting_prices.discounts import BANDS, FEWEST, Discounts
from playbook.methods.strategy.setting_prices.price_test import CERTAIN, POWER
from playbook.result.contract import LINES, Evidence, Finding, Proposal, Table, Worklist
from playbook.result.formats import LEVEL, Formats

__all__ = [
    "DEALS", "deal_findings", "deal_headline", "deal_proposals", "deal_tables", "deals_needed",
]  # fmt: skip

DEALS = "closed and open deals of the pipeline"
OWNER = "head of sales"
LEAD, REVIEW = 7, 90  # days
_GUIDE = {
    "deals_of": ("Deals", "text"),
    "deals": ("Closed", "count"),
    "won": ("Won", "share"),
    "given": ("Discount given", "share"),
    "target": ("Worth giving", "share"),
    "range": ("Range", "text"),
    "walk_away": ("Walk away above", "share"),
}
_OPEN = {
    "opportunity_id": ("Deal", "text"),
    "list_price": ("List price", "money"),
    "offered": ("Offered so far", "share"),
    "target": ("Worth giving", "share"),
    "walk_away": ("Walk away above", "share"),
    "chance": ("Chance to win now", "share"),
    "chance_target": ("Chance at that discount", "share"),
    "value_low": ("Margin more, at least", "money"),
    "value": ("Margin more", "money"),
    "value_high": ("At most", "money"),
}


def deals_needed(first: float, second: float) -> int:
    """Deals of each half for a test to tell two chances to win apart (two-sided at 95 percent, in four of five cases)."""
    z = stats.norm.ppf((1 + CERTAIN) / 2) + stats.norm.ppf(POWER)
    gap = (first - second) ** 2
    return int(np.ceil(z**2 * (first * (1 - first) + second * (1 - second)) / gap)) if gap > 0 else 0


def deal_headline(found: Discounts, fmt: Formats) -> str:
    """The discount worth giving, beside that given now."""
    given = found.given
    if not _works(found):
        return f"Discounts are not shown to win deals: {fmt.share(given)} is given on average"
    best = f"A discount of {fmt.share(found.best)}" if found.best > 0 else "No discount at all"
    return f"{best} would earn most; {fmt.share(given)} is given on average"


def deal_findings(found: Discounts, fmt: Formats) -> list[Finding]:
    """What a discount does to the chance to win, what following the guide would bring, and which open deals it changes."""
    return [f for f in (_effect(found, fmt), _guide_finding(found, fmt), _open_finding(found, fmt)) if f]


def _works(found: Discounts) -> bool:
    return found.effect[4] > 0


def _effect(found: Discounts, fmt: Formats) -> Finding:
    start, end, first, second, low, high = found.effect
    evidence: Evidence = "likely" if low > 0 else "not shown"  # never shown: discounts were not given by lot
    text = (
        f"Among deals of like {alike_in(found)}, {fmt.share(second)} are won at a discount of {fmt.share(end)} and"
        f" {fmt.share(first)} at {fmt.share(start)}."
    )
    raw, own = found.raw.coefficients[1], found.model.coefficients[1]
    if abs(raw - own) > found.model.error[1]:
        text += (
            f" Without that comparison discounts seem to do {'less' if raw < own else 'more'}, as they are given"
            f" {'to hard deals' if raw < own else 'where deals are easy to win'}."
        )
    n = deals_needed(first, second)
    action = f"This is no proof: draw lots between the two discounts in {fmt.count(2 * n)} deals." if n else None
    if not _works(found):
        action = "Give discounts only against something in return, until a test by lot shows that they win deals."
    return Finding(
        "pricing-discount-effect", text, second - first, "points", low, high, int((found.deals["end"] != "open").sum()),
        evidence=evidence, action=action, owner=OWNER,
    )  # fmt: skip


def _guide_finding(found: Discounts, fmt: Formats) -> Finding:
    together = found.gains.sum(axis=0)
    gain, (low, high) = float(together.mean()), np.quantile(together, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    text = (
        f"If one discount were given to all, {fmt.share(found.best)} would earn most (likely {fmt.share(found.low)} to"
        f" {fmt.share(found.high)}); {fmt.share(found.given)} is given now. "
    )
    roughly = "roughly " if rough(found) else ""
    if found.yearly:
        others = "one" if len(found.open) == 1 else fmt.count(len(found.open))
        beside = f", besides the {others} open now" if len(found.open) else ""
        deals = "one new deal" if found.yearly == 1 else f"{fmt.count(found.yearly)} new deals"
        text += f"Chosen deal by deal, discounts would bring {roughly}{fmt.money(gain)} more margin on a year's {deals}{beside}."
    else:
        text += "No new deals are to be expected within a year besides those open now, so that no money is named."
    if found.best >= found.largest - 1e-9:
        text += (
            f" {'That is the largest allowed.' if found.limit == 'allowed' else 'That is the largest seen: more was not tried.'}"
        )
    sure = low > 0
    return Finding(
        "pricing-discount-guide", text, gain, "money", float(low), float(high), found.yearly,
        money=gain if sure and not rough(found) else None,
        evidence="not shown" if not sure else "indicative" if rough(found) else "likely",
        action="Use the guide below for new deals: small and sure deals need less, hard ones may get more." if sure
        else "Leave discounts as they are." if found.yearly else None,
        owner=OWNER,
    )  # fmt: skip


def _open_finding(found: Discounts, fmt: Formats) -> Finding | None:
    if found.open.empty:
        return None
    more, (gain, low, high) = int((found.open["gain"] > 0).sum()), found.open_gain
    count = len(found.open)
    deals = "The one open deal" if count == 1 else f"Of {fmt.count(count)} open deals, {fmt.count(more) if more else 'none'}"
    if not more:
        text = (
            f"{deals if count > 1 else f'{deals} does not'}{' deserves' if count > 1 else ' deserve'} more discount than offered"
            " so far."
        )
        action = "Hold the discounts offered."
    else:
        verb = "deserves" if count == 1 or more == 1 else "deserve"
        roughly = "roughly " if rough(found) else ""
        text = f"{deals} {verb} more discount than offered so far: that should bring {roughly}{fmt.money(gain)} of margin."
        action = "Go to the discount worth giving, not beyond the one to walk away from (list)."
    return Finding(
        "pricing-discount-open", text, gain, "money", low, high, count,
        evidence="likely" if more and low > 0 and not rough(found) else "indicative", action=action, owner=OWNER,
    )  # fmt: skip


def _label(band: int, edges: tuple[float, ...], fmt: Formats) -> str:
    low, high = fmt.money(edges[0]), fmt.money(edges[-1])
    return (f"up to {low}", f"{low} to {high}", f"above {high}")[band]


def deal_tables(found: Discounts, fmt: Formats) -> tuple[Table, ...]:
    """The guide by size of deal and by product."""
    names = [_label(int(r.band), found.edges, fmt) if r.kind == "size" else str(r.product) for r in found.guide.itertuples()]
    ranges = [f"{fmt.share(low)} to {fmt.share(high)}" for low, high in zip(found.guide["low"], found.guide["high"], strict=True)]
    frame = found.guide.assign(deals_of=names, range=ranges)
    columns = _GUIDE | {"range": (f"{fmt.share(LEVEL)} range", "text")}
    caption = (
        "Support for negotiations, by list price and by product: the one discount that would earn most, and the one above which a"
        " deal is not worth winning."
    )
    return (Table(frame, caption, DEALS, columns),)


def deal_proposals(found: Discounts, fmt: Formats) -> list[Proposal]:
    """The guide for new deals, a line for each size, and the open deals; each only where its gain survives what is not known."""
    proposals = []
    low, high = np.quantile(found.gains, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
    if np.quantile(found.gains.sum(axis=0), (1 - LEVEL) / 2) > 0:
        lines = pd.DataFrame(
            {
                "key": [f"deals {_label(band, found.edges, fmt)}" for band in range(BANDS)],
                "cost": 0.0, "value_low": low, "value": found.gains.mean(axis=1), "value_high": high,
            }
        )  # fmt: skip
        proposals.append(
            _proposal(
                "discount-guide", "Discounts by the guide",
                "Offer new deals the discount worth giving by size and product, and walk away above the limit.",
                "new deals", lines[list(LINES)].drop_duplicates("key"), None, found, fmt,
            )
        )  # fmt: skip
    if found.open_gain[1] > 0:
        values = {"gain_low": "value_low", "gain": "value", "gain_high": "value_high"}
        frame = found.open.drop(columns="cost").rename(columns=values).assign(cost=0.0)
        shown = {c: v for c, v in _OPEN.items()}
        more = [c for c in ("product", "owner") if c in frame]
        shown = {"opportunity_id": shown.pop("opportunity_id")} | {c: (c.capitalize(), "text") for c in more} | shown
        how = (
            "Go up to the discount worth giving where it is above that offered; hold what was offered elsewhere. Above the last"
            " one the deal does not leave the margin it has to."
        )
        worklist = Worklist("open-deals", "Discounts for open deals", how, frame, shown, "opportunity_id")
        lines = frame.rename(columns={"opportunity_id": "key"})[list(LINES)]
        proposals.append(
            _proposal(
                "open-deals", "Discounts for open deals", "Offer the discount worth giving in the open deals that deserve more.",
                f"{fmt.count(len(frame))} open deals" if len(frame) > 1 else "one open deal", lines, worklist, found, fmt,
            )
        )  # fmt: skip
    return proposals


def _proposal(id, name, action, whom, lines, worklist, found: Discounts, fmt: Formats) -> Proposal:
    n = deals_needed(found.effect[2], found.effect[3])
    judged = min(2 * n or FEWEST, max(found.closed, FEWEST))  # nobody waits for more than a year's deals
    return Proposal(
        id=id, name=name, action=action, whom=whom, owner=OWNER, kpi="margin won per deal offered, by discount",
        stop_rule=f"Stop if, over {fmt.count(judged)} deals or more, those by the guide earn less per deal "
        "offered than the others, "
        f"over the whole {fmt.share(LEVEL)} range.",
        pool="prices", lines=lines, lead_days=LEAD, review_days=REVIEW, evidence="indicative", worklist=worklist, waits=False,
    )  # fmt: skip
