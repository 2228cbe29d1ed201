"""Sales: order lines of machines, parts and service contracts, when they were delivered, and what campaigns added."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.generate.manufacturer.firms import NEVER
from playbook.generate.manufacturer.planted import CAMPAIGNS, CONTRACTS, GROWTH, LATE_SHARE, Campaign
from playbook.generate.manufacturer.working_days import business
from playbook.generate.shop import Shelf

__all__ = ["Sales", "draw_sales"]

WAYS = {"电话": 0.40, "微信": 0.35, "业务员": 0.25}  # how parts are ordered
BY_CONTRACT = "合同"
MORE_LINES = 0.9  # mean lines of an order after the first
RESPONSE_CAP = 1.35  # orders are drawn at so many times the usual demand, and thinned by price
TASTE = 0.8  # sigma, log scale: how much firms differ in the parts they need
PIECES = {100: 26, 600: 9, 10_000: 2.2}  # mean units of a line by the largest price
AFTER_CONTRACT = 0.5  # factor on orders of parts once a service contract has ended
PART_DISCOUNTS = {"大型": 0.08, "中型": 0.04, "小型": 0.0}
RETURNED = 0.012
UNNAMED = 9  # orders that lost their customer in the export
LEAD = {"备件": (3, 8), "机器": (45, 76)}
FIRST_ORDER = 240_001


@dataclass(frozen=True)
class Sales:
    """``lines``: one row an order line, with name, kind, late, campaign (that added the order). ``members``: intervention_id,
    customer_id, group. ``expected``: firm (row), campaign, orders added."""

    lines: pd.DataFrame
    members: pd.DataFrame
    expected: pd.DataFrame


def draw_sales(
    firms: pd.DataFrame, won: pd.DataFrame, shelf: Shelf, months: pd.DatetimeIndex, last: pd.Timestamp, rng: np.random.Generator
) -> Sales:
    """All order lines of the months; own orders of parts are Poisson events at the firm's rate times season and growth."""
    days = pd.date_range(months[0], last)
    rate = _rates(firms, months, days)
    placed, members, expected = [_events(rate, None, rng)], [], []
    for campaign in CAMPAIGNS:
        inside = (months >= pd.Timestamp(campaign.start)) & (months <= pd.Timestamp(campaign.end or last))
        treated, control = _groups(firms, campaign, rng)
        added = np.zeros_like(rate)
        added[treated] = rate[treated] * inside * campaign.effect
        placed.append(_events(added, campaign.id, rng))
        expected.append(pd.DataFrame({"firm": treated, "campaign": campaign.id, "orders": added[treated].sum(axis=1)}))
        for group, rows in (("treated", treated), ("control", control)):
            if campaign.per_group or (campaign.provinces and group == "treated"):
                ids = firms["customer_id"].to_numpy()[rows]
                members.append(pd.DataFrame({"intervention_id": campaign.id, "customer_id": ids, "group": group}))
    orders = pd.concat(placed, ignore_index=True)
    orders["day"] = _days(orders["month"].to_numpy(dtype=int), months, days, rng)
    there = (orders["day"] >= firms["buys_from"].to_numpy()[orders["firm"]]) & (
        orders["day"] < firms["lapsed"].to_numpy()[orders["firm"]]
    )
    parts = _part_lines(orders[there], firms, shelf, rng)
    lines = pd.concat([parts, _machine_lines(won, months[0], last), _fees(firms, shelf, months[0], last)], ignore_index=True)
    lines = _delivered(_numbered(_returns(lines, last, rng), firms, shelf, rng), last, rng)
    return Sales(lines, pd.concat(members, ignore_index=True), pd.concat(expected, ignore_index=True))


def _rates(firms: pd.DataFrame, months: pd.DatetimeIndex, days: pd.DatetimeIndex) -> np.ndarray:
    """Expected orders of parts of each firm and month, before campaigns; 0 before it buys and after it lapsed."""
    busy = pd.Series(business(days), days).groupby(days.to_period("M")).mean().to_numpy()
    years = np.arange(len(months)) / 12
    rate = firms["rate"].to_numpy()[:, None] * (busy * (1 + GROWTH) ** (years - years.mean()))[None, :] * RESPONSE_CAP
    start, stop = (firms[name].to_numpy()[:, None] for name in ("buys_from", "lapsed"))
    ended = firms["left_on"].fillna(NEVER).to_numpy()[:, None]
    month = months.to_numpy()[None, :]
    month_end = (months + pd.offsets.MonthEnd(1)).to_numpy()[None, :]
    return rate * ((month_end > start) & (month < stop)) * np.where(month > ended, AFTER_CONTRACT, 1.0)


def _events(rate: np.ndarray, campaign: str | None, rng: np.random.Generator) -> pd.DataFrame:
    count = rng.poisson(rate)
    firm, month = (np.repeat(place.ravel(), count.ravel()) for place in np.indices(count.shape))
    return pd.DataFrame({"firm": firm, "month": month, "campaign": pd.Series([campaign] * len(firm), dtype=object)})


def _groups(firms: pd.DataFrame, campaign: Campaign, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows of firms treated and left alone, of those that were there half a year before and still order."""
    start = pd.Timestamp(campaign.start)
    there = np.flatnonzero((firms["buys_from"] < start - pd.Timedelta(days=180)) & (firms["lapsed"] > start))
    if campaign.per_group:
        size = min(campaign.per_group, len(there) // 2)
        drawn = rng.permutation(there)[: 2 * size]
        return np.sort(drawn[:size]), np.sort(drawn[size:])
    if campaign.provinces:
        here = firms["region"].isin(campaign.provinces).to_numpy()
        return there[here[there]], there[~here[there]]
    return there, np.array([], dtype=int)


def _days(month: np.ndarray, months: pd.DatetimeIndex, days: pd.DatetimeIndex, rng: np.random.Generator) -> np.ndarray:
    """A day in each event's month, as busy days are."""
    reach = np.concatenate([[0.0], np.cumsum(business(days))])
    begin = np.searchsorted(days, months)
    end = np.append(begin[1:], len(days))
    low, high = reach[begin][month], reach[end][month]
    return days.to_numpy()[np.searchsorted(reach, low + rng.random(len(month)) * (high - low), side="right") - 1]


def _part_lines(orders: pd.DataFrame, firms: pd.DataFrame, shelf: Shelf, rng: np.random.Generator) -> pd.DataFrame:
    """Lines of parts: which by the firm's needs, kept as often as today's price makes people buy."""
    rows = np.flatnonzero(shelf.products["kind"] == "备件")
    appeal = shelf.products["popularity"].to_numpy()[rows]
    needs = appeal * rng.lognormal(0, TASTE, (len(firms), len(rows)))
    reach = np.cumsum(needs, axis=1)
    each = 1 + rng.poisson(MORE_LINES, len(orders))
    lines = orders.assign(key=np.arange(len(orders))).loc[np.repeat(orders.index, each)].reset_index(drop=True)
    firm = lines["firm"].to_numpy()
    lines["product_row"] = rows[(rng.random(len(lines))[:, None] * reach[firm, -1:] >= reach[firm]).sum(axis=1)]
    week = np.searchsorted(shelf.weeks, lines["day"], side="right") - 1
    response = shelf.price_response[week, lines["product_row"]]
    lines["price"] = shelf.list_price[week, lines["product_row"]]
    lines = lines[rng.random(len(lines)) < response / RESPONSE_CAP].drop_duplicates(["key", "product_row"])
    first = shelf.products["first_price"].to_numpy()[lines["product_row"]]
    mean = np.array(list(PIECES.values()))[np.searchsorted(list(PIECES), first)]
    lines["quantity"] = rng.geometric(1 / mean)
    share = np.array([PART_DISCOUNTS[s] for s in firms["size"].to_numpy()[lines["firm"]]])
    full = lines["quantity"] * lines["price"]
    lines["discount"] = (full * share * (rng.random(len(lines)) < 0.8)).round(2)
    lines["revenue"] = (full - lines["discount"]).round(2)
    way = rng.choice(list(WAYS), len(orders), p=list(WAYS.values()))
    return lines.assign(channel=way[lines["key"]], key="B" + lines["key"].astype(str))


def _machine_lines(won: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    mine = won[(won["closed_on"] >= first) & (won["closed_on"] <= last)]
    lines = mine[["firm", "product_row", "quantity", "channel"]].assign(day=mine["closed_on"], key="M" + mine["opportunity_id"])
    return lines.assign(revenue=mine["amount"], discount=(mine["list_price"] - mine["amount"]).round(0), campaign=None)


def _fees(firms: pd.DataFrame, shelf: Shelf, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """A quarter's fee every three months while a contract runs."""
    rows = {name: int(np.flatnonzero(shelf.products["name"] == name)[0]) for name in CONTRACTS}
    bills = []
    for firm in firms[firms["contract"].isin(list(CONTRACTS))].itertuples():
        quarters = [firm.contract_on + pd.DateOffset(months=3 * n) for n in range(40)]
        stop = min(last, firm.left_on) if pd.notna(firm.left_on) else last
        full = 3 * CONTRACTS[firm.contract][0]
        bills += [
            (firm.Index, rows[firm.contract], day, 3, 3 * firm.fee, max(full - 3 * firm.fee, 0.0))
            for day in quarters
            if first <= day <= stop
        ]
    lines = pd.DataFrame(bills, columns=["firm", "product_row", "day", "quantity", "revenue", "discount"])
    return lines.assign(channel=BY_CONTRACT, campaign=None, key=[f"S{n}" for n in range(len(lines))])


def _returns(lines: pd.DataFrame, last: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    back = lines[lines["key"].str.startswith("B") & (rng.random(len(lines)) < RETURNED)].copy()
    back["day"] = back["day"] + pd.to_timedelta(rng.integers(5, 25, len(back)), "D")
    back[["quantity", "revenue"]] *= -1
    back = back.assign(discount=0.0, key="R" + back["key"], campaign=None)
    return pd.concat([lines, back[back["day"] <= last]], ignore_index=True)


def _numbered(lines: pd.DataFrame, firms: pd.DataFrame, shelf: Shelf, rng: np.random.Generator) -> pd.DataFrame:
    """Order numbers in order of time, ids and names instead of rows; a few orders lose their customer."""
    lines = lines.sort_values(["day", "key", "product_row"], kind="stable", ignore_index=True)
    number = pd.factorize(lines["key"])[0] + FIRST_ORDER
    ids = firms["customer_id"].to_numpy()[lines["firm"]]
    lost = rng.choice(np.unique(number), UNNAMED, replace=False)
    products = shelf.products.iloc[lines["product_row"].to_numpy()].reset_index(drop=True)
    return lines.assign(
        order_id="XS" + pd.Series(number).astype(str),
        order_date=lines["day"],
        customer_id=np.where(np.isin(number, lost), None, ids),
        product_id=products["product_id"],
        name=products["name"],
        kind=products["kind"],
    )


def _delivered(lines: pd.DataFrame, last: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """Promised and delivered days by order; services and returns have none."""
    orders = lines.drop_duplicates("order_id")[["order_id", "order_date", "kind", "quantity"]].reset_index(drop=True)
    lead = np.array([rng.integers(*LEAD.get(kind, (1, 2))) for kind in orders["kind"]])
    late = rng.random(len(orders)) < LATE_SHARE
    days = np.where(late, rng.integers(2, 16, len(orders)), -rng.integers(0, 3, len(orders)))
    promised = orders["order_date"] + pd.to_timedelta(lead, "D")
    delivered = promised + pd.to_timedelta(days, "D")
    goods = (orders["kind"] != "服务") & (orders["quantity"] > 0)
    told = pd.DataFrame(
        {
            "order_id": orders["order_id"],
            "promised_on": promised.where(goods),
            "delivered_on": delivered.where(goods & (delivered <= last)),
            "late": late & goods,
            "late_days": days,
        }
    )
    return lines.merge(told, on="order_id", how="left")
