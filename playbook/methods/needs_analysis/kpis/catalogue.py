"""KPIs: the measures a goal can name, as data (catalogue.yml), and each one's monthly course."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import pandas as pd

from playbook.locale.data import data_file
from playbook.methods.needs_analysis.feedback.satisfaction import LATE, net_promoter
from playbook.methods.needs_analysis.kpis.data import YEAR, Data, by_month, full_months
from playbook.methods.needs_analysis.kpis.ratios import ratio_parts
from playbook.methods.needs_analysis.kpis.shares import share_counts
from playbook.result.formats import Formats, Unit

__all__ = ["CATALOGUE", "YEAR", "Indicator", "kpi_course"]


@dataclass(frozen=True)
class Indicator:
    """One KPI: name, formula and first lever, unit, kind, which way is good, and what it needs.

    ``needs``: columns by table; ``states``: keys under ``parameters`` in client.yml.
    """

    id: str
    label: str
    formula: str
    lever: str
    unit: Unit
    kind: Literal["flow", "level", "ratio", "share", "score", "snapshot"]
    good: Literal["up", "down"]
    needs: Mapping[str, tuple[str, ...]]
    states: tuple[str, ...] = ()

    def unlock(self, fmt: Formats) -> str:
        """What a client has to send for it, as ``"journeys (journey_id, step, step_at)"``."""
        tables = (
            fmt.say("{table} ({columns})", table=fmt.told(table), columns=fmt.say(", ").join(columns))
            for table, columns in self.needs.items()
        )
        return fmt.listed([*tables, *(fmt.say("{key} under parameters in client.yml", key=key) for key in self.states)])

    @property
    def in_points(self) -> bool:
        """Whether a change of it is given in points, not in percent."""
        return self.unit == "share" or self.kind == "score"

    @property
    def number(self) -> int:
        """Grammatical number of its label: customers stand, revenue stands."""
        return 2 if self.unit == "count" else 1


CATALOGUE: Mapping[str, Indicator] = MappingProxyType(
    {name: Indicator(id=name, **entry) for name, entry in data_file(__package__, "catalogue.yml").items()}
)


def kpi_course(kpi: str, *, window: int = YEAR, **frames) -> pd.Series:
    """A KPI's value in every complete calendar month, indexed by the month's first day.

    ``frames`` are fields of ``Data``. Flows, levels and ratios are those of the month. Shares and scores are taken over the
    ``window`` months that end with it: repeat rate and churn only where the window is full (a shorter one misleads),
    the others over what there is, shares from three months on. Empty when the data for the KPI are missing, and for a
    snapshot, which has no course. Raises KeyError for a KPI that is not in the catalogue.
    """
    kind, data = CATALOGUE[kpi].kind, Data(**frames)
    if kind == "share":
        counts = share_counts(kpi, data, window)
        return (counts["hits"] / counts["cases"]).where(counts["cases"] > 0).dropna().rename(kpi)
    if kind == "ratio":
        parts = ratio_parts(kpi, data)
        return (parts["above"] / parts["below"].where(parts["below"] > 0)).dropna().rename(kpi)
    if kind == "score":
        return _scores(data, window).rename(kpi)
    return _from_months(kpi, None if kind == "snapshot" else data.months)


def _from_months(kpi: str, months: pd.DataFrame | None) -> pd.Series:
    unknown_customers = kpi == "customers" and months is not None and months["orders"].any() and not months["customers"].any()
    if months is None or months.empty or unknown_customers:
        return pd.Series(dtype="float64", index=pd.DatetimeIndex([], name="month"), name=kpi)
    return pd.Series(months[kpi].to_numpy("float64"), index=pd.DatetimeIndex(months["month"], name="month"), name=kpi).dropna()


def _scores(data: Data, window: int) -> pd.Series:
    """The net promoter score of the answers in the window that ends with each month."""
    answers = data.survey_answers
    if answers is None or "recommend" not in answers:
        return pd.Series(dtype="float64", index=pd.DatetimeIndex([], name="month"))
    known = answers.dropna(subset=["recommend"])
    month = pd.to_datetime(known["date"]).dt.to_period("M")
    span = full_months(pd.to_datetime(known["date"]), data.last_day, late=LATE.days)
    values = {}
    for last in span:
        scores = known.loc[(month > last - window) & (month <= last), "recommend"]
        if len(scores):
            values[last] = net_promoter(scores).value
    return by_month(pd.Series(values, index=pd.PeriodIndex(list(values), freq="M"), dtype="float64"))
