"""``study``: the one way a notebook calls a method.

    funnel_result = study(acme, funnel)

The method's parameters say what it needs; ``study`` fills them by name from the client's tables, from
earlier results and from client.yml, runs the method, and keeps the result for the phases after.
"""

import inspect
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import pandas as pd

from playbook.engagement import Engagement
from playbook.errors import UsageError, did_you_mean
from playbook.result.contract import Locked, Result
from playbook.result.formats import Formats
from playbook.result.told import told
from playbook.run.archive import past_memory, peer_kpis
from playbook.run.feedback import read_feedback
from playbook.run.gathered import GATHERED, gathered
from playbook.run.kept import beside, keep, known, past_findings, past_lessons, past_plan, recall, stored
from playbook.run.phases import method_of
from playbook.run.turns import turn

__all__ = ["study"]

Method = Callable[..., Result]
AHEAD = "-ahead"


def study(engagement: Engagement, method: Method, **settings) -> Result:
    """Answer one question for one client.

    ``settings`` are the method's own tuning values (``k_max=6``). Returns the method's result, or a
    ``Locked`` result that names the tables which would unlock it. Raises UsageError for a setting the
    method does not have, and IntakeError when the client's data cannot be trusted at all.
    """
    signature = inspect.signature(method)
    for name in settings:
        if name not in signature.parameters:
            known = [p.name for p in signature.parameters.values() if p.kind is p.KEYWORD_ONLY]
            raise UsageError(
                f"{method.__name__} has no setting {name!r}.{did_you_mean(name, known)} Settings: {', '.join(known) or 'none'}."
            )
    if settings:
        return _answer(engagement, method, signature, settings)
    with turn(engagement, method.__name__):
        return _ahead(engagement, method) or _answer(engagement, method, signature, settings)


def _answer(engagement: Engagement, method: Method, signature: inspect.Signature, settings: dict) -> Result:
    started = perf_counter()
    given, missing = _fill(engagement, signature, settings)
    result = _locked(engagement, method, missing) if missing else method(**given)
    result = told(replace(result, section=method.section, seconds=perf_counter() - started))
    keep(engagement, method.__name__, result)
    return result


def _fill(engagement: Engagement, signature: inspect.Signature, settings: dict) -> tuple[dict, tuple[str, ...]]:
    """Arguments for the method, and what is missing for those that have no default."""
    given, missing = dict(settings), []
    for parameter in signature.parameters.values():
        name = parameter.name
        if name in given:
            continue
        if name in GATHERED:
            value, lacks = _from_tables(engagement, name)
        elif name in _VALUES:
            value, lacks = _VALUES[name](engagement), ()
        elif _is_result(parameter):
            value, lacks = _earlier(engagement, name)
        else:
            continue  # a tuning value at its default
        if not lacks:
            given[name] = value
        elif parameter.default is parameter.empty:
            missing.extend(lacks)
    return given, tuple(dict.fromkeys(missing))


def _is_result(parameter: inspect.Parameter) -> bool:
    """Whether a method is given another one's result by that parameter."""
    given = parameter.name in GATHERED or parameter.name in _VALUES
    return not given and (parameter.default is None or parameter.default is parameter.empty)


_VALUES: dict[str, Callable[[Engagement], object]] = {
    "fmt": lambda e: Formats(e.currency, e.language),
    "interventions": lambda e: e.interventions,
    "objectives": lambda e: e.objectives,
    "action_costs": lambda e: e.action_costs,
    "channel_limits": lambda e: e.channel_limits,
    "industry": lambda e: e.industry,
    "network": lambda e: e.network,
    "protected": lambda e: e.protected,
    "service_feedback": read_feedback,
    "parameters": lambda e: e.parameters,
    "segment_rules": lambda e: e.segment_rules,
    "stages": lambda e: e.stages,
    "past_findings": lambda e: past_findings(e, gathered(e, "as_of")[0]),
    "past_lessons": lambda e: past_lessons(e, gathered(e, "as_of")[0]),
    "past_memory": lambda e: past_memory(e, gathered(e, "as_of")[0]),
    "past_plan": lambda e: past_plan(e, gathered(e, "as_of")[0]),
    "peer_kpis": lambda e: peer_kpis(e, gathered(e, "as_of")[0]),
}


def _from_tables(engagement: Engagement, name: str) -> tuple[object | None, tuple[str, ...]]:
    value, lacks = gathered(engagement, name)
    # A shallow copy under copy-on-write: a method that wrote into its input could not change what the next one sees.
    return (value.copy(deep=False) if isinstance(value, pd.DataFrame) else value), lacks


def _earlier(engagement: Engagement, name: str) -> tuple[Result | None, tuple[str, ...]]:
    """The result of another method: as an earlier phase kept it, or worked out now with the method's defaults."""
    result = recall(engagement, name)
    if result is None:
        result = study(engagement, method_of(name))
        keep(engagement, name + AHEAD, result)
    return (None, result.unlock) if isinstance(result, Locked) else (result, ())


def _ahead(engagement: Engagement, method: Method) -> Result | None:
    """The answer that this run worked out already with the method's defaults: for an earlier notebook, or beside this process."""
    name = method.__name__
    result = stored(engagement, name + AHEAD) or beside(engagement, name)
    if result is None or method is not method_of(name):
        return None
    keep(engagement, name, result)  # with its lists and what later reports remember of it
    for parameter in filter(_is_result, inspect.signature(method).parameters.values()):
        if not known(engagement, parameter.name):  # what it rests on is kept, too, as if it had been worked out here
            _earlier(engagement, parameter.name)
    return result


def _locked(engagement: Engagement, method: Method, missing: tuple[str, ...]) -> Locked:
    fmt = Formats(engagement.currency, engagement.language)
    headline = fmt.say("Not answered yet: {question}", question=fmt.told(method.section.question))
    return Locked(fmt=fmt, headline=headline, unlock=missing, promise=method.section.promise)
