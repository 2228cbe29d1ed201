"""Demand tables and assumptions: revenue by month, the methods compared, groups and products; what the forecast rests on."""

import pandas as pd

from playbook.methods.market_research.forecasting.forecast import COMBINATION, MEDIAN, NAIVE, SEASON_MARGIN, SEASONS_NEEDED
from playbook.methods.market_research.forecasting.sparse import INTERMITTENT
from playbook.methods.market_research.forecasting.weights import CLEARLY_WORSE
from playbook.methods.market_research.outlook.outlook import Outlook
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["AGAINST", "HISTORY_PER_STEP", "assumptions", "labelled", "tables"]

HISTORY_PER_STEP = 3  # months of history for each month ahead
LONGEST_LABEL = 42
AGAINST = {
    "same": "the same months a year before",
    "average": "as many average months of the last year",
    "last": "as many months before",
}
_KIND = {
    "smooth": "steady",
    "erratic": "sizes vary much",
    "intermittent": "sells in some months only",
    "lumpy": "sells in some months only, sizes vary much",
    "none": "no sales",
    "stopped": "no sales any more",
}
_LEVELS = {"total": "the total", "group": "groups", "product": "products"}


def labelled(items: pd.DataFrame, product_list: pd.DataFrame | None) -> pd.DataFrame:
    """``items`` with label (the product's name where there is one, its id behind it where names repeat) and change."""
    label = items["id"].astype(str)
    if product_list is not None and "name" in product_list:
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
            f"Expected revenue by month, with the {fmt.share(LEVEL)} range.",
            source,
            {"month": ("Month", "month"), "revenue": ("Expected", "money"), "low": ("Low", "money"), "high": ("High", "money")},
            aside=True,
        ),
        Table(
            scores.assign(role=_roles(scores)),
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
    span = AGAINST[items["against"].iloc[0]]
    columns = {
        "label": ("Product group", "text"),
        "expected": ("Expected", "money"),
        "low": ("Low", "money"),
        "high": ("High", "money"),
        "before": ("Before", "money"),
        "change": ("Change", "money"),
    }
    months = "the next month" if len(path) == 1 else f"the next {len(path)} months"
    groups = items[items["level"] == "group"].sort_values("expected", ascending=False, kind="stable", ignore_index=True)
    if len(groups):
        found.append(Table(groups, f"Product groups: revenue of {months}, against {span}.", source, columns))
    products = items[(items["level"] == "product") & ~items["rest"]]
    if len(products):
        products = products.sort_values("expected", ascending=False, kind="stable", ignore_index=True)
        products = products.assign(pattern=products["kind"].map(_KIND))
        shown = {**columns, "label": ("Product", "text"), "pattern": ("Sales pattern", "text")}
        found.append(Table(products, f"The largest products: revenue of {months}, against {span}.", source, shown))
    return tuple(found)


def _roles(scores: pd.DataFrame) -> list[str]:
    naive = scores.loc[scores["candidate"] == NAIVE, "mase"].min()
    roles = []
    for row in scores.itertuples():
        if row.candidate == COMBINATION:
            roles.append("this forecast, judged with the weights known at each start")
        elif row.candidate == MEDIAN:
            roles.append("for comparison")
        elif row.weight > 0:
            roles.append("takes part")
        else:
            roles.append("left out: missed more than the naive forecast" if row.mase > naive else "left out: clearly worse")
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
        again = ", and promotions come back in the months in which they were last year" if "promotions" in drivers else ""
        notes.append(
            Assumption(
                f"One of the methods explains revenue by {_listed(drivers)}: prices stay as they are{again}.", "medium", "low"
            )
        )
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
        notes.append(Assumption(f"The range is meant to hold {level} of months; in the test it held {held}.", support, "medium"))
    if total.season == 1 and total.untested in ("", "short"):
        few = "do not show" if n >= SEASONS_NEEDED * 12 + SEASON_MARGIN else "are too few to show"
        notes.append(
            Assumption(
                f"{n} months {few} a season: the forecast knows no strong and weak months.",
                "low",
                "high",
            )
        )
    if items["kind"].isin(INTERMITTENT).any():
        notes.append(
            Assumption(
                "What sells in some months only is forecast by the size of a sale and the time between sales (Croston's method).",
                "high",
                "low",
            )
        )
    if shortened:
        notes.append(
            Assumption(f"We look ahead one month for every {HISTORY_PER_STEP} of history, and not further.", "high", "low")
        )
    if total.dropped:
        names = ", ".join(d.split(":")[0] for d in total.dropped)
        notes.append(Assumption(f"Left out because they failed on these figures: {names}.", "medium", "low"))
    return tuple(notes)


def _method(found: Outlook, n: int, fmt: Formats) -> Assumption:
    scores = found.total.scores
    if not found.total.n_origins:
        text = {
            "short": f"{n} months are too few for a test: the last month is repeated, and the range is only a guess.",
            "constant": f"All {n} months were alike: the forecast repeats them, and nothing is known of how they might change.",
            "stopped": "Nothing has come in for so long that the forecast is nothing; the range is only a guess.",
        }
        return Assumption(text[found.total.untested], "low", "high")
    single = scores[scores["weight"].notna()]
    best, part = single.iloc[0], int((single["weight"] > 0).sum())
    combined = scores.loc[scores["candidate"] == COMBINATION, "mase"].iloc[0]
    why = (
        f"It did better in the test than any of them alone (best alone: {best['candidate']})."
        if combined <= best["mase"]
        else f"Alone, {best['candidate']} missed least in the test; but which method looks best changes from one "
        "test to the next, and a mean of several has proved the safer choice on hundreds of series."
    )
    return Assumption(
        f"The forecast is the weighted mean of {fmt.count(part)} of {fmt.count(len(single))} methods: the less a method "
        f"missed in the test, the more it counts, and one that missed more than {fmt.number(CLEARLY_WORSE)} times as much as "
        f"the best is left out (three stay in any case). {why}",
        "high",
        "low",
    )


def _adding_up(found: Outlook, fmt: Formats) -> Assumption:
    text = "Forecasts of products add up to those of groups, and these to the total."
    if not (found.items["level"] == "product").any():
        text = "Forecasts of groups add up to the total."
    if found.gains:
        changes = [f"{_LEVELS[level]} by {fmt.change(gain)}" for level, gain in sorted(found.gains.items(), reverse=True)]
        text += f" In the test, making them add up changed the mean error of {_listed(tuple(changes))}."
    worst = max(found.gains.values(), default=0.0)
    return Assumption(text, "high" if worst <= 0.02 else "medium", "low")


def _listed(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
