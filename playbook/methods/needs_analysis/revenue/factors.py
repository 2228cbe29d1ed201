"""Factors of revenue: the change between two windows, split exactly among customers, frequency and order value, or among
visits, conversion and order value."""

from fractions import Fraction

import pandas as pd

from playbook.methods.needs_analysis.path.steps import first_reach, step_order
from playbook.methods.needs_analysis.revenue.shapley import shapley, to_the_cent

__all__ = ["cents", "order_factors", "order_measures", "visit_factors"]

RECORDED = 0.5  # share of the orders that must end a recorded visit before visits can explain revenue


def order_factors(earlier: pd.DataFrame, later: pd.DataFrame) -> dict[str, int]:
    """Parts of the change in cents: customers x orders per customer x order value, and by themselves orders without a customer
    and returns (an order that only brings goods back is no purchase).

    ``earlier`` and ``later`` are order_totals of two windows. Without customer ids: orders x order value.
    """
    frames = (earlier, later)
    beside = {"returns": [frame["revenue"] <= 0 for frame in frames]}
    names = ("orders", "order_value")
    if "customer_id" in earlier:
        names = ("customers", "frequency", "order_value")
        beside = {"unknown": [(frame["revenue"] > 0) & frame["customer_id"].isna() for frame in frames]} | beside
    sums = {name: [cents(frame[rows]) for frame, rows in zip(frames, chosen, strict=True)] for name, chosen in beside.items()}
    changes = {name: after - before for name, (before, after) in sums.items() if before or after}
    total = cents(later) - cents(earlier) - sum(changes.values())
    return {**_split(*(_bought(frame) for frame in frames), names, total), **changes}


def order_measures(frame: pd.DataFrame) -> dict[str, float]:
    """The factors of one window by name; not a number where there is nothing to divide by."""
    known, placed = _bought(frame), int((frame["revenue"] > 0).sum())
    customers = known["customer_id"].nunique() if "customer_id" in frame else 0
    return {
        "customers": customers, "frequency": len(known) / customers if customers else float("nan"), "orders": len(known),
        "order_value": known["revenue"].sum() / len(known) if len(known) else float("nan"), "unknown": placed - len(known),
        "returns": len(frame) - placed,
    }  # fmt: skip


def visit_factors(
    earlier: pd.DataFrame, later: pd.DataFrame, visits: tuple[pd.DataFrame, pd.DataFrame], stages: tuple[str, ...] = ()
) -> pd.DataFrame | None:
    """The change as visits x conversion x order value: [part, before, after, cents]; orders without a visit are ``direct``, and
    ``returns`` stand by themselves.

    ``visits`` are journey_steps of the journeys that began in each window, ``stages`` the client's own order of steps. None
    when there are fewer than two steps, no visit in one of the windows, or when recorded visits end in less than half of
    a window's orders.
    """
    order = step_order(first_reach(pd.concat(visits)), stages)
    if len(order) < 2:
        return None
    came = [steps["journey_id"].nunique() for steps in visits]
    sold = [steps.loc[steps["step"] == order[-1], "journey_id"].nunique() for steps in visits]
    returns = [frame[~(frame["revenue"] > 0)] for frame in (earlier, later)]
    back = [cents(frame) for frame in returns]
    total = cents(later) - cents(earlier) - (back[1] - back[0])
    earlier, later = (frame[frame["revenue"] > 0] for frame in (earlier, later))
    placed = [len(earlier), len(later)]
    if not all(came) or not all(placed) or any(s < RECORDED * n for s, n in zip(sold, placed, strict=True)):
        return None
    sold = [min(pair) for pair in zip(sold, placed, strict=True)]
    value = [Fraction(cents(frame), n) for frame, n in zip((earlier, later), placed, strict=True)]
    factors = [(Fraction(c), Fraction(s, c), v) for c, s, v in zip(came, sold, value, strict=True)]
    direct = round((placed[1] - sold[1]) * value[1]) - round((placed[0] - sold[0]) * value[0])
    split = to_the_cent(shapley(*factors), total - direct)
    rows = [
        ("visits", came[0], came[1], split[0]), ("conversion", sold[0] / came[0], sold[1] / came[1], split[1]),
        ("order_value", float(value[0]) / 100, float(value[1]) / 100, split[2]),
    ]  # fmt: skip
    if direct:
        rows.append(("direct", placed[0] - sold[0], placed[1] - sold[1], direct))
    if any(back):
        rows.append(("returns", *map(len, returns), back[1] - back[0]))
    return pd.DataFrame(rows, columns=["part", "before", "after", "cents"])


def cents(frame: pd.DataFrame) -> int:
    """Revenue of a frame in whole cents."""
    return round(float(frame["revenue"].sum()) * 100)


def _bought(frame: pd.DataFrame) -> pd.DataFrame:
    """Orders that are purchases, of known customers where there are any."""
    bought = frame["revenue"] > 0
    return frame[bought & frame["customer_id"].notna()] if "customer_id" in frame else frame[bought]


def _split(earlier: pd.DataFrame, later: pd.DataFrame, names: tuple[str, ...], total: int) -> dict[str, int]:
    levels = [_levels(frame, names) for frame in (earlier, later)]
    before, after = levels[0] or (Fraction(0), *(levels[1] or [])[1:]), levels[1] or (Fraction(0), *(levels[0] or [])[1:])
    if not any(levels):
        return {**dict.fromkeys(names, 0), names[0]: total}
    return dict(zip(names, to_the_cent(shapley(before, after), total), strict=True))


def _levels(frame: pd.DataFrame, names: tuple[str, ...]) -> tuple[Fraction, ...] | None:
    """The factors, exactly; None without an order: then the other window's rates stand and all change is in the numbers."""
    if frame.empty:
        return None
    value = Fraction(cents(frame), len(frame))
    if "customers" not in names:
        return Fraction(len(frame)), value
    customers = frame["customer_id"].nunique()
    return Fraction(customers), Fraction(len(frame), customers), value
