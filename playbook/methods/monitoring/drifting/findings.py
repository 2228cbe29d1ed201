"""What drift says: one finding a matter (columns, scores, segments, channels, mix, prices), and what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from playbook.methods.market_research.grouping.migration import NEW_SINCE
from playbook.methods.monitoring.drifting.grades import MODERATE, STRONG
from playbook.methods.monitoring.drifting.people import SCORES
from playbook.methods.monitoring.drifting.sales import HELD
from playbook.methods.strategy.predicting.wording import column_name
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import Formats

__all__ = ["ACTIONS", "MATTERS", "Told", "findings", "headline", "moves_finding", "row_name"]

_SIZES = {"slight": "slightly ", STRONG: "strongly "}
NAMED = 3  # columns that a sentence names
QUARTERS = 4
MATTERS = MappingProxyType(
    {
        "customers": ("customers", "have"),
        "cases": ("cases", "have"),
        "score": ("scores", "have"),
        "calibration": ("how well scores meet what happens", "has"),
        "segments": ("segment sizes", "have"),
        "channel": ("channels", "have"),
        "mix": ("the product mix", "has"),
        "price": ("prices", "have"),
    }
)
ACTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "customers": ("Ask what changed in how customers are won or recorded; then learn scores and segments anew.", "marketing"),
        "cases": ("Ask what changed in how cases come in or are recorded; then learn the score anew.", "whoever keeps the score"),
        "score": ("Do not work the list by last quarter's threshold: take the best so many, and learn the score anew.", "sales"),
        "calibration": (
            "Read chances corrected by this much, and learn the score anew on recent cases.",
            "whoever keeps the score",
        ),
        "segments": ("Size budgets and lists by today's segments, not by last year's.", "marketing"),
        "channel": ("Check whether the shift was wanted; move service and budget where orders come from.", "marketing"),
        "mix": ("Check margins of what grows, and stock of it; forecast by product group.", "purchasing"),
        "price": ("Check whether the change was decided; if not, find who gave the discounts.", "sales"),
    }
)


@dataclass(frozen=True)
class Told:
    """Words of one run: by kind, ``when`` says what the present is compared with and ``caveat`` what else could explain a
    difference (nothing where it is empty); ``revenue_quarter``: of the weeks whose prices are compared, if known."""

    fmt: Formats
    when: Mapping[str, str]
    caveat: Mapping[str, str]
    revenue_quarter: float | None

    def evidence(self, row) -> Evidence:
        """Shown where the difference is more than chance and nothing else is known to explain it."""
        if row.grade == "none":
            return "not shown"
        return "indicative" if self.caveat[row.kind] else "shown"


def row_name(row) -> str:
    """What was compared, in words."""
    return column_name(row.name) if row.kind in {"customers", "cases"} else row.name


def headline(rows: pd.DataFrame, told: Told) -> str:
    """What drifted most, or that nothing did."""
    alerts = rows[rows["grade"].isin([STRONG, "moderate"])]
    if alerts.empty:
        count = len(rows)
        return f"Nothing that matters has drifted: {count} {'comparison' if count == 1 else 'comparisons'}, no alert"
    (first, verb), *rest = (MATTERS[kind] for kind in dict.fromkeys(alerts["kind"]))
    strong = alerts["grade"].iloc[0] == STRONG
    more = f", and so {rest[0][1] if len(rest) == 1 else 'have'} {_and([name for name, _ in rest])}" if rest else ""
    caveats = {told.caveat[kind] for kind in alerts["kind"]}
    maybe = (
        f"; {caveats.pop()[0].lower()}{told.caveat[alerts['kind'].iloc[0]][1:-1]}" if len(caveats) == 1 and all(caveats) else ""
    )
    return f"{first[0].upper()}{first[1:]} {verb} changed {'strongly' if strong else 'noticeably'}{more}{maybe}"


def findings(rows: pd.DataFrame, told: Told, more: tuple[Finding | None, ...] = ()) -> tuple[Finding, ...]:
    """One finding a kind in the order of MATTERS, those with nothing to say last; then ``more``, where there are any."""
    found = []
    for kind in MATTERS:
        of_kind = rows[rows["kind"] == kind]
        if len(of_kind):
            found.append((of_kind["grade"].eq("none").all(), _SENTENCES[kind](of_kind, told)))
    ordered = [finding for quiet, finding in sorted(found, key=lambda pair: pair[0])]
    return (*ordered, *(one for one in more if one is not None))


def moves_finding(migration: pd.DataFrame, when: str, fmt: Formats) -> Finding | None:
    """The move between two segments that cost most; ``migration`` as in ``Segments``. None where no move cost anything."""
    known = migration[(migration["then"] != NEW_SINCE) & (migration["then"] != migration["now"])]
    change = known["revenue_after"] - known["revenue_before"]
    if not (change < 0).any():
        return None
    flow, lost = known.loc[change.idxmin()], float(-change.min())
    people = f"{fmt.count(flow['customers'])} {'customer' if flow['customers'] == 1 else 'customers'}"
    return Finding(
        "drift-moves",
        f"The costliest move between segments, against {when}: {people} from {flow['then']} to {flow['now']}, "
        f"who brought {fmt.money(flow['revenue_after'])} instead of {fmt.money(flow['revenue_before'])}.",
        value=-lost,
        unit="money",
        n=int(flow["customers"]),
        evidence="indicative",  # some always fall, as others rise
        action=f"Ask the largest of them why; the list of segments names who is {flow['now']} now.",
        owner="sales",
    )


def _columns(rows: pd.DataFrame, told: Told) -> Finding:
    fmt, alerts = told.fmt, rows[rows["grade"].isin([STRONG, "moderate"])]
    of = f"{fmt.count(len(rows))} {'column' if len(rows) == 1 else 'columns'}"
    kind = rows["kind"].iloc[0]
    of += f" that {'describes' if len(rows) == 1 else 'describe'} {kind}"
    if alerts.empty:
        slight = int((rows["grade"] == "slight").sum())
        some = f"; {slight} differ{'s' if slight == 1 else ''} slightly" if slight else ""
        return _quiet(kind, rows, f"None of {of} has shifted noticeably against {told.when[kind]}{some}.")
    named = [f"{row_name(r)} ({_change(r, fmt)})" for r in alerts.head(NAMED).itertuples()]
    have = "has" if len(alerts) == 1 else "have"
    more = f" and {len(alerts) - NAMED} more" if len(alerts) > NAMED else ""
    return _alert(alerts, told, f"{len(alerts)} of {of} {have} shifted against {told.when[kind]}: {', '.join(named)}{more}.")


def _score(rows: pd.DataFrame, told: Told) -> Finding:
    r, fmt = next(rows.itertuples()), told.fmt
    means = f"{fmt.share(r.now)} on average instead of {fmt.share(r.before)}"
    others = f"those of {r.name.removeprefix(SCORES)} with a known end"
    if r.grade == "none":
        return _quiet("score", rows, f"The {r.name} spread as {others}: {means}, no more than chance.")
    return _alert(rows, told, f"The {r.name} have shifted {_SIZES.get(r.grade, '')}against {others}: {means}.")


def _calibration(rows: pd.DataFrame, told: Told) -> Finding:
    r, fmt = next(rows.itertuples()), told.fmt
    said = f"Of the latest {fmt.count(r.rows_now)} scored, {fmt.share(r.now)} ended with yes, {fmt.share(r.before)} were expected"
    if r.grade == "none":
        rest = "the scores hold" if abs(r.size) < MODERATE else "more than a little, but chance may explain it"
        return _quiet("calibration", rows, f"{said}: {rest}.")
    return _alert(rows, told, f"{said}: the scores are {fmt.share(abs(r.size))} too {'low' if r.size > 0 else 'high'}.")


def _level(kind: str, what: str) -> Callable[[pd.DataFrame, Told], Finding]:
    def sentence(rows: pd.DataFrame, told: Told) -> Finding:
        r, fmt = next(rows.itertuples()), told.fmt
        most = f"{r.level} {fmt.share(r.now)} instead of {fmt.share(r.before)}"
        if r.grade == "none":
            return _quiet(kind, rows, f"{what} is as before, against {told.when[kind]}; {most} is the largest difference.")
        return _alert(rows, told, f"{what} has shifted {_SIZES.get(r.grade, '')}against {told.when[kind]}: {most}.")

    return sentence


def _price(rows: pd.DataFrame, told: Told) -> Finding:
    r, fmt = next(rows.itertuples()), told.fmt
    change = r.size / HELD
    what = f"The same {fmt.count(r.rows_now)} products cost {fmt.share(abs(change))} {'more' if change > 0 else 'less'}"
    against = f"than in {told.when['price']}"
    if r.grade == "none":
        return _quiet("price", rows, f"{what} {against}, which chance may explain.")
    known = told.revenue_quarter is not None and change < 0 and not told.caveat["price"]
    lost = told.revenue_quarter * QUARTERS * -change / (1 + change) if known else None
    a_year = f", {fmt.money(lost)} a year at today's sales" if lost else ""
    return _alert(rows, told, f"{what} {against}{a_year}.", value=change, money=lost)


def _change(r, fmt: Formats) -> str:
    if isinstance(r.level, str):
        return f"{r.level} {fmt.share(r.now)} instead of {fmt.share(r.before)}"
    return f"{fmt.value(r.now, r.unit)} instead of {fmt.value(r.before, r.unit)}"


def _quiet(kind: str, rows: pd.DataFrame, sentence: str) -> Finding:
    return Finding(f"drift-{kind}", sentence, n=int(rows["rows_now"].max()), evidence="not shown")


def _alert(rows: pd.DataFrame, told: Told, sentence: str, value: float | None = None, money: float | None = None) -> Finding:
    r = next(rows.itertuples())
    action, owner = ACTIONS[r.kind]
    caveat = f" {told.caveat[r.kind]}" if told.caveat[r.kind] else ""
    return Finding(
        f"drift-{r.kind}",
        f"{sentence}{caveat}",
        value=r.size if value is None else value,
        unit="number" if value is None else "share",
        n=int(r.rows_now),
        money=money,
        evidence=told.evidence(r),
        action=action if r.grade != "slight" else None,
        owner=owner if r.grade != "slight" else None,
    )


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


_SENTENCES: Mapping[str, Callable[[pd.DataFrame, Told], Finding]] = MappingProxyType(
    {
        "customers": _columns,
        "cases": _columns,
        "score": _score,
        "calibration": _calibration,
        "segments": _level("segments", "The spread of customers over the segments"),
        "channel": _level("channel", "The share of the channels in orders"),
        "mix": _level("mix", "The mix of revenue by product group"),
        "price": _price,
    }
)
