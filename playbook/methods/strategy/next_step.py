"""Next step: what to do at each step of the way to a sale, what that is worth against today, and which steps sales hang on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.locale import mark
from playbook.methods.needs_analysis.path.steps import step_order
from playbook.methods.strategy.setting_prices.discounts import enough_to_guide, known_deals
from playbook.methods.strategy.stepping.figures import policy_figure
from playbook.methods.strategy.stepping.findings import Stepped, findings, headline
from playbook.methods.strategy.stepping.key_steps import key_steps
from playbook.methods.strategy.stepping.policy import Advice, Money, advise
from playbook.methods.strategy.stepping.proposal import proposals
from playbook.methods.strategy.stepping.tables import assumptions, choices, tables
from playbook.methods.strategy.stepping.ways import NOTHING, Ways, deal_ways, read_ways
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["NextStep", "next_step"]

FEWEST_CASES, FEWEST_SALES = 200, 30
YEAR_DAYS, YEAR_MONTHS = 365.0, 12
WON = "won"


@dataclass(frozen=True, kw_only=True)
class NextStep(Result):
    """``ways`` as counted, ``advice`` with the policy, what it is worth and how sure that is (None where no action is recorded);
    ``choices``: step, action, cases, share, better (worth of a case beyond today's mix) with better_low and better_high, advised;
    ``key_steps``: step, reached, sale, removal. Money is gross margin of a case, or revenue where no margin is known."""

    ways: Ways = field(repr=False)
    advice: Advice | None = field(repr=False)
    choices: pd.DataFrame
    key_steps: pd.DataFrame

    def figures(self) -> tuple[Figure, ...]:
        """Today's actions at each step beside the one advised."""
        return (policy_figure(self.choices, self.fmt),) if self.advice is not None else ()


@section(
    "next-step",
    "Which step next brings a sale closer?",
    promise="the action worth most at each step, its value against today's practice, and the steps that sales depend on",
    one_of=("path_actions", "opportunities"),
)
def next_step(
    parameters: Assumptions,
    as_of: date,
    fmt: Formats,
    path_actions: pd.DataFrame | None = None,
    journey_steps: pd.DataFrame | None = None,
    opportunities: pd.DataFrame | None = None,
    months: pd.DataFrame | None = None,
    stages: tuple[str, ...] = (),
    action_costs: Mapping[str, float] | None = None,
) -> NextStep | Locked:
    """Solve the Markov decision process behind the journeys of the last year, or behind the deals closed within it.

    Chances are smoothed (``chances``), the policy is exact (``policy_iteration``), its gain is judged on cases that did not
    choose it (``advise``). A sale brings what it brought in the journeys (``value``), else the mean order, times the gross
    margin; a deal see ``deal_ways``. Where no action is recorded only the key steps are told. Locked below 200 cases or 30
    sales, and for deals whose discounts are advised with the prices (``discount_guide``).
    """
    deals = path_actions is None or path_actions.empty
    if deals:
        if _guided(opportunities, as_of, parameters.gross_margin):
            return _locked(
                fmt, mark("Which discount to give is answered with the prices; what else was done in deals is not recorded")
            )
        source, sale, order = _deals(opportunities, as_of, parameters.gross_margin), WON, ()
    else:
        source, sale, order = path_actions, *_journeys(path_actions, journey_steps, stages)
    ways = None if source.empty else read_ways(source, sale, order)
    if ways is None or not ways.steps or ways.chosen.sum() < FEWEST_CASES or ways.chosen @ ways.won < FEWEST_SALES:
        return _locked(fmt, mark("No next step can be advised yet: too few journeys are known to their end"))
    brings, known = (_by_discount(source, ways), True) if deals else _sale(source, sale, months, parameters.gross_margin)
    advice = None
    if len(ways.actions) > 1 and known:
        costs = _costs(source, ways, action_costs or {})
        advice = advise(ways, Money(brings, costs, _discount(source, ways, parameters.discount_rate)))
    told = Stepped(
        fmt=fmt,
        ways=ways,
        advice=advice,
        choices=choices(ways, advice) if advice is not None else pd.DataFrame(),
        keys=key_steps(ways),
        sale=brings,
        known=known,
        priced=deals or bool(action_costs) or "cost" in source,
        margin=parameters.gross_margin,
        deals=deals,
        times=float(source["times"].iloc[0]) if "times" in source else 1.0,
    )
    return NextStep(
        fmt=fmt,
        headline=headline(told),
        findings=findings(told),
        tables=tables(told),
        assumptions=assumptions(told),
        proposals=proposals(told),
        ways=ways,
        advice=advice,
        choices=told.choices,
        key_steps=told.keys,
    )


def _locked(fmt: Formats, headline: str) -> Locked:
    need = fmt.say(
        "journeys (journey_id, step, step_at, action) with {cases} cases and {sales} sales within a year, or a pipeline"
        " (stage, amount, discount) with as many closed deals",
        cases=fmt.count(FEWEST_CASES), sales=fmt.count(FEWEST_SALES),
    )  # fmt: skip
    return Locked(
        fmt=fmt,
        headline=headline,
        unlock=(need,),
        promise=next_step.section.promise,
    )


def _journeys(
    path_actions: pd.DataFrame, journey_steps: pd.DataFrame | None, stages: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """The step that ends journeys well, and the steps in order."""
    order = step_order(journey_steps, stages) if journey_steps is not None else tuple(stages)
    known = tuple(step for step in order if (path_actions["step"] == step).any())
    return known[-1] if known else str(path_actions["step"].iloc[-1]), known


def _guided(opportunities: pd.DataFrame | None, as_of: date, margin: float | None) -> bool:
    """Whether ``discount_guide`` answers: the same discounts must not be advised, and counted, twice."""
    some = opportunities is not None and len(opportunities) > 0
    return some and enough_to_guide(known_deals(opportunities, as_of, margin)[0])


def _deals(opportunities: pd.DataFrame | None, as_of: date, margin: float | None) -> pd.DataFrame:
    """Deals closed within the year as ways. Without a gross margin all is revenue, so that no cost counts."""
    if opportunities is None or opportunities.empty:
        return pd.DataFrame()
    counted = opportunities if margin is not None else opportunities.drop(columns="cost", errors="ignore")
    deals = known_deals(counted, as_of, 1.0 if margin is None else margin)[0]
    return deal_ways(deals[(deals["end"] != "open") & deals["recent"]])


def _by_discount(source: pd.DataFrame, ways: Ways) -> np.ndarray:
    """(S, A) what a deal of each size brings when it is won at each discount; 0 where none was given."""
    brings = (
        source[source["place"] == 0].drop_duplicates(["step", "action"]).pivot(index="step", columns="action", values="value")
    )
    return brings.reindex(index=list(ways.steps), columns=list(ways.actions)).fillna(0.0).to_numpy()


def _sale(source: pd.DataFrame, sale: str, months: pd.DataFrame | None, margin: float | None) -> tuple[float, bool]:
    """What one sale brings in margin (revenue without a margin), and whether that is known at all."""
    ends = source[source["step"] == sale]
    if "value" in ends and (value := ends["value"] @ ends["cases"]) > 0:
        return float(value / ends["cases"].sum()) * (margin or 1.0), True
    if months is not None and len(months) and (orders := months["orders"].tail(YEAR_MONTHS).sum()) > 0:
        return float(months["revenue"].tail(YEAR_MONTHS).sum() / orders) * (margin or 1.0), True
    return 1.0, False


def _costs(source: pd.DataFrame, ways: Ways, stated: Mapping[str, float]) -> np.ndarray:
    """(A,) what an action costs: as stated in client.yml, else the mean of the client's own column, else nothing."""
    by_name = {name.casefold(): cost for name, cost in stated.items()}
    seen = pd.Series(dtype=float)
    if "cost" in source:
        named = source["action"].astype("string").fillna(NOTHING).str.strip().str.casefold()
        sums = (source["cost"].fillna(0.0) * source["cases"]).groupby(named).sum()
        seen = sums / source["cases"].groupby(named).sum()
    return np.array([by_name.get(a.casefold(), float(seen.get(a.casefold(), 0.0))) for a in ways.actions])


def _discount(source: pd.DataFrame, ways: Ways, rate: float) -> np.ndarray:
    """(S,) what a unit is worth that comes one move later, by the mean days to it; just below 1 where no days are known."""
    if "days" not in source:
        return np.full(len(ways.steps), 1.0)
    timed = source.dropna(subset=["days"])
    days = (timed["days"] * timed["cases"]).groupby(timed["step"]).sum() / timed["cases"].groupby(timed["step"]).sum()
    return (1 + rate) ** -(days.reindex(list(ways.steps)).fillna(0.0).clip(lower=0).to_numpy() / YEAR_DAYS)
