"""The five phases of consulting, in order, with the sections each one answers."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from playbook.errors import UsageError, did_you_mean
from playbook.locale import mark
from playbook.result.contract import Result

__all__ = ["PHASES", "STRATEGY", "Phase", "method_of", "phase"]


@dataclass(frozen=True)
class Phase:
    """One phase: its place in the order, its sections, and the section whose answer heads its report."""

    number: int
    id: str
    title: str
    question: str
    sections: tuple[str, ...]
    lead: str

    @property
    def room(self) -> str:
        """The package that holds the phase's methods."""
        return f"playbook.methods.{self.id.replace('-', '_')}"

    @property
    def stem(self) -> str:
        return f"{self.number:02d}-{self.id}"

    @property
    def notebook(self) -> str:
        return f"{self.stem}.ipynb"

    @property
    def page(self) -> str:
        return f"{self.stem}.html"


PHASES = (
    Phase(
        1,
        "needs-analysis",
        mark("Needs analysis"),
        mark("Where do we stand against our goals, where are sales lost, and can the data be trusted?"),
        ("scorecard", "data-audit", "bridge", "funnel", "customer-base", "voice", "needs"),
        lead="needs",
    ),
    Phase(
        2,
        "market-research",
        mark("Market research"),
        mark("Who are the customers, what are they worth, what will they buy, and how do prices compare?"),
        ("segments", "lifetime-value", "demand", "prices", "baskets", "market", "drivers"),
        lead="segments",
    ),
    Phase(
        3,
        "strategy",
        mark("Strategy"),
        mark("Whom to serve with what, by which next step, at which price, and with which budget?"),
        (
            "targeting",
            "scoring",
            "fairness",
            "retention",
            "next-step",
            "recommendations",
            "pricing",
            "budget",
            "stock",
            "risk",
            "service",
            "scenario",
            "plan",
        ),
        lead="plan",
    ),
    Phase(
        4,
        "monitoring",
        mark("Monitoring"),
        mark("Is the plan on track, what changed, and what needs a decision now?"),
        ("plan-tracking", "control-charts", "forecast-tracking", "drift", "campaigns", "alerts", "since-last"),
        lead="alerts",
    ),
    Phase(
        5,
        "evaluation",
        mark("Evaluation"),
        mark("What did it bring, was it the strategy that brought it, and what do we do next?"),
        ("impact", "returns", "lessons", "benchmarks"),
        lead="impact",
    ),
)
STRATEGY = PHASES[2]


def phase(name: str) -> Phase:
    """The phase of that id, number or notebook name. Raises UsageError with the known ids."""
    for one in PHASES:
        if name in {one.id, str(one.number), one.stem, one.notebook}:
            return one
    known = [one.id for one in PHASES]
    raise UsageError(f"There is no phase {name!r}.{did_you_mean(name, known)} Phases: {', '.join(known)}.")


def method_of(name: str) -> Callable[..., Result]:
    """The method that answers a section, by the section's id with ``_`` for ``-``. Raises KeyError for a name no section has."""
    for one in PHASES:
        if name.replace("_", "-") in one.sections:
            return getattr(importlib.import_module(f"{one.room}.{name}"), name)
    raise KeyError(name)
