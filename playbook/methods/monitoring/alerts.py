"""Alerts: what needs a decision now, one line per cause, ranked by the money at stake, with what explains it and who acts."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.locale.data import data_file
from playbook.methods.monitoring.alerting.charts import MATERIAL, chart_alerts
from playbook.methods.monitoring.alerting.dimensions import by_customer_and_channel, by_product
from playbook.methods.monitoring.alerting.explain import LIKELY
from playbook.methods.monitoring.alerting.others import forecast_alerts, result_alerts, segment_alerts
from playbook.methods.monitoring.alerting.plans import plan_alerts
from playbook.methods.monitoring.alerting.words import advised, cause_kind, cause_words, contribution_rows
from playbook.methods.monitoring.campaigns import Campaigns
from playbook.methods.monitoring.charting.limits import WATCHED
from playbook.methods.monitoring.control_charts import ControlCharts
from playbook.methods.monitoring.plan_tracking import PlanTracking
from playbook.result.contract import Assumption, Finding, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["ADVICE", "Alerts", "alerts"]

ADVICE = data_file(__package__, "alert_advice.yml")
LEVELS = {"act now": mark("act now"), "watch": mark("watch")}
COLUMNS = ["id", "kind", "alert", "level", "money", "basis", "favourable", "why", "action", "owner", "evidence", "n"]
MOST_PARTS = 4  # groups of a dimension that the table of contributions names


@dataclass(frozen=True, kw_only=True)
class Alerts(Result):
    """The ranked list.

    ``alerts``: id, kind, alert (sentence), level (act now, watch), money, basis (of it), favourable, why (what explains it; empty
    where nothing is known), action, owner, evidence, n. ``contributions``: id, by, group, expected, actual, change of every alert
    on revenue: the changes of each ``by`` add up to the alert's, to the cent.
    """

    alerts: pd.DataFrame
    contributions: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)


@section(
    "alerts",
    "What needs a decision now?",
    promise="one list of what needs a decision, by money at stake, with action and owner",
)
def alerts(
    control_charts: ControlCharts,
    fmt: Formats,
    plan_tracking: PlanTracking | None = None,
    segments: Result | None = None,
    campaigns: Campaigns | None = None,
    forecast_tracking: Result | None = None,
    drift: Result | None = None,
    order_totals: pd.DataFrame | None = None,
    product_net_weeks: pd.DataFrame | None = None,
    product_months: pd.DataFrame | None = None,
    product_list: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
) -> Alerts:
    """Gather what the control charts, the plan, the segments, campaigns, forecasts and drift raise into one ranked list.

    Revenue is orders times order value, so spells of the three that fall into the same weeks are one alert, named after the
    component that explains at least two thirds of the change (log ratios add up). What revenue lacks or has more is split among
    channels, products, regions and customers, and among prices, units and mix, to the cent (``alerting.contributions``); a group
    is named as the cause where shares moved by more than usual (``alerting.explain``). Losses come first, those to act on before
    those to watch, the most money first. "Act now": a loss that still goes on, or a target out of reach, of at least one percent
    of a year's revenue.
    """
    charts, year = control_charts, control_charts.revenue_year
    weekly, monthly = _dimensions(order_totals, product_net_weeks, product_months, product_list, customers)
    rows = [
        *chart_alerts(charts, weekly, product_net_weeks, _costs(campaigns), fmt),
        *plan_alerts(plan_tracking, year, monthly, product_months, fmt),
        *segment_alerts(segments, ADVICE, fmt),
        *result_alerts(campaigns, "campaigns", year, fmt),
        *forecast_alerts(forecast_tracking, fmt),
        *result_alerts(drift, "drift", year, fmt, unpriced=True),
    ]
    for row in rows:
        cause = row["cause"]
        kind = None if row["kind"].startswith("plan") else cause_kind(cause, not row["favourable"])
        action, owner = advised(ADVICE[kind or row["kind"]], cause, row["spells"], fmt)
        row |= {"action": fmt.sentences(row.get("action") or action, row["adjust"]), "owner": row.get("owner") or owner}
        row["why"] = cause_words(cause, fmt)
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"money": float, "favourable": bool})
    frame = frame.sort_values(  # "act now" stands before "watch" in the alphabet too
        ["favourable", "level", "money"], ascending=[True, True, False], ignore_index=True, kind="stable", na_position="last"
    )
    explained = {row["id"]: row["cause"] for row in rows if row["cause"] is not None and len(row["cause"].parts)}
    explained = {id: explained[id] for id in frame["id"] if id in explained}
    told = [cause.parts.assign(id=id) for id, cause in explained.items()]
    labels = {row["id"]: row.get("label") for row in rows}
    parts = contribution_rows({id: (labels[id], cause) for id, cause in explained.items()}, MOST_PARTS, fmt)
    return Alerts(
        fmt=fmt, headline=_headline(frame, fmt), findings=_findings(frame, fmt), tables=_tables(frame, parts, fmt),
        assumptions=_assumptions(bool(explained), fmt), alerts=frame,
        contributions=pd.concat(told, ignore_index=True) if told else pd.DataFrame(),
    )  # fmt: skip


def _dimensions(
    order_totals: pd.DataFrame | None,
    product_net_weeks: pd.DataFrame | None,
    product_months: pd.DataFrame | None,
    product_list: pd.DataFrame | None,
    customers: pd.DataFrame | None,
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Revenue by group, by week and by month."""
    weekly, monthly = {}, {}
    if order_totals is not None:
        weekly, monthly = (by_customer_and_channel(order_totals, unit, customers) for unit in ("W", "M"))
    if product_net_weeks is not None:
        weekly |= by_product(product_net_weeks, "week", product_list)
    if product_months is not None:
        monthly |= by_product(product_months, "month", product_list)
    return weekly, monthly


def _costs(campaigns: Campaigns | None) -> dict[str, float]:
    """What an order costs by channel, in the latest weeks."""
    if campaigns is None or campaigns.found.rates.empty:
        return {}
    rates = campaigns.found.rates
    now = rates[rates["week"].isna() & (rates["measure"] == "cpa")]
    return dict(zip(now["channel"], now["value"], strict=True))


def _headline(frame: pd.DataFrame, fmt: Formats) -> str:
    urgent = int((frame["level"] == "act now").sum())
    if frame.empty:
        return fmt.say("All quiet: nothing in the last {weeks} weeks calls for a decision", weeks=WATCHED)
    if not urgent:
        return fmt.say_n(
            "Nothing needs a decision now; one thing to keep an eye on",
            "Nothing needs a decision now; {n} things to keep an eye on",
            len(frame),
        )
    top = frame[frame["level"] == "act now"].iloc[0]
    if np.isnan(top["money"]):
        return fmt.say_n("One matter needs a decision now", "{n} matters need a decision now", urgent)
    return fmt.say_n(
        "One matter needs a decision now, worth {stake}",
        "{n} matters need a decision now, the first worth {stake}",
        urgent, stake=_stake(top, fmt),
    )  # fmt: skip


def _findings(frame: pd.DataFrame, fmt: Formats) -> tuple[Finding, ...]:
    if frame.empty:
        return (
            Finding("alerts-quiet", "No chart left its limits and no target is in doubt. Nothing to decide.", evidence="shown"),
        )
    return tuple(
        Finding(
            id=a.id,
            sentence=fmt.say("Act now: {alert}", alert=fmt.sentences(a.alert, a.why))
            if a.level == "act now"
            else fmt.say("Watch: {alert}", alert=fmt.sentences(a.alert, a.why)),
            value=None if np.isnan(a.money) else a.money,
            unit="money",
            n=None if pd.isna(a.n) else int(a.n),
            money=None if np.isnan(a.money) or a.favourable else a.money,
            evidence=a.evidence,
            action=a.action,
            owner=a.owner,
            urgent=a.level == "act now",
        )
        for a in frame.itertuples()
    )


def _tables(frame: pd.DataFrame, parts: pd.DataFrame, fmt: Formats) -> tuple[Table, ...]:
    if frame.empty:
        return ()
    columns = {"level": ("Level", "text"), "alert": ("What happened", "text"), "stake": ("At stake (+ is a gain)", "text")}
    columns |= {"why": ("What explains it", "text")} if frame["why"].any() else {}
    columns |= {"action": ("What to do", "text"), "owner": ("Who", "text")}
    shown = frame.assign(
        level=[fmt.told(LEVELS[level]) for level in frame["level"]],
        stake=[_stake(row, fmt) for _, row in frame.iterrows()],
    )
    ranked = Table(shown, "Alerts: what to act on first, then the most money", "orders, plan, marketing", columns)
    if parts.empty:
        return (ranked,)
    labels = {
        "alert": ("Alert", "text"), "by": ("By", "text"), "group": ("Part", "text"), "expected": ("Expected", "money"),
        "actual": ("Actual", "money"), "change": ("Change", "money"),
    }  # fmt: skip
    return ranked, Table(
        parts, "What the changes of revenue are made of; the parts of each breakdown add up to the change",
        "orders, products, customers", labels, aside=True,
    )  # fmt: skip


def _stake(row: pd.Series, fmt: Formats) -> str:
    if np.isnan(row["money"]):
        return fmt.money(row["money"])
    amount = fmt.signed_money(row["money"]) if row["favourable"] else fmt.money(row["money"])
    return fmt.say("{amount} {basis}", amount=amount, basis=row["basis"])


def _assumptions(explained: bool, fmt: Formats) -> tuple[Assumption, ...]:
    told = [
        Assumption(
            "Amounts answer different questions (a year if it goes on, some weeks, the end of the plan) and can hold the same "
            "money twice; they rank the list and must not be added.",
            "high",
            "high",
        ),
        Assumption(fmt.say("A loss is urgent from {share} of a year's revenue.", share=fmt.share(MATERIAL)), "low", "medium"),
    ]
    if explained:
        told.append(
            Assumption(
                fmt.say(
                    "Each group was expected to keep its usual share: that of the half year before, or, of a plan, of the year"
                    " before. A group is named where shares move so far in fewer than {share} of quiet spells; it tells where"
                    " to look and not why. Segments explain nothing here: what customers bought lately makes them.",
                    share=fmt.share(LIKELY, 0),
                ),
                "medium",
                "medium",
            )
        )
    return tuple(told)
