"""Frames: the small pandas tables that methods work on, aggregated where the rows lie.

A method names the frames it wants as its parameters; ``study`` builds them. Each frame declares the
tables and columns it needs, so that a report can say what would unlock a section. A file a subject:
importing it registers its frames.
"""

from playbook.intake.frames import (  # noqa: F401  registers the frames
    baskets,
    cases,
    contracts,
    deliveries,
    inventory,
    market,
    net_weeks,
    orders,
    path_actions,
    people,
    planning,
    products,
    purchases,
    selling,
    snapshots,
    spending_events,
    voice,
)
from playbook.intake.frames.frame import FRAMES, Frame, lacking
from playbook.intake.frames.orders import FIRST_DAYS

__all__ = ["FIRST_DAYS", "FRAMES", "Frame", "lacking"]
