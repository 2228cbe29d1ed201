"""Words of alerts: what a change is made of, in sentences, and what to adjust, in figures."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.monitoring.alerting.dimensions import KNOWN, NEW
from playbook.methods.monitoring.alerting.explain import BY_EFFECT, BY_FACTOR, NAMELESS, Cause
from playbook.result.formats import Formats

__all__ = ["advised", "cause_kind", "cause_words", "channel_adjustment", "contribution_rows", "plan_adjustment"]

SUMS = frozenset({"revenue", "orders"})
TOLD = 0.2  # of the whole change: a smaller effect of prices, units or mix is not worth a word
MOST_OTHER = 0.25  # of all effects: where products without units hold more, the others tell too little
_EFFECTS = {
    "price": (mark("lower prices"), mark("higher prices")), "volume": (mark("fewer units"), mark("more units")),
    "mix": (mark("cheaper products"), mark("dearer products")),
}  # fmt: skip
_PARTS = {"price": mark("prices"), "volume": mark("units"), "mix": mark("mix"), "other": mark("other")}
_OURS = NAMELESS | {NEW, KNOWN}  # groups that are no names of the client's
_KINDS = {"channel": "channel", "product": "product", "product group": "product", "region": "region"}  # all others: customers


def cause_words(cause: Cause | None, fmt: Formats) -> str:
    """What stands out and what prices and units did; empty without anything to say."""
    if cause is None or cause.parts.empty:
        return ""
    return fmt.sentences(_group(cause, fmt), _effects(cause, fmt))


def _group(cause: Cause, fmt: Formats) -> str:
    """The group that stands out, or that none does; empty where groups are not known."""
    if cause.group is None:
        known = cause.parts["expected"].notna().any()
        return fmt.say("No single group of products or customers stands out.") if known else ""
    ours = cause.group in (NEW, KNOWN)
    told = {
        "amount": fmt.money(abs(cause.amount)), "whole": fmt.money(abs(cause.change)), "share": fmt.share(cause.share, 0),
        "group": fmt.told(cause.group) if ours else fmt.say("the {by} {group}", by=fmt.told(cause.by), group=cause.group),
    }  # fmt: skip
    lost, within = cause.change < 0, abs(cause.amount) <= abs(cause.change) * 1.0049
    if lost and within:
        return fmt.say("{amount} of the {whole} missing comes from {group}, usually {share} of revenue.", **told)
    if lost:
        return fmt.say(
            "{amount} is missing from {group}, usually {share} of revenue: more than the {whole} missing in all.", **told
        )
    if within:
        return fmt.say("{amount} of the {whole} more comes from {group}, usually {share} of revenue.", **told)
    return fmt.say("{amount} more comes from {group}, usually {share} of revenue: more than the {whole} in all.", **told)


def _effects(cause: Cause, fmt: Formats) -> str:
    if cause.effects is None or abs(cause.effects["other"]) > MOST_OTHER * cause.effects.abs().sum():
        return ""
    told = cause.effects.reindex(list(_EFFECTS)).dropna()
    told = told[told.abs() >= TOLD * abs(cause.change)].sort_values(key=np.abs, ascending=False)
    if told.empty:
        return ""
    words = [fmt.told(_EFFECTS[effect][int(change > 0)]) for effect, change in told.items()]
    parts = [fmt.say("{amount} from {cause}", amount=fmt.signed_money(v), cause=w) for v, w in zip(told, words, strict=True)]
    return fmt.say("By product: {effects}.", effects=fmt.listed(parts))


def cause_kind(cause: Cause | None, low: bool) -> str | None:
    """The advice that fits what stands out, as its id in alert_advice.yml; None where nothing stands out, or nothing is lost."""
    if cause is None or cause.group is None or not low:
        return None
    return f"cause-{_KINDS.get(cause.by, 'customers')}"


def advised(advice: Mapping[str, str], cause: Cause | None, spells: float, fmt: Formats) -> tuple[str, str]:
    """Action and owner in the report's language; ``spells`` is how many weeks or months the change has lasted, so that what the
    group lacks is told for one of them."""
    named = {}
    if cause is not None and cause.group is not None:
        amount = fmt.money(abs(cause.amount) / max(spells, 1.0))
        named = {"group": _group_name(cause.by, cause.group, fmt), "amount": amount}
    return fmt.say(advice["action"], **named), fmt.told(advice["owner"])


def channel_adjustment(cause: Cause | None, costs: Mapping[str, float], order_value: float, weeks: int, fmt: Formats) -> str:
    """What making a channel's missing orders good would cost; empty where that is not known or would cost more than it brings."""
    cost = costs.get(cause.group, np.nan) if cause is not None and cause.by == "channel" and cause.amount < 0 else np.nan
    if not (cost > 0 and order_value > 0):
        return ""
    missing = -cause.amount / weeks / order_value
    price = fmt.exact_money(cost)
    if cost >= order_value:
        return fmt.say("An order there costs {price} now: more spend would not pay.", price=price)
    spend = fmt.money(missing * cost)
    return fmt.say("At {price} for an order, {spend} more spend a week would make it good.", price=price, spend=spend)


def plan_adjustment(row: pd.Series, fmt: Formats) -> str:
    """What each month left has to bring more than foreseen to reach a sum that is planned; empty for other targets."""
    left = int(row["months_left"])
    if not left or np.isnan(row["forecast"]) or row["kpi"] not in SUMS:
        return ""
    more = (row["end_target"] - row["forecast"]) / left
    if more <= 0:
        return ""
    write = fmt.money if row["kpi"] == "revenue" else fmt.count
    return fmt.say_n(
        "That takes {more} more than forecast in the month left: {needed}.",
        "That takes {more} more than forecast in each of the {n} months left: {needed} a month.",
        left, more=write(more), needed=write(row["needed"]),
    )  # fmt: skip


def contribution_rows(causes: Mapping[str, tuple[str, Cause]], most: int, fmt: Formats) -> pd.DataFrame:
    """The parts of every explained alert as rows: alert, by, group, expected, actual, change; small groups joined, sums kept."""
    rows = []
    for label, cause in causes.values():
        for by, frame in cause.parts.groupby("by", sort=False):
            ordered = frame.reindex(frame["change"].abs().sort_values(ascending=False, kind="stable").index)
            shown, rest = ordered.head(most), ordered.iloc[most:]
            if len(rest) == 1:
                shown, rest = ordered, rest.iloc[:0]
            names = [_group_name(by, group, fmt) for group in shown["group"]]
            rows.append(shown.assign(alert=label, by=fmt.told(by), group=names))
            if len(rest):
                sums = rest[["expected", "actual", "change"]].sum(min_count=1).to_dict()
                others = fmt.say("all others ({count})", count=len(rest))
                rows.append(pd.DataFrame([{"alert": label, "by": fmt.told(by), "group": others, **sums}]))
    columns = ["alert", "by", "group", "expected", "actual", "change"]
    return pd.concat(rows, ignore_index=True).reindex(columns=columns) if rows else pd.DataFrame(columns=columns)


def _group_name(by: str, group: str, fmt: Formats) -> str:
    """A group as the client names it; what we named ourselves in the reader's language."""
    if by == BY_EFFECT:
        return fmt.told(_PARTS[group])
    return fmt.told(group) if by == BY_FACTOR or group in _OURS else group
