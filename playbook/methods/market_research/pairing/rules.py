"""Basket rules: from counts of pairs to rules with support, confidence, lift, ranges, and a verdict that survives many tests."""

import numpy as np
import pandas as pd
from scipy import stats

from playbook.result.formats import EDGES, LEVEL

__all__ = ["FALSE_SHARE", "false_discovery", "pair_rules", "seldom_together"]

FALSE_SHARE = 0.05  # of the pairs called shown, at most so many in the long run are chance
BROUGHT = 0.2  # of an item's baskets, beyond chance, hold its companion
SELDOM = 0.5  # together at most half as often as chance, the upper end of the range included


def pair_rules(pairs: pd.DataFrame) -> pd.DataFrame:
    """Two rules, a -> b and b -> a, for every row of ``pairs``, the surest first.

    ``pairs``: product_a, product_b, both, a, b, baskets (counts of baskets); optional name_a, name_b (default: the ids), expected
    (baskets with both by chance, given basket sizes; default a b / baskets), customers (behind ``both``; default: each basket
    its own) and items (compared with one another; default: those in ``pairs``).

    Returns antecedent, consequent, antecedent_name, consequent_name, pair (row of ``pairs``), both, support, confidence,
    lift with low and high (Jeffreys interval of the confidence at LEVEL over the consequent's share), leverage, conviction,
    chance (baskets by chance: the larger of a b / baskets and ``expected``), times, times_low, times_high (both over chance),
    p, q, shown. ``p`` is the larger of two upper tails: Fisher's exact test of a and b, and the binomial one with the mean
    ``expected`` (never too small for a sum of unequal chances: Hoeffding 1956); customers who repeat a basket count once in both.
    ``q`` is p after Benjamini and Yekutieli (2001) over *all* items (items - 1) / 2 pairs that could have been tested, whether
    or not they were frequent (Hamalainen and Webb 2019, Data Min. Knowl. Disc. 33).
    """
    frame = _filled(pairs)
    both, a, b, baskets = (frame[c].to_numpy(dtype=float) for c in ("both", "a", "b", "baskets"))
    chance = np.maximum(a * b / baskets, frame["expected"])
    repeats = np.maximum(
        both / np.maximum(frame["customers"], 1), 1
    )  # baskets a customer: what is not independent is not evidence
    p = _fisher(both, a, b, baskets, repeats)
    if "expected" in pairs:
        p = np.maximum(p, _by_size(both, np.minimum(a, b), frame["expected"].to_numpy(dtype=float), repeats))
    q = false_discovery(p, _tests(frame))
    sides = []
    for first, second, n, other in (("a", "b", a, b), ("b", "a", b, a)):
        low, high = _jeffreys(both / repeats, n / repeats)
        confidence, share = both / n, other / baskets
        with np.errstate(divide="ignore", invalid="ignore"):
            conviction = np.where(confidence < 1, (1 - share) / (1 - confidence), np.inf)
        lift = confidence / share
        sides.append(
            pd.DataFrame(
                {
                    "antecedent": frame[f"product_{first}"],
                    "consequent": frame[f"product_{second}"],
                    "antecedent_name": frame[f"name_{first}"],
                    "consequent_name": frame[f"name_{second}"],
                    "pair": np.arange(len(frame)),
                    "both": frame["both"],
                    "support": both / baskets,
                    "confidence": confidence,
                    "lift": lift,
                    "low": low / share,
                    "high": high / share,
                    "leverage": both / baskets - n / baskets * share,
                    "conviction": conviction,
                    "customers": frame["customers"],
                    "chance": chance,
                    "times": both / chance,
                    "times_low": low * n / chance,
                    "times_high": high * n / chance,
                    "p": p,
                    "q": q,
                    "shown": (q <= FALSE_SHARE) & (low * n > chance),
                }
            )
        )
    rules = pd.concat(sides, ignore_index=True)
    keys = ["shown", "times_low", "confidence", "antecedent", "consequent"]
    return rules.sort_values(keys, ascending=[False, False, False, True, True], ignore_index=True)


def seldom_together(pairs: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Pairs of one category that stand together far less often than chance: hardly anybody wants both at once.

    Needs category_a and category_b. A pair counts when the baskets with both, even at the upper end of their range, are at most
    half of what chance brings (the smaller of a b / baskets and ``expected``) and the Poisson lower tail holds after the same
    correction as in ``pair_rules``. Items that a companion of their own (see ``rules``) brings into a large part of their baskets
    are left out: such baskets have little room for others. Returns product_a, product_b, name_a, name_b, category, both, chance,
    times; the fewest first.
    """
    columns = ["product_a", "product_b", "name_a", "name_b", "category", "both", "chance", "times"]
    if not {"category_a", "category_b"} <= set(pairs) or pairs.empty:
        return pd.DataFrame(columns=columns)
    frame = _filled(pairs)
    chance = np.minimum(frame["a"] * frame["b"] / frame["baskets"], frame["expected"])
    q = false_discovery(stats.poisson.cdf(frame["both"], chance), _tests(frame))
    high = stats.gamma.ppf((1 + LEVEL) / 2, frame["both"] + 1)
    brought = rules[rules["shown"] & (rules["confidence"] * (1 - 1 / rules["times"]) >= BROUGHT)]["antecedent"]
    apart = (q <= FALSE_SHARE) & (high <= SELDOM * chance) & frame["category_a"].notna()
    apart &= frame["category_a"] == frame["category_b"]
    apart &= ~frame["product_a"].isin(brought) & ~frame["product_b"].isin(brought)
    found = frame.assign(category=frame["category_a"], chance=chance, times=frame["both"] / chance)
    return found.loc[apart, columns].sort_values(["times", "product_a", "product_b"], ignore_index=True)


def false_discovery(p: np.ndarray, tests: int) -> np.ndarray:
    """p-values after Benjamini and Yekutieli (2001), for the smallest of ``tests`` p-values; the others are taken as 1."""
    p = np.asarray(p, dtype=float)
    if not len(p):
        return p
    tests = max(int(tests), len(p))
    harmonic = np.log(tests) + np.euler_gamma + 1 / (2 * tests) if tests > 1000 else (1 / np.arange(1, tests + 1)).sum()
    order = np.argsort(p, kind="stable")
    scaled = p[order] * tests * harmonic / np.arange(1, len(p) + 1)
    q = np.empty_like(p)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


def _tests(frame: pd.DataFrame) -> int:
    items = int(frame["items"].iloc[0]) if len(frame) else 0
    return items * (items - 1) // 2


def _filled(pairs: pd.DataFrame) -> pd.DataFrame:
    """``pairs`` with its optional columns."""
    frame = pairs.reset_index(drop=True)
    defaults = {
        "name_a": lambda t: t["product_a"],
        "name_b": lambda t: t["product_b"],
        "expected": lambda t: t["a"] * t["b"] / t["baskets"],
        "customers": lambda t: t["both"],
        "items": lambda t: pd.concat([t["product_a"], t["product_b"]]).nunique(),
    }
    return frame.assign(**{c: make for c, make in defaults.items() if c not in frame})


def _fisher(both: np.ndarray, a: np.ndarray, b: np.ndarray, baskets: np.ndarray, repeats: np.ndarray) -> np.ndarray:
    """Upper tail of the hypergeometric law: as many baskets with both or more, were a and b independent."""
    seen, first, second, whole = (np.rint(n / repeats) for n in (both, a, b, baskets))
    return stats.hypergeom.sf(seen - 1, whole, first, second)


def _by_size(both: np.ndarray, fewer: np.ndarray, expected: np.ndarray, repeats: np.ndarray) -> np.ndarray:
    """Upper tail of both among the baskets of the rarer item, were ``expected`` what baskets of these sizes bring."""
    chance = np.clip(expected / np.maximum(fewer, 1), 0, 1)
    return stats.binom.sf(np.rint(both / repeats) - 1, np.rint(fewer / repeats), chance)


def _jeffreys(seen: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = (stats.beta.ppf(tail, seen + 0.5, of - seen + 0.5) for tail in EDGES)
    return np.where(seen > 0, low, 0.0), np.where(seen < of, high, 1.0)
