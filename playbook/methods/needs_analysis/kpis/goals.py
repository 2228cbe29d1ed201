"""Goals: each objective of client.yml against where its KPI stands."""

from dataclasses import dataclass, replace

from scipy.stats import norm

from playbook.engagement import Objective
from playbook.locale import mark
from playbook.methods.needs_analysis.chance import share_range
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.methods.needs_analysis.kpis.data import YEAR, Data
from playbook.methods.needs_analysis.kpis.standing import Standing
from playbook.methods.needs_analysis.kpis.worth import PERIODS, current, gap_to, worth
from playbook.result.contract import Evidence
from playbook.result.formats import LEVEL

__all__ = ["Goal", "measure_goal", "monthly_target", "partial"]

SURE = 0.95
NEARLY = 1e-9  # of the target: less is the rounding of floats, and no gap
WIDER = norm.ppf((1 + SURE) / 2) / norm.ppf((1 + LEVEL) / 2)
_FULL_YEAR = {"repeat_rate", "churn"}


@dataclass(frozen=True)
class Goal:
    """One objective against where its KPI stands, both per the objective's own period; ``gap`` is positive when short.

    ``how``: what its worth rests on, a key of the catalogue.
    """

    objective: Objective
    standing: Standing | None
    now: float | None = None
    gap: float | None = None
    worth: float | None = None
    how: str = ""

    @property
    def met(self) -> bool:
        return self.gap is not None and self.gap <= NEARLY * self.objective.target

    @property
    def early(self) -> bool:
        """Whether it is too early to tell: a rate of less than a year still rises, to its goal or beyond it."""
        return self.standing is not None and partial(self.standing) and self.met != (self.standing.indicator.good == "up")

    @property
    def evidence(self) -> Evidence:
        """A plain count is shown; of an estimate, whether its distance to the target is beyond chance."""
        stood, target = self.standing, self.objective.target
        if stood is None:
            return "not shown"
        if partial(stood):
            return "indicative"
        if stood.low is None or self.now != stood.now:
            return "shown"
        if stood.low <= target <= stood.high:
            return "indicative"
        if stood.hits is None:  # the normal curve's range, made wider
            low, high = (stood.now + (end - stood.now) * WIDER for end in (stood.low, stood.high))
        else:
            low, high = share_range(stood.hits, stood.cases, level=SURE)
        return "likely" if low <= target <= high else "shown"


def measure_goal(objective: Objective, standings: dict[str, Standing], data: Data) -> Goal:
    """The goal with its gap and what closing it is worth; without a standing when its KPI cannot be measured."""
    stood = standings.get(objective.kpi)
    now = None if stood is None else current(stood, objective, data)
    if now is None:
        return Goal(objective, None)
    gap = gap_to(stood, objective.target, now)
    goal = Goal(objective, stood, now, gap, how=mark("reached"))
    if goal.met:
        return goal
    if partial(stood):
        return replace(goal, how=mark("not priced: a rate of a year needs a whole year of data"))
    money, how = worth(stood, gap, now, data)
    return replace(goal, worth=money, how=how)


def partial(stood: Standing) -> bool:
    """Whether the data are too short for a rate that needs a whole year: it will still move."""
    return stood.indicator.id in _FULL_YEAR and stood.months < YEAR


def monthly_target(objective: Objective) -> float | None:
    """The target as it stands in a chart of months; None where it holds for a longer period and does not add up."""
    if CATALOGUE[objective.kpi].kind == "flow":
        return objective.target * PERIODS[objective.per] / PERIODS["month"]
    return None if objective.kpi == "customers" and objective.per != "month" else objective.target
