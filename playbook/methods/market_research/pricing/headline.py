"""Headline of prices: where customers react most and least, else how prices stand against competitors'."""

import pandas as pd

from playbook.methods.market_research.pricing.elasticity import Response
from playbook.methods.market_research.pricing.findings import TEN, fewer_sold, told_groups
from playbook.methods.market_research.pricing.naming import group_name
from playbook.methods.market_research.pricing.position import Position
from playbook.methods.market_research.pricing.rival_findings import CLOSE
from playbook.result.formats import Formats

__all__ = ["headline"]


def headline(response: Response | None, position: Position | None, fmt: Formats) -> str:
    """The strongest reaction, and the weakest where the two surely differ; without any, what is known of competitors."""
    told = told_groups(response.groups) if response else pd.DataFrame()
    if told.empty:
        return _position(position, fmt)
    reacting = told[told["high"] < 0]
    if reacting.empty:
        return fmt.say("Sales are not shown to respond to prices")
    first, last = reacting.iloc[0], told.iloc[-1]
    values = {
        "group": group_name(first["category"], fmt),
        "up": fmt.share(TEN, 0),
        "fewer": fmt.share(-float(fewer_sold(first["elasticity"]))),
        "other": group_name(last["category"], fmt),
        "less": fmt.share(-float(fewer_sold(last["elasticity"]))),
    }
    if len(told) == 1:
        return fmt.say("A price {up} higher sells {fewer} fewer units", **values)
    if last["low"] <= first["high"]:
        return fmt.say("A price {up} higher costs {group} {fewer} of units sold; no other group is shown to differ", **values)
    if last["high"] >= 0:
        return fmt.say("A price {up} higher costs {group} {fewer} of units sold; for {other} no reaction is shown", **values)
    return fmt.say(
        "A price {up} higher costs {group} {fewer} of units sold, {other} only {less}",
        **values,
    )


def _position(position: Position | None, fmt: Formats) -> str:
    """How prices stand against competitors', where reactions cannot be told."""
    if position is None:
        return fmt.say("How customers respond to prices cannot be told yet: the ranges are too wide")
    middle = position.now["index"].median()
    if abs(middle - 1) <= CLOSE:
        return fmt.say("Prices are about level with those of competitors; how customers respond cannot be told yet")
    return fmt.say(
        "Prices are {far} above those of competitors; how customers respond cannot be told yet"
        if middle > 1
        else "Prices are {far} below those of competitors; how customers respond cannot be told yet",
        far=fmt.share(abs(middle - 1)),
    )
