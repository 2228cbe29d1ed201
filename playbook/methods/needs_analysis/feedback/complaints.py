"""Complaints: how much less (or more) customers bought after a contact than customers like them who had none.

    contact days, orders -> cases: spending before and after each contact
                         -> comparison: the same for customers with an order as recent and no contact
                         -> matched by season, orders and spending before, the difference after

Contacts follow orders, and nobody orders as much after an order as around it: a plain before and after would call every contact
a loss. So each case is compared with customers of whom as many days had passed since an order. Matching is coarsened exact
(Iacus, King & Porro 2012), the rest is taken off by regression; errors are clustered by customer.
"""

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import norm

from playbook.methods.needs_analysis.chance import evidence_of, holm
from playbook.result.formats import LEVEL

__all__ = ["COLUMNS", "Spending", "after_contact", "day_numbers", "soon_after_an_order", "window_days"]

FEWEST_CASES = 20
WINDOW, SHORTEST = 180, 60  # days before and after
LINK = 45  # days within which an order precedes a contact that is about it
MOST_COMPARED = 30_000  # orders drawn as a comparison
ORDER_BANDS = (1, 2, 4, 9)
SEED = 7
SPAN = 1_000_000  # more days than any history, so that customers do not mix
ORIGIN = np.datetime64("1600-01-01")  # before any day of a client, so that no day is below zero
COLUMNS = ("topic", "customers", "compared", "expected", "difference", "low", "high", "again", "again_expected", "p", "evidence")


class Spending:
    """What each customer spent between any two days: running totals over ``order_totals`` [customer_id, day, revenue]."""

    def __init__(self, order_totals: pd.DataFrame) -> None:
        known = order_totals[order_totals["customer_id"].notna()]
        codes, self.customers = pd.factorize(pd.Index(known["customer_id"].astype(str)), sort=True)
        self._keys, place = np.unique(codes * SPAN + day_numbers(known["day"]), return_inverse=True)
        self.revenue = np.bincount(place, known["revenue"].fillna(0.0), len(self._keys))
        self._running = np.append(0.0, np.cumsum(self.revenue))
        self._bought = np.append(0, np.cumsum(self.revenue > 0))

    def codes(self, customers: pd.Series) -> np.ndarray:
        """Number of each customer, -1 for one without an order."""
        return self.customers.get_indexer(customers.astype(str))

    def orders(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Customer, day, and days until the customer's next order (SPAN: none) of each day with an order."""
        keys = self._keys[self.revenue > 0]
        gap = np.append(np.diff(keys), SPAN)
        return keys // SPAN, keys % SPAN, np.minimum(gap, SPAN)

    def since(self, code: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Days since the customer's last order on or before ``day``; SPAN where there is none."""
        keys = self._keys[self.revenue > 0]
        if not len(keys):  # orders of nobody that is known
            return np.full(len(code), SPAN)
        at = np.searchsorted(keys, code * SPAN + day, side="right") - 1
        last = np.where(at >= 0, keys[np.maximum(at, 0)], -1)
        return np.where((at >= 0) & (last // SPAN == code), code * SPAN + day - last, SPAN)

    def between(self, code: np.ndarray, after: np.ndarray, until: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Revenue and number of days with an order, after one day and until another."""
        low = np.searchsorted(self._keys, code * SPAN + after, side="right")
        high = np.searchsorted(self._keys, code * SPAN + until, side="right")
        return self._running[high] - self._running[low], self._bought[high] - self._bought[low]


def day_numbers(days: pd.Series) -> np.ndarray:
    """Days as whole numbers, from ``ORIGIN`` on."""
    return (pd.to_datetime(days).to_numpy().astype("datetime64[D]") - ORIGIN).astype(np.int64)


def window_days(order_totals: pd.DataFrame) -> int | None:
    """Days before and after a contact that the orders allow: 180, or a third of a shorter history; None below half a year."""
    history = (order_totals["day"].max() - order_totals["day"].min()).days
    days = min(WINDOW, history // 3)
    return days if days >= SHORTEST else None


def after_contact(
    contacts: pd.DataFrame, order_totals: pd.DataFrame, others: pd.DataFrame | None = None, level: float = LEVEL
) -> pd.DataFrame:
    """Spending after a contact against that of comparable customers, topic by topic.

    ``contacts`` [customer_id, day, topic]; a customer counts once a topic, with the first contact that has a full window before
    and after and an order in the 45 days before. Compared are ``others`` [customer_id, day] (say, the answers of the content), or
    by default orders of customers without any contact around. Returns [topic, customers, compared, expected (what the comparison
    says each would have spent in the window after), difference (spent minus expected, per customer), low, high (at ``level``),
    again and again_expected (shares who bought at all), p (held against chance for all topics together, Holm 1979), evidence].
    Topics with fewer than 20 cases are left out; empty when the orders cover less than half a year.
    """
    days = window_days(order_totals)
    if days is None:
        return pd.DataFrame(columns=list(COLUMNS))
    spending = Spending(order_totals)
    cases = _anchored(contacts, spending)
    compared = _other_orders(cases, spending, days) if others is None else _anchored(others.assign(topic=""), spending)
    first, last = (int(n) for n in day_numbers(order_totals["day"].agg(["min", "max"])))
    cases, compared = (_windows(one, spending, days, first, last) for one in (cases, compared))
    cases = cases.drop_duplicates(["topic", "code"])
    rows = []
    for topic, some in cases.groupby("topic", sort=True):
        if len(some) >= FEWEST_CASES and (row := _difference(some, compared, level)):
            rows.append({"topic": topic, **row})
    if not rows:
        return pd.DataFrame(columns=list(COLUMNS))
    found = pd.DataFrame(rows)
    found["p"] = holm(found["p"])
    found["evidence"] = [evidence_of(p) for p in found["p"]]
    return found.sort_values(["difference", "topic"], ignore_index=True)[list(COLUMNS)]


def soon_after_an_order(contacts: pd.DataFrame, order_totals: pd.DataFrame) -> pd.Series:
    """Whether each contact [customer_id, day] came within 45 days of an order of that customer, as those that are compared."""
    spending = Spending(order_totals)
    code, day = spending.codes(contacts["customer_id"]), day_numbers(contacts["day"])
    return pd.Series((code >= 0) & (spending.since(code, day) <= LINK), index=contacts.index)


def _anchored(contacts: pd.DataFrame, spending: Spending) -> pd.DataFrame:
    """Contacts of customers with an order shortly before: topic, code, day, lag."""
    known = contacts.dropna(subset=["customer_id", "day", "topic"])
    code, day = spending.codes(known["customer_id"]), day_numbers(known["day"])
    rows = pd.DataFrame({"topic": known["topic"].to_numpy(), "code": code, "day": day, "lag": spending.since(code, day)})
    kept = rows[(rows["code"] >= 0) & (rows["lag"] <= LINK)]
    return kept.sort_values(["day", "code", "topic"], ignore_index=True)


def _other_orders(cases: pd.DataFrame, spending: Spending, days: int) -> pd.DataFrame:
    """Days as long after an order as contacts are, of customers without a contact in the windows around."""
    if cases.empty:
        return cases
    rng = np.random.default_rng(SEED)
    code, day, gap = spending.orders()
    drawn = np.sort(rng.permutation(len(code))[:MOST_COMPARED])
    code, day, gap = code[drawn], day[drawn], gap[drawn]
    lag = rng.choice(cases["lag"].to_numpy(), len(code))
    day = day + lag
    contact = np.sort(cases["code"].to_numpy() * SPAN + cases["day"].to_numpy())
    near = [np.searchsorted(contact, code * SPAN + day + side * days) for side in (-1, 1)]
    kept = (gap > lag) & (near[0] == near[1])
    return pd.DataFrame({"topic": "", "code": code[kept], "day": day[kept], "lag": lag[kept]})


def _windows(rows: pd.DataFrame, spending: Spending, days: int, first: int, last: int) -> pd.DataFrame:
    """Rows whose windows the data cover, with what was spent in them, and the stratum of the comparison."""
    rows = rows[(rows["day"] - days >= first - 1) & (rows["day"] + days <= last)].reset_index(drop=True)
    code, day = rows["code"].to_numpy(), rows["day"].to_numpy()
    before, orders = spending.between(code, day - days, day)
    after, again = spending.between(code, day, day + days)
    quarter = pd.Series(ORIGIN + day.astype("timedelta64[D]")).dt.to_period("Q").astype(str).to_numpy()
    return rows.assign(before=before, orders=orders, after=after, again=again > 0, quarter=quarter)


def _difference(cases: pd.DataFrame, compared: pd.DataFrame, level: float) -> dict | None:
    cuts = np.unique(cases["before"].quantile([1 / 3, 2 / 3]))
    both = pd.concat([cases.assign(case=1.0), compared.assign(case=0.0)], ignore_index=True)
    strata = [both["quarter"], np.digitize(both["orders"], ORDER_BANDS), np.digitize(both["before"], cuts)]
    size = both.groupby(strata)["case"].agg(["sum", "size"])
    size["weight"] = (size["sum"] / (size["size"] - size["sum"])).replace(np.inf, 0.0).fillna(0.0)
    keys = pd.MultiIndex.from_arrays(strata)
    matched = size["weight"].reindex(keys).to_numpy()
    weight = np.where(both["case"] == 1, (matched > 0).astype(float), matched)
    used, weight = both[weight > 0], weight[weight > 0]
    number = int(used["case"].sum())
    if number < FEWEST_CASES or used["code"].nunique() < 2 * FEWEST_CASES:
        return None
    design = sm.add_constant(used[["case", "before", "orders"]].astype(float), has_constant="add")
    design = design.loc[:, (design.columns == "const") | (design.std() > 0)]
    fit = sm.WLS(used["after"], design, weights=weight).fit(cov_type="cluster", cov_kwds={"groups": used["code"]}, use_t=False)
    is_case = (used["case"] == 1).to_numpy()
    effect = float(fit.params["case"])
    error = max(float(fit.bse["case"]), _like_the_others(fit.resid.to_numpy(), is_case, np.asarray(weight)))
    half = norm.ppf((1 + level) / 2) * error
    return {
        "customers": number,
        "compared": int((~is_case).sum()),
        "expected": float(used["after"][is_case].mean()) - effect,
        "difference": effect,
        "low": effect - half,
        "high": effect + half,
        "again": float(used["again"][is_case].mean()),
        "again_expected": float(np.average(used["again"][~is_case], weights=weight[~is_case])),
        "p": float(2 * norm.sf(abs(effect) / error)) if error > 0 else 1.0,
    }


def _like_the_others(residual: np.ndarray, is_case: np.ndarray, weight: np.ndarray) -> float:
    """Standard error of the difference if cases scatter as the comparison does.

    Where one order in fifty is a machine and the rest are parts, some dozens of cases may hold none: their own scatter then says
    nothing of what they might have bought.
    """
    others = weight[~is_case] / weight[~is_case].sum()
    variance = float(np.sum(others * residual[~is_case] ** 2))
    return float(np.sqrt(variance * (1 / is_case.sum() + np.sum(others**2))))
