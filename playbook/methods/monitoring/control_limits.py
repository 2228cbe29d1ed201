"""The weeks that control charts watch, for the sections that speak of them."""

from playbook.methods.monitoring.charting.limits import WATCHED

__all__ = ["WATCHED"]
