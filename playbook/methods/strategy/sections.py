"""Sections: all methods of the phase by name, for the one import of its notebook."""

from playbook.methods.strategy.budget import budget
from playbook.methods.strategy.fairness import fairness
from playbook.methods.strategy.next_step import next_step
from playbook.methods.strategy.plan import plan
from playbook.methods.strategy.pricing import pricing
from playbook.methods.strategy.recommendations import recommendations
from playbook.methods.strategy.retention import retention
from playbook.methods.strategy.risk import risk
from playbook.methods.strategy.scenario import scenario
from playbook.methods.strategy.scoring import scoring
from playbook.methods.strategy.service import service
from playbook.methods.strategy.stock import stock
from playbook.methods.strategy.targeting import targeting

__all__ = [
    "budget",
    "fairness",
    "next_step",
    "plan",
    "pricing",
    "recommendations",
    "retention",
    "risk",
    "scenario",
    "scoring",
    "service",
    "stock",
    "targeting",
]
