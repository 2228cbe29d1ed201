"""Funnel: where on their way customers or deals are lost, wait or turn back, and what the costliest step is worth."""

from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from playbook.intake.frames.selling import SEPARATOR
from playbook.locale import mark
from playbook.methods.needs_analysis.path.channel_credit import Credit, channel_credit
from playbook.methods.needs_analysis.path.deals import YEAR_DAYS
from playbook.methods.needs_analysis.path.figures import path_figure, split_figure, times_figure
from playbook.methods.needs_analysis.path.findings import funnel_findings, funnel_headline
from playbook.methods.needs_analysis.path.leaks import Path, Reference, costliest, deal_path, journey_path
from playbook.methods.needs_analysis.path.moves import Loops, loops, step_moves
from playbook.methods.needs_analysis.path.splits import Split, reference_of, splits_at
from playbook.methods.needs_analysis.path.stalls import Stalls, stalled_deals, stalled_journeys
from playbook.methods.needs_analysis.path.tables import funnel_assumptions, funnel_tables
from playbook.methods.needs_analysis.path.times import recent_moves, step_times
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Funnel", "funnel"]

SEVERAL = 0.05  # share of the journeys that have to meet more than one channel, for credit to be a question
_NEEDS = (mark("journeys (journey_id, step, step_at)"), mark("pipeline (opportunity_id, stage)"))


@dataclass(frozen=True, kw_only=True)
class Funnel(Result):
    """The way to the sale.

    ``path``: its steps and groups; ``leak``: the costliest step; ``reference``: the group that shows what is possible there.
    ``splits``: that step by channel, owner and product; ``times``: days at each step (see ``step_times``); ``moves``: where
    journeys go from each step (see ``step_moves``); ``loops``: what becomes of those that turn back; ``stalls``: open cases that
    wait unusually long; ``credit``: what each channel adds. The last three are None, and the frames empty, without data for them.
    """

    path: Path
    leak: str | None
    reference: Reference | None
    splits: tuple[Split, ...] = field(default=(), repr=False)
    times: pd.DataFrame = field(repr=False)
    moves: pd.DataFrame = field(repr=False)
    loops: Loops | None = None
    stalls: Stalls | None = None
    credit: Credit | None = None

    def figures(self) -> tuple[Figure, ...]:
        drawn = path_figure(self.path, self.leak, self.fmt), split_figure(self.splits, self.path, self.fmt), times_figure(
            self.times, self.path, self.fmt
        )  # fmt: skip
        return tuple(figure for figure in drawn if figure)


@section(
    "funnel",
    "Where are sales lost?",
    promise="conversion and time per step, where deals stall, the costliest leak and what one point more there is worth",
    one_of=("journey_steps", "opportunities"),
)
def funnel(
    fmt: Formats,
    as_of: date,
    journey_steps: pd.DataFrame | None = None,
    opportunities: pd.DataFrame | None = None,
    order_totals: pd.DataFrame | None = None,
    journey_moves: pd.DataFrame | None = None,
    journey_states: pd.DataFrame | None = None,
    channel_paths: pd.DataFrame | None = None,
    stages: tuple[str, ...] = (),
) -> Result:
    """How many journeys reach each step in the year up to ``as_of``, what the steps between cost, and how long they take.

    Journeys are preferred; without them the pipeline's end states serve (opened, closed, won). Steps stand in the client's
    order (``stages``), in the known order of a sale, or by the mean rank of their first reach; intervals of shares are
    Wilson's. Returns Locked with neither table, with fewer than two different steps, or with no closed deal.
    """
    path = None
    if journey_steps is not None:
        path = journey_path(journey_steps, order_totals, as_of, stages, opportunities)
    if path is None and opportunities is not None:
        path = deal_path(opportunities, as_of)
    if path is None:
        return _locked(fmt, journey_steps is None and opportunities is None)
    found = costliest(path)
    splits = splits_at(path, found[0]["step"]) if found else ()
    if splits:
        path = replace(path, group=splits[0].by)
    reference = reference_of(splits[0]) if splits else None
    order = tuple(path.stages["step"]) if path.case == "journeys" else ()
    recent = None if journey_moves is None or not order else recent_moves(journey_moves)
    times = step_times(pd.DataFrame(_NO_MOVES) if recent is None else recent, order)
    moves = step_moves(pd.DataFrame(_NO_MOVES) if recent is None else recent)
    turned = None if journey_states is None or not order else loops(_begun(journey_states, as_of), journey_steps, order[-1])
    stalls = _stalls(path, journey_states, times, opportunities, as_of)
    credit = _credit(channel_paths, order)
    return Funnel(
        fmt=fmt,
        headline=funnel_headline(found, path, fmt),
        findings=funnel_findings(path, found, splits, reference, times, turned, stalls, credit, fmt),
        tables=funnel_tables(path, found, splits, times, moves, stalls, credit, fmt),
        assumptions=funnel_assumptions(path, order_totals, splits, times, credit, as_of, fmt),
        path=path, leak=found[0]["step"] if found else None, reference=reference, splits=splits, times=times, moves=moves,
        loops=turned, stalls=stalls, credit=credit,
    )  # fmt: skip


_NO_MOVES = {"recent": [], "step": [], "next_step": [], "back": [], "days": [], "cases": []}


def _locked(fmt: Formats, absent: bool) -> Locked:
    unlock = fmt.say("journeys with at least two different steps, or closed deals, in the last twelve months")
    if absent:
        unlock = fmt.listed(map(fmt.told, _NEEDS), "or")
    return Locked(
        fmt=fmt,
        headline="Not answered yet: where sales are lost",
        unlock=(unlock,),
        promise=funnel.section.promise,
        section=funnel.section,
    )


def _begun(journey_states: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Journeys that began in the year."""
    return journey_states[journey_states["began"] >= pd.Timestamp(as_of) - pd.Timedelta(days=YEAR_DAYS - 1)]


def _stalls(
    path: Path, states: pd.DataFrame | None, times: pd.DataFrame, opportunities: pd.DataFrame | None, as_of: date
) -> Stalls | None:
    if path.case == "journeys" and states is not None:
        found = stalled_journeys(states, times, path.stages["step"].iloc[-1], as_of, opportunities)
        if found is not None:
            return found
    return None if opportunities is None else stalled_deals(opportunities, as_of)


def _credit(channel_paths: pd.DataFrame | None, order: tuple[str, ...]) -> Credit | None:
    """Credit of the channels where journeys meet several; the sale is the last step of the way."""
    if channel_paths is None or channel_paths.empty or not order:
        return None
    several = channel_paths["cases"].where(channel_paths["channels"] > 1, 0).sum() / channel_paths["cases"].sum()
    if several < SEVERAL:
        return None
    ended = (SEPARATOR + channel_paths["steps"] + SEPARATOR).str.contains(SEPARATOR + order[-1] + SEPARATOR, regex=False)
    cases = channel_paths["cases"]
    counted = channel_paths[["path"]].assign(conversions=cases.where(ended, 0), nulls=cases.where(~ended, 0))
    return channel_credit(counted, SEPARATOR)
