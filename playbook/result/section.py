"""Section: the label a method carries: its stable id, the question it answers, and what it would show.

@section("funnel", "Where are sales lost?", promise="conversion per step and the costliest leak")
def funnel(journey_steps, *, fmt): ...
"""

from collections.abc import Callable

from playbook.result.contract import Result, Section

__all__ = ["section"]


def section(id: str, question: str, promise: str, one_of: tuple[str, ...] = ()):
    """Mark a function as the method that answers the section ``id``; its parameters name what it needs.

    A parameter is filled by name: a frame of ``playbook.intake.frames``, the result of another method
    (parameter ``segments`` is what the method ``segments`` returned), or a value of the engagement (``fmt``,
    ``as_of``, ``industry``, ``objectives``, ``parameters``, ``interventions``, ``segment_rules``, ``network``, ``stages``,
    ``protected``, ``channel_limits``, ``action_costs``, ``past_findings``, ``past_lessons``,
    ``past_memory``, ``past_plan``, ``peer_kpis``, ``service_feedback``, ``audit``). With a default of None a
    frame or result is optional, without one its absence locks the section. ``one_of`` names optional frames of
    which one at least must be there.
    """

    def mark(method: Callable[..., Result]) -> Callable[..., Result]:
        method.section = Section(id, question, promise, one_of)
        return method

    return mark
