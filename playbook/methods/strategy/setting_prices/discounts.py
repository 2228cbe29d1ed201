"""Discounts: what a discount brings in won deals and takes in margin, and the discount worth giving, deal by deal."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.needs_analysis.path.deals import deal_states
from playbook.methods.strategy.setting_prices.deal_margins import GRID, add_up, best_discount, margin_curve, margins, walk_away
from playbook.methods.strategy.setting_prices.own_controls import own_controls, with_own_words
from playbook.methods.strategy.setting_prices.win_model import CONTROLS, TENTH, WinModel, fit_wins
from playbook.result.formats import EDGES

__all__ = ["FEWEST", "OTHERS", "Discounts", "discount_guide", "enough_to_guide", "known_deals"]

DEAL_COLUMNS = ("opportunity_id", "end", "recent", "dated", "discount", "list_price", "stated", "cost")
FEWEST = 30  # deals won, and deals lost, below which chance decides what is found
LEAST_SPREAD = 0.01  # standard deviation of discounts: below it nothing was tried
OUTER = 0.98  # quantile of discounts seen up to which one may be advised
SAMPLED = 1500  # deals of the year that the best discount is worked out on, evenly picked
BANDS = 3  # sizes of deals
MOST_PRODUCTS, FEWEST_OF_ONE = 6, 20  # told apart, and closed deals of one
OTHERS = mark("all others")


@dataclass(frozen=True)
class Discounts:
    """What closed deals tell.

    ``deals``: all known ones, with band (size: 0 small to 2 large) and line (product, rare ones together); ``edges``: list
    prices between the bands; ``model``, and ``raw`` without controls; ``largest``: the largest discount that may be advised,
    ``limit`` by what ("seen" or "allowed"); ``curve``: see ``margin_curve``, deals of the last year; ``effect`` of a tenth more
    discount on their mean chance: from, to, chance at both, range of the difference; ``given``: their mean discount; ``best``,
    ``low``, ``high``: the one discount for all that would earn most on them; ``guide``: by size and by product: kind, band,
    product, deals, won (share), given (mean), target, low, high, walk_away (middle deal); ``gains``: (bands, draws), margin a
    year of each deal's best over what was given, on ``yearly`` deals: those closed within the year, less those open now, which
    have gains of their own; ``closed``: deals closed within the year; ``shape``: deals that the best is worked out on, older
    ones too where fewer than FEWEST were closed within the year; ``undated``: of ``closed``, those whose day nobody noted;
    ``open``: open deals with offered, target,
    walk_away, chance, chance_target, gain, gain_low, gain_high; ``open_gain``: mean, low, high of all of them; ``left_out``:
    number of deals by reason.
    """

    deals: pd.DataFrame
    edges: tuple[float, ...]
    model: WinModel
    raw: WinModel
    largest: float
    limit: str
    effect: tuple[float, float, float, float, float, float]
    curve: pd.DataFrame
    given: float
    best: float
    low: float
    high: float
    guide: pd.DataFrame
    gains: np.ndarray
    yearly: int
    closed: int
    shape: int
    undated: int
    open: pd.DataFrame
    open_gain: tuple[float, float, float]
    left_out: pd.Series


def known_deals(opportunities: pd.DataFrame, as_of: date, gross_margin: float | None) -> tuple[pd.DataFrame, pd.Series]:
    """Deals with an amount and a discount that may be right: ``DEAL_COLUMNS``, the controls and the client's own words; and why
    others were left out.

    The amount is taken as net of the discount, so that the list price is amount / (1 - discount). An open deal without a
    discount has been offered none yet. Without a cost, that by the client's ``gross_margin`` at the usual discount stands in.
    """
    table = opportunities.reset_index(drop=True)
    states = deal_states(table, as_of)
    out = pd.DataFrame({"opportunity_id": table["opportunity_id"].astype(str), "end": states["end"], "recent": states["recent"]})
    out["dated"] = states["closed"].fillna(states["created"]).notna()
    unknown = pd.Series(np.nan, index=out.index)
    discount = table["discount"].astype(float) if "discount" in table else unknown
    out["discount"] = discount.where(discount.notna() | (out["end"] != "open"), 0.0)
    amount = states["amount"].astype(float)
    reason = pd.Series(pd.NA, index=out.index, dtype="string")
    reason[out["discount"].isna()] = mark("no discount noted")
    reason[out["discount"].notna() & ~out["discount"].between(0, 1, inclusive="left")] = mark(
        "a discount below 0 or of all of the price"
    )
    reason[~((amount > 0) & np.isfinite(amount))] = mark("no amount")
    out["list_price"] = amount / (1 - out["discount"].where(reason.isna()))
    cost = table["cost"].astype(float) if "cost" in table else unknown
    out["stated"] = cost > 0
    usual = float(out.loc[reason.isna() & (out["end"] != "open"), "discount"].mean())
    stand_in = unknown if gross_margin is None else out["list_price"] * (1 - usual) * (1 - gross_margin)
    out["cost"] = cost.where(out["stated"], stand_in)
    reason[reason.isna() & out["cost"].isna()] = mark("no cost, and no gross margin in client.yml")
    reason[reason.isna() & (out["cost"] >= out["list_price"])] = mark("a cost above the list price")
    for control in CONTROLS:
        if control in table:
            out[control] = table[control].astype(object).where(table[control].notna(), "").astype(str)
    out = with_own_words(out, table)[reason.isna()].drop_duplicates("opportunity_id")
    return out.reset_index(drop=True), reason.dropna().value_counts()


def enough_to_guide(deals: pd.DataFrame) -> bool:
    """Whether ``known_deals`` tell of discounts: at least 30 won and 30 lost, at discounts that differ."""
    closed = deals[deals["end"] != "open"]
    won = int((closed["end"] == "won").sum())
    return min(won, len(closed) - won) >= FEWEST and bool(closed["discount"].std() > LEAST_SPREAD)


def discount_guide(opportunities: pd.DataFrame, as_of: date, parameters: Assumptions) -> Discounts | None:
    """Win model, best discount and the guide for open deals; None when too few deals are known to tell.

    See ``enough_to_guide`` for what is needed. Discounts advised lie within those seen and
    ``parameters.largest_discount``, and leave ``parameters.least_margin``. The best is chosen for the mean over draws; its
    range is that of the draws' own best. Money is always that of a year's deals, those of the last 365 days.
    """
    deals, left_out = known_deals(opportunities, as_of, parameters.gross_margin)
    if not enough_to_guide(deals):
        return None
    closed = deals[deals["end"] != "open"]
    closed = closed.assign(won=closed["end"] == "won")
    own = own_controls(deals)
    deals, closed = (frame.assign(**{c: frame[c].fillna("") for c in own}) for frame in (deals, closed))
    model, raw = fit_wins(closed, (*CONTROLS, *own)), fit_wins(closed, ())
    grid, limit = _grid(closed["discount"], parameters.largest_discount)
    largest, least_margin = float(grid[-1]), parameters.least_margin or 0.0
    edges = closed["list_price"].quantile([i / BANDS for i in range(1, BANDS)]).to_numpy()
    deals = deals.assign(band=np.searchsorted(edges, deals["list_price"], side="right"), line=_products(deals))
    names = sorted(deals["line"].unique())
    deals["cell"] = deals["band"] * len(names) + deals["line"].map({name: i for i, name in enumerate(names)})
    within = closed["recent"]
    year = deals.loc[closed.index[within] if within.sum() >= FEWEST else closed.index]
    yearly = max(0, int(within.sum() - (deals["end"] == "open").sum()))
    picked = year.iloc[np.unique(np.linspace(0, len(year) - 1, min(len(year), SAMPLED)).astype(int))]
    totals, gains, chances = add_up(picked, model, grid, least_margin)
    totals, gains = (np.pad(t, [(0, BANDS * len(names) - len(t)), *[(0, 0)] * (t.ndim - 1)]) for t in (totals, gains))
    totals = totals.reshape(BANDS, len(names), *totals.shape[1:])
    everything = totals.sum(axis=(0, 1))
    best, low, high = best_discount(everything, grid)
    walks = walk_away(deals, least_margin, largest)
    opened, open_gain = _open(deals[deals["end"] == "open"], model, grid, least_margin)
    opened["walk_away"] = np.maximum(walk_away(opened, least_margin, largest), opened["offered"])
    return Discounts(
        deals=deals, edges=tuple(map(float, edges)), model=model, raw=raw, largest=largest, limit=limit,
        effect=_effect(model, picked, grid),
        curve=margin_curve(grid, everything / picked["list_price"].sum(), chances),
        given=float(year["discount"].mean()), best=best, low=low, high=high,
        guide=_guide(deals.assign(walk_away=walks), year, totals, names, grid),
        gains=gains.reshape(BANDS, len(names), -1).sum(axis=1) * yearly / len(picked), yearly=yearly,
        closed=int(within.sum()), shape=len(year), undated=int((within & ~closed["dated"]).sum()),
        open=opened, open_gain=open_gain, left_out=left_out,
    )  # fmt: skip


def _grid(discounts: pd.Series, allowed: float | None) -> tuple[np.ndarray, str]:
    """Discounts that may be advised, rising: within those usually seen and what is allowed; and which of the two ends it."""
    seen, least = float(discounts.quantile(OUTER)), float(discounts.quantile(1 - OUTER))
    largest, limit = (seen, "seen") if allowed is None or seen <= allowed else (allowed, "allowed")
    steps = np.arange(int(np.ceil(min(least, largest) / GRID - 1e-9)), int(largest / GRID + 1e-9) + 1)
    return (steps * GRID if len(steps) else np.array([largest])), limit


def _effect(model: WinModel, deals: pd.DataFrame, grid: np.ndarray) -> tuple[float, float, float, float, float, float]:
    """From, to, chance at both, range of the difference: a tenth above the mean discount given, as far as advice may go."""
    start = float(np.clip(deals["discount"].mean(), grid[0], max(grid[-1] - TENTH, grid[0])))
    end = float(min(start + TENTH, grid[-1]))
    chance = model.chance(deals.iloc[:: max(1, len(deals) // 300)], np.array([start, end])).mean(axis=0)
    low, high = np.quantile(chance[1] - chance[0], EDGES)
    return start, end, float(chance[0].mean()), float(chance[1].mean()), float(low), float(high)


def _products(deals: pd.DataFrame) -> pd.Series:
    """The products with most closed deals, all others as one; the same for all where the client names none."""
    if "product" not in deals:
        return pd.Series(OTHERS, index=deals.index)
    counts = deals.loc[(deals["end"] != "open") & (deals["product"] != ""), "product"].value_counts()
    counts = counts[counts >= FEWEST_OF_ONE].reset_index().sort_values(["count", "product"], ascending=[False, True])
    return deals["product"].where(deals["product"].isin(counts["product"].head(MOST_PRODUCTS)), OTHERS)


def _guide(deals: pd.DataFrame, year: pd.DataFrame, totals: np.ndarray, names: list[str], grid: np.ndarray) -> pd.DataFrame:
    closed = deals[deals["end"] != "open"]
    cases = [("size", band, None, totals[band].sum(axis=0)) for band in range(BANDS)]
    cases += [("product", None, name, totals[:, i].sum(axis=0)) for i, name in enumerate(names)] if len(names) > 1 else []
    rows = []
    for kind, band, name, total in cases:
        column, value = ("band", band) if kind == "size" else ("line", name)
        mine = closed[closed[column] == value]
        if (year[column] == value).any():
            best = best_discount(total, grid)
            rows.append(
                (
                    kind,
                    band,
                    name,
                    len(mine),
                    (mine["end"] == "won").mean(),
                    mine["discount"].mean(),
                    *best,
                    mine["walk_away"].median(),
                )
            )
    columns = ["kind", "band", "product", "deals", "won", "given", "target", "low", "high", "walk_away"]
    return pd.DataFrame(rows, columns=columns)


def _open(
    deals: pd.DataFrame, model: WinModel, grid: np.ndarray, least_margin: float
) -> tuple[pd.DataFrame, tuple[float, float, float]]:
    """Open deals with their targets, never below what was offered already: that cannot be taken back."""
    found, together = [], np.zeros(len(model.draws))
    for part, chance, margin, leaves in margins(deals, model, grid, least_margin):
        offered = part["discount"].to_numpy(dtype=float)
        earned = part["list_price"].to_numpy(dtype=float) * (1 - offered) - part["cost"].to_numpy(dtype=float)
        now = model.chance(part, offered[:, None])[:, 0, :]
        more = leaves & (grid > offered[:, None] + 1e-9)
        best = np.where(more, margin.mean(axis=2), -np.inf).argmax(axis=1)
        gain = np.take_along_axis(margin, best[:, None, None], axis=1)[:, 0, :] - now * earned[:, None]
        better = more.any(axis=1) & (gain.mean(axis=1) > 0)
        gain = np.where(better[:, None], gain, 0.0)
        aimed = np.take_along_axis(chance, best[:, None, None], axis=1)[:, 0, :]
        low, high = np.quantile(gain, EDGES, axis=1)
        together += gain.sum(axis=0)
        found.append(
            part.assign(
                offered=offered, target=np.where(better, grid[best], offered), chance=now.mean(axis=1),
                chance_target=np.where(better[:, None], aimed, now).mean(axis=1), 
                gain=gain.mean(axis=1), gain_low=low, gain_high=high,
            )
        )  # fmt: skip
    added = ["offered", "target", "chance", "chance_target", "gain", "gain_low", "gain_high"]
    table = pd.concat(found) if found else deals.reindex(columns=[*deals.columns, *added]).astype(dict.fromkeys(added, float))
    low, high = np.quantile(together, EDGES)
    ordered = table.sort_values(["gain", "opportunity_id"], ascending=[False, True], ignore_index=True)
    return ordered, (float(together.mean()), float(low), float(high))
