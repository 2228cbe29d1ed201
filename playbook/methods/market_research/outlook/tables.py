"""Demand tables and assumptions: revenue by month, the methods compared, groups and products; what the forecast rests on."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.forecasting.forecast import COMBINATION, MEDIAN, NAIVE, SEASON_MARGIN, SEASONS_NEEDED
from playbook.methods.market_research.forecasting.sparse import INTERMITTENT
from playbook.methods.market_research.forecasting.weights import CLEARLY_WORSE
from playbook.methods.market_research.outlook.levels import OTHER, UNKNOWN
from playbook.methods.market_research.outlook.outlook import Outlook
from playbook.methods.market_research.outlook.spans import base, next_months
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["HISTORY_PER_STEP", "assumptions", "labelled", "tables"]

HISTORY_PER_STEP = 3  # months of history for each month ahead
LONGEST_LABEL = 42
_KIND = {
    "smooth": mark("steady"),
    "erratic": mark("sizes vary much"),
    "intermittent": mark("sells in some months only"),
    "lumpy": mark("sells in some months only, sizes vary much"),
    "none": mark("no sales"),
    "stopped": mark("no sales any more"),
}
_METHODS = (  # those whose name is more than a name
    mark("seasonal naive"), mark("Theta on levels"), mark("simple smoothing"), mark("damped smoothing"), mark("moving season"),
    mark("ARMA round a level"), mark("seasonal ARIMA"), mark("seasonal ARMA"), mark("regression"), mark("boosted trees"),
    mark("regression on drivers"), mark("combination"), mark("median of all"),
)  # fmt: skip


def labelled(items: pd.DataFrame, product_list: pd.DataFrame | None, fmt: Formats) -> pd.DataFrame:
    """``items`` with label (the product's name where there is one, its id behind it where names repeat) and change."""
    label = items["id"].astype(str)
    group = items["group"].map({OTHER: fmt.told(OTHER), UNKNOWN: fmt.told(UNKNOWN)}).fillna(items["group"])
    rests = [fmt.say("other products in {group}", group=name) for name in group]
    label = label.mask((items["level"] == "group") | items["rest"], group)
    label = label.mask(items["rest"] & (items["id"] != items["group"]), rests)
    if product_list is not None and "name" in product_list and product_list["name"].notna().any():
        known = product_list.dropna(subset=["name"])
        names = pd.Series(known["name"].astype(str).to_numpy(), index=known["product_id"].astype(str)).groupby(level=0).first()
        product = (items["level"] == "product") & ~items["rest"]
        named = label.map(names).where(product)
        twice = named.duplicated(keep=False) & named.notna()
        label = named.where(~twice, named + " (" + label + ")").fillna(label)
    label = label.where(label.str.len() <= LONGEST_LABEL, label.str.slice(0, LONGEST_LABEL - 1) + "…")
    return items.assign(label=label, change=items["expected"] - items["before"])


def tables(path: pd.DataFrame, scores: pd.DataFrame, items: pd.DataFrame, source: str, fmt: Formats) -> tuple[Table, ...]:
    """Revenue by month; methods compared; and groups and products where there are any."""
    found = [
        Table(
            path,
            fmt.say("Expected revenue by month, with the {level} range.", level=fmt.share(LEVEL)),
            source,
            {"month": ("Month", "month"), "revenue": ("Expected", "money"), "low": ("Low", "money"), "high": ("High", "money")},
            aside=True,
        ),
        Table(
            scores.assign(candidate=scores["candidate"].map(fmt.told), role=_roles(scores, fmt)),
            "Methods compared on months they had not seen; smaller is better, 1 is the naive forecast's usual error.",
            source,
            {
                "candidate": ("Method", "text"),
                "mase": ("Scaled error (MASE)", "number"),
                "weight": ("Weight", "share"),
                "role": ("Part in the forecast", "text"),
            },
            aside=True,
        ),
    ]
    against = base(items["against"].iloc[0], len(path), fmt)
    columns = {
        "label": ("Product group", "text"),
        "expected": ("Expected", "money"),
        "low": ("Low", "money"),
        "high": ("High", "money"),
        "before": ("Before", "money"),
        "change": ("Change", "money"),
    }
    months = next_months(len(path), fmt)
    groups = items[items["level"] == "group"].sort_values("expected", ascending=False, kind="stable", ignore_index=True)
    if len(groups):
        caption = fmt.say("Product groups: revenue of {months}, against {base}.", months=months, base=against)
        found.append(Table(groups, caption, source, columns))
    products = items[(items["level"] == "product") & ~items["rest"]]
    if len(products):
        products = products.sort_values("expected", ascending=False, kind="stable", ignore_index=True)
        products = products.assign(pattern=products["kind"].map(_KIND).map(fmt.told))
        shown = {**columns, "label": ("Product", "text"), "pattern": ("Sales pattern", "text")}
        caption = fmt.say("The largest products: revenue of {months}, against {base}.", months=months, base=against)
        found.append(Table(products, caption, source, shown))
    return tuple(found)


def _roles(scores: pd.DataFrame, fmt: Formats) -> list[str]:
    naive = scores.loc[scores["candidate"] == NAIVE, "mase"].min()
    roles = []
    for row in scores.itertuples():
        if row.candidate == COMBINATION:
            roles.append(fmt.say("this forecast, judged with the weights known at each start"))
        elif row.candidate == MEDIAN:
            roles.append(fmt.say("for comparison"))
        elif row.weight > 0:
            roles.append(fmt.say("takes part"))
        else:
            roles.append(
                fmt.say("left out: missed more than the naive forecast")
                if row.mase > naive
                else fmt.say("left out: clearly worse")
            )
    return roles


def assumptions(
    found: Outlook, items: pd.DataFrame, drivers: tuple[str, ...], n: int, steps: int, shortened: bool, fmt: Formats
) -> tuple[Assumption, ...]:
    """What the forecast rests on: the past going on, the tests, the ranges, the season, the adding up."""
    total = found.total
    notes = [
        Assumption(
            "The coming months follow the pattern of the past: no new campaign, price change or competitor is in the forecast.",
            "medium",
            "high",
        ),
        _method(found, n, fmt),
    ]
    if len(drivers) > 1:
        text = fmt.say(
            "One of the methods explains revenue by {drivers}: prices stay as they are, and promotions come back in the months"
            " in which they were last year."
            if "promotions" in drivers
            else "One of the methods explains revenue by {drivers}: prices stay as they are.",
            drivers=fmt.listed(map(fmt.told, drivers)),
        )
        notes.append(Assumption(text, "medium", "low"))
    if found.method:
        notes.append(_adding_up(found, fmt))
    if steps > 1:
        notes.append(
            Assumption(
                "Ranges of several months together come from how such sums missed in the test; few could be tested in full.",
                "medium",
                "medium",
            )
            if total.n_origins
            else Assumption("Ranges of several months together take all of them to miss in the same direction.", "low", "medium")
        )
    if found.coverage is not None:
        level, held = fmt.share(LEVEL), fmt.share(found.coverage)
        support = "high" if abs(found.coverage - LEVEL) <= 0.1 else "medium"
        text = fmt.say("The range is meant to hold {level} of months; in the test it held {held}.", level=level, held=held)
        notes.append(Assumption(text, support, "medium"))
    if total.season == 1 and total.untested in ("", "short"):
        text = fmt.say_n(
            "1 month is too short to show a season: the forecast knows no strong and weak months.",
            "{n} months are too few to show a season: the forecast knows no strong and weak months.",
            n,
        )
        if n >= SEASONS_NEEDED * 12 + SEASON_MARGIN:
            text = fmt.say("{n} months do not show a season: the forecast knows no strong and weak months.", n=fmt.count(n))
        notes.append(Assumption(text, "low", "high"))
    if items["kind"].isin(INTERMITTENT).any():
        notes.append(
            Assumption(
                "What sells in some months only is forecast by the size of a sale and the time between sales (Croston's method).",
                "high",
                "low",
            )
        )
    if shortened:
        text = fmt.say("We look ahead one month for every {n} of history, and not further.", n=HISTORY_PER_STEP)
        notes.append(Assumption(text, "high", "low"))
    if total.dropped:
        names = fmt.listed(fmt.told(d.split(":")[0]) for d in total.dropped)
        text = fmt.say("Left out because they failed on these figures: {names}.", names=names)
        notes.append(Assumption(text, "medium", "low"))
    return tuple(notes)


def _method(found: Outlook, n: int, fmt: Formats) -> Assumption:
    scores = found.total.scores
    if not found.total.n_origins:
        return Assumption(_untested(found.total.untested, n, fmt), "low", "high")
    single = scores[scores["weight"].notna()]
    best, part = single.iloc[0], int((single["weight"] > 0).sum())
    combined = scores.loc[scores["candidate"] == COMBINATION, "mase"].iloc[0]
    how = fmt.say(
        "The forecast is the weighted mean of {all} methods: the less a method missed in the test, the more it counts; one that"
        " missed more than {times} times as much as the best would be left out."
        if part == len(single)
        else "The forecast is the weighted mean of {part} of {all} methods: the less a method missed in the test, the more it"
        " counts, and one that missed more than {times} times as much as the best is left out (three stay in any case).",
        part=fmt.count(part),
        all=fmt.count(len(single)),
        times=fmt.number(CLEARLY_WORSE),
    )
    why = fmt.say(
        "It did better in the test than any of them alone (best alone: {best})."
        if combined <= best["mase"]
        else "Alone, {best} missed least in the test; but which method looks best changes from one test to the next, and a mean"
        " of several has proved the safer choice on hundreds of series.",
        best=fmt.told(best["candidate"]),
    )
    return Assumption(fmt.sentences(how, why), "high", "low")


def _untested(why: str, n: int, fmt: Formats) -> str:
    """Why nothing could be tested, and what the forecast is then."""
    if why == "short":
        return fmt.say(
            "{n} months are too few for a test: the last month is repeated, and the range is only a guess.", n=fmt.count(n)
        )
    if why == "constant":
        return fmt.say(
            "All {n} months were alike: the forecast repeats them, and nothing is known of how they might change.", n=fmt.count(n)
        )
    return fmt.say("Nothing has come in for so long that the forecast is zero; the range is only a guess.")


def _adding_up(found: Outlook, fmt: Formats) -> Assumption:
    text = (
        fmt.say("Forecasts of products add up to those of groups, and these to the total.")
        if (found.items["level"] == "product").any()
        else fmt.say("Forecasts of groups add up to the total.")
    )
    changes = {level: fmt.change(gain) for level, gain in found.gains.items()}
    told = [
        fmt.say("the total by {change}", change=changes["total"]) if "total" in changes else "",
        fmt.say("products by {change}", change=changes["product"]) if "product" in changes else "",
        fmt.say("groups by {change}", change=changes["group"]) if "group" in changes else "",
    ]
    if changes:
        changed = fmt.say(
            "In the test, making them add up changed the mean error of {changes}.", changes=fmt.listed(filter(None, told))
        )
        text = fmt.sentences(text, changed)
    worst = max(found.gains.values(), default=0.0)
    return Assumption(text, "high" if worst <= 0.02 else "medium", "low")
