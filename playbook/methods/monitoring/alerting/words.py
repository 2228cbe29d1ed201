"""Words of alerts: what a change is made of, in a sentence, and what to adjust, in figures."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from playbook.methods.monitoring.alerting.dimensions import KNOWN, NEW
from playbook.methods.monitoring.alerting.explain import Cause
from playbook.result.formats import Formats

__all__ = ["advised", "cause_kind", "cause_words", "channel_adjustment", "contribution_rows", "plan_adjustment"]

SUMS = frozenset({"revenue", "orders"})
TOLD = 0.2  # of the whole change: a smaller effect of prices, units or mix is not worth a word
MOST_OTHER = 0.25  # of all effects: where products without units hold more, the others tell too little
_EFFECTS = {
    "price": ("lower prices", "higher prices"), "volume": ("fewer units", "more units"),
    "mix": ("cheaper products", "dearer products"),
}  # fmt: skip
_KINDS = {"channel": "channel", "product": "product", "product group": "product", "region": "region"}  # all others: customers


def cause_words(cause: Cause | None, fmt: Formats) -> str:
    """What stands out and what prices and units did; empty without anything to say."""
    if cause is None or cause.parts.empty:
        return ""
    if cause.group is None:
        text = "No single group of products or customers stands out" if cause.parts["expected"].notna().any() else ""
    else:
        whole, amount = fmt.money(abs(cause.change)), fmt.money(abs(cause.amount))
        less = "missing" if cause.change < 0 else "more"
        part = (
            f"{amount} of the {whole} {less} come"
            if abs(cause.amount) <= abs(cause.change) * 1.0049
            else (f"{amount} {less}, more than the {whole} in all, come")
        )
        text = f"{part} from {_named(cause)}, usually {fmt.share(cause.share, 0)} of revenue"
    effects = _effects(cause, fmt)
    return ". ".join(filter(None, (text, effects))) + "."


def _named(cause: Cause) -> str:
    return cause.group if cause.group in (NEW, KNOWN) else f"the {cause.by} {cause.group}"


def _effects(cause: Cause, fmt: Formats) -> str:
    if cause.effects is None or abs(cause.effects["other"]) > MOST_OTHER * cause.effects.abs().sum():
        return ""
    told = cause.effects.reindex(list(_EFFECTS)).dropna()
    told = told[told.abs() >= TOLD * abs(cause.change)].sort_values(key=np.abs, ascending=False)
    return (
        "By product: " + ", ".join(f"{fmt.signed_money(v)} by {_EFFECTS[k][int(v > 0)]}" for k, v in told.items())
        if len(told)
        else ""
    )


def cause_kind(cause: Cause | None, low: bool) -> str | None:
    """The advice that fits what stands out, as its id in alert_advice.yml; None where nothing stands out, or nothing is lost."""
    if cause is None or cause.group is None or not low:
        return None
    return f"cause-{_KINDS.get(cause.by, 'customers')}"


def advised(advice: Mapping[str, Mapping[str, str]], cause: Cause | None, spells: float, fmt: Formats) -> tuple[str, str]:
    """Action and owner in the report's language; ``spells`` is how many weeks or months the change has lasted, so that what the
    group lacks is told for one of them."""
    action, owner = (advice[key].get(fmt.locale, advice[key]["en"]) for key in ("action", "owner"))
    if cause is not None and cause.group is not None:
        amount = fmt.money(abs(cause.amount) / max(spells, 1.0))
        action = action.replace("{group}", cause.group).replace("{amount}", amount)
    return action, owner


def channel_adjustment(cause: Cause | None, costs: Mapping[str, float], order_value: float, weeks: int, fmt: Formats) -> str:
    """What making a channel's missing orders good would cost; empty where that is not known or would cost more than it brings."""
    cost = costs.get(cause.group, np.nan) if cause is not None and cause.by == "channel" and cause.amount < 0 else np.nan
    if not (cost > 0 and order_value > 0):
        return ""
    missing = -cause.amount / weeks / order_value
    if cost >= order_value:
        return f" An order there costs {fmt.exact_money(cost)} now: more spend would not pay."
    spend = fmt.money(missing * cost)
    return f" At {fmt.exact_money(cost)} for an order, {spend} more spend a week would make it good."


def plan_adjustment(row: pd.Series, fmt: Formats) -> str:
    """What each month left has to bring more than foreseen to reach a sum that is planned; empty for other targets."""
    left = int(row["months_left"])
    if not left or np.isnan(row["forecast"]) or row["kpi"] not in SUMS:
        return ""
    more = (row["end_target"] - row["forecast"]) / left
    if more <= 0:
        return ""
    write = fmt.money if row["kpi"] == "revenue" else fmt.count
    each = f"in each of the {left} months left" if left > 1 else "in the month left"
    whole = f", so {write(row['needed'])} a month" if left > 1 else f", so {write(row['needed'])}"
    return f" It takes {write(more)} more than foreseen {each}{whole}."


def contribution_rows(causes: Mapping[str, tuple[str, Cause]], most: int) -> pd.DataFrame:
    """The parts of every explained alert as rows: alert, by, group, expected, actual, change; small groups joined, sums kept."""
    rows = []
    for label, cause in causes.values():
        for by, frame in cause.parts.groupby("by", sort=False):
            ordered = frame.reindex(frame["change"].abs().sort_values(ascending=False, kind="stable").index)
            shown, rest = ordered.head(most), ordered.iloc[most:]
            if len(rest) == 1:
                shown, rest = ordered, rest.iloc[:0]
            rows.append(shown.assign(alert=label))
            if len(rest):
                sums = rest[["expected", "actual", "change"]].sum(min_count=1).to_dict()
                rows.append(pd.DataFrame([{"alert": label, "by": by, "group": f"all others ({len(rest)})", **sums}]))
    columns = ["alert", "by", "group", "expected", "actual", "change"]
    return pd.concat(rows, ignore_index=True).reindex(columns=columns) if rows else pd.DataFrame(columns=columns)
