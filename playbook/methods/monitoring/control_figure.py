"""The measures that control charts watch, for the sections that speak of them."""

from playbook.methods.monitoring.charting.figure import KPIS

__all__ = ["KPIS"]
