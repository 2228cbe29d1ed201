from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Assumptions
from playbook.methods.market_research.lifetime.contract_survival import (
    MONTH,
    draw_curves,
    fit_retention,
    fit_sbg,
    kaplan_meier,
    months_held,
    sbg_survival,
)
from playbook.methods.market_research.lifetime.contract_worth import hold_out_contracts, monthly_fees, worth_by_contracts
from playbook.methods.market_research.lifetime.customer_worth import YEAR, Terms
from playbook.methods.market_research.lifetime_value import lifetime_value
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT, AS_OF = Formats("EUR"), pd.Timestamp("2026-06-30")
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241)


def _life_table(survivors) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Periods, whether ended, and how many: those lost in each period, and those who lasted."""
    lost, last = -np.diff(survivors), len(survivors) - 1
    return np.append(np.arange(1, last + 1), last), np.append(np.ones(last, dtype=bool), False), np.append(lost, survivors[-1])


def _contracts(rows: list[tuple[int, int | None]], fee: float = 10.0) -> pd.DataFrame:
    """Contracts from (months ago begun, months ago ended or None)."""
    start = [AS_OF - pd.Timedelta(days=round(begun * MONTH)) for begun, _ in rows]
    end = [pd.NaT if left is None else AS_OF - pd.Timedelta(days=round(left * MONTH)) for _, left in rows]
    return pd.DataFrame(
        {"customer_id": [f"c{i:05d}" for i in range(len(rows))], "start": start, "end": pd.to_datetime(end), "fee": fee}
    )


def _leaving(hazard: float, n: int, seed: int = 0) -> pd.DataFrame:
    """Contracts begun evenly over 60 months, of which a constant share ends every month."""
    rng = np.random.default_rng(seed)
    begun, length = rng.integers(1, 61, n), rng.geometric(hazard, n)
    return _contracts([(int(b), int(b - m) if m <= b else None) for b, m in zip(begun, length, strict=True)])


@pytest.fixture(scope="module")
def telco(shared_data) -> pd.DataFrame:
    return pd.read_csv(shared_data / "telco_churn" / "Telco-Customer-Churn.csv")


def test_sbg_as_published():
    # Fader & Hardie (2007), regular customers over seven renewals: alpha .704, beta 1.182 (NUMBERS: .7041, 1.1820).
    fit = fit_sbg(*_life_table(REGULAR))
    assert fit.estimates.round(4).tolist() == [0.7041, 1.1820] and not fit.at_bound
    # Their table 2: P(T = 1) = alpha / (alpha + beta), and 63 of 100 survive the first period.
    assert sbg_survival(fit.estimates, np.array([0.0, 1.0])) == pytest.approx([1, 1.1820 / (0.7041 + 1.1820)], abs=1e-4)
    # The following five renewals of the data: 223 207 194 183 173.
    assert 1000 * sbg_survival(fit.estimates, np.arange(8.0, 13.0)) == pytest.approx([223, 207, 194, 183, 173], abs=5)


@pytest.mark.realdata
def test_telco_survival(telco):
    # NUMBERS: Kaplan-Meier, telco, 12/24/48/72 months.
    curve = kaplan_meier(telco["tenure"].to_numpy(), (telco["Churn"] == "Yes").to_numpy())
    assert curve.set_index("month")["alive"].loc[[12, 24, 48, 72]].round(4).tolist() == [0.8432, 0.7887, 0.7088, 0.5928]
    assert (curve["low"] <= curve["alive"]).all() and (curve["alive"] <= curve["high"]).all()


@pytest.mark.realdata
def test_telco_as_a_client(telco):
    day = pd.Timestamp("2025-06-30")
    contracts = pd.DataFrame(
        {"customer_id": telco["customerID"], "start": day - pd.to_timedelta((telco["tenure"] * MONTH).round(), "D")}
    )
    contracts = contracts.assign(end=day, fee=telco["MonthlyCharges"], contract=telco["Contract"])
    contracts["end"] = contracts["end"].where(telco["Churn"] == "Yes")
    months, ended = months_held(contracts, day)
    assert (months[~ended] == telco["tenure"].to_numpy()[~ended]).all() and (
        months[ended] == telco["tenure"].to_numpy()[ended]
    ).all()
    result = lifetime_value(day.date(), Formats("USD"), Assumptions(gross_margin=0.4, acquisition_cost=200), None, contracts)
    groups = result.groups.set_index("segment")
    assert groups["customers"].sum() == 5174 and groups["active"].sum() == 5174
    assert groups["per_customer"].idxmin() == "Month-to-month" and result.model == "Kaplan-Meier and sBG" and result.k is None
    assert result.clv_cac == pytest.approx(result.new_customer.value / 200)
    assert len(result.figures()) == 2 and all(figure.svg for figure in result.figures())


def test_kaplan_meier_by_hand():
    # Ended after 1, 2 and 3 of four and one still running after 2: 3/4, x 2/3, x 0/1.
    curve = kaplan_meier(np.array([1, 2, 2, 3]), np.array([True, True, False, True]))
    assert curve["alive"].tolist() == pytest.approx([1, 3 / 4, 1 / 2, 0]) and curve["running"].tolist() == [4, 4, 3, 1]


def test_months_of_contracts():
    months, ended = months_held(_contracts([(12, None), (12, 2), (0, None), (3, 3)]), AS_OF)
    assert months.tolist() == [12, 10, 0, 1] and ended.tolist() == [False, True, False, True]


def test_worth_of_a_contract_by_hand():
    # Nobody leaves but one in the first month of 100 that began 36 months ago: fee 10, margin .5, no discount, 12 months ahead.
    found = worth_by_contracts(
        _contracts([(36, None)] * 99 + [(36, 35)]),
        pd.Series([10.0] * 100),
        AS_OF,
        Terms(0.5, 0.0, YEAR),
        np.zeros(100, dtype=int),
        1,
    )
    first = found.worth.customers.iloc[0]
    assert len(found.worth.customers) == 99 and first["alive"] == 1
    # Beyond month 36 the model carries on: those who were to leave have left, 99 % stay a month at least.
    assert 0.95 * 60 < first["value"] <= 60 and first["low"] <= first["value"] <= first["high"] == 60
    # A new one pays at once, and one in a hundred leaves in its first month: 5 + 11 x 5 x .99.
    assert found.newcomer.value == pytest.approx(5 + 11 * 5 * 0.99)


def test_worth_follows_the_share_that_leaves():
    contracts = _leaving(0.05, 4000)
    found = worth_by_contracts(contracts, contracts["fee"], AS_OF, Terms(1.0, 0.0, YEAR), np.zeros(4000, dtype=int), 1)
    exact = 10 * (0.95 ** np.arange(1, 13)).sum()
    running = int(contracts["end"].isna().sum())
    assert found.worth.customers["value"].mean() == pytest.approx(exact, rel=0.02)
    assert found.newcomer.value == pytest.approx(10 * (0.95 ** np.arange(12)).sum(), rel=0.02)
    low, high = np.quantile(found.worth.totals[:, 0], [0.1, 0.9])
    assert low < running * exact < high and high - low < 0.1 * running * exact


def test_curves_of_other_samples_scatter_like_greenwood():
    months, ended = months_held(_leaving(0.03, 1500), AS_OF)
    retention = fit_retention(months, ended)
    drawn = draw_curves(retention, 40, 400, np.random.default_rng(0))
    curve = retention.curve.set_index("month")
    spread = (curve["high"] - curve["low"]).loc[[6, 24]] / (2 * 1.2816)
    assert drawn[:, [6, 24]].std(axis=0) == pytest.approx(spread.to_numpy(), rel=0.15)
    assert drawn[:, 24].mean() == pytest.approx(curve.at[24, "alive"], abs=0.005)


def test_hold_out_knows_the_share_that_leaves():
    held = hold_out_contracts(_leaving(0.04, 5000), AS_OF, 30, 10)
    assert held.step == "month" and len(held.course) == 7 and abs(held.miss) < 0.15
    assert held.course["actual"].is_monotonic_increasing and held.course["expected"].is_monotonic_increasing


def test_hold_out_needs_contracts_that_ended_before():
    assert hold_out_contracts(_contracts([(24, 1)] * 20 + [(24, None)] * 20), AS_OF, 30, 10) is None
    assert hold_out_contracts(_contracts([]), AS_OF, 30, 10) is None


def test_fees_from_orders_where_none_is_kept():
    contracts = _contracts([(24, None), (6, None), (24, 14)]).drop(columns="fee")
    orders = pd.DataFrame({"customer_id": ["c00000", "c00001", "c00001"], "day": [AS_OF] * 3, "revenue": [120.0, 30.0, -6.0]})
    fees, read = monthly_fees(contracts, orders, AS_OF)
    assert read == "orders" and fees[:2].tolist() == pytest.approx([120 / 11.99, 24 / 6], rel=0.01) and np.isnan(fees[2])
    assert monthly_fees(contracts, None, AS_OF) == (None, "")


def test_contracts_without_fee_or_orders_are_locked():
    contracts = _leaving(0.05, 100).drop(columns="fee")
    result = lifetime_value(AS_OF.date(), FMT, Assumptions(), None, contracts)
    assert isinstance(result, Locked) and "fee" in result.unlock[0]


@pytest.mark.parametrize("hazard", [0.001, 0.9])
def test_contracts_that_hardly_or_nearly_all_end(hazard):
    contracts = pd.concat([_leaving(hazard, 400, 3), _contracts([(12, None)] * 3 + [(12, 6)] * 12)], ignore_index=True)
    contracts["customer_id"] = [f"x{i}" for i in range(len(contracts))]
    result = lifetime_value(AS_OF.date(), FMT, Assumptions(), None, contracts)
    assert result.total_low <= result.total <= result.total_high and np.isfinite(result.total_high)
    assert [figure.alt for figure in result.figures()] and result.clv_cac is None


def test_some_fees_missing_and_odd_kinds():
    kinds = ["基本", "<b>$x$</b>", None]
    contracts = _leaving(0.05, 900).assign(contract=[kinds[i % 3] for i in range(900)])
    contracts.loc[::7, "fee"] = np.nan
    result = lifetime_value(date(2026, 6, 30), FMT, Assumptions(acquisition_cost=1e6), None, contracts)
    assert "less than" in result.headline and {"基本", "<b>$x$</b>"} <= set(result.groups["segment"])
    assert any("no fee" in note.text for note in result.assumptions)


def test_beyond_the_data_contracts_end_at_the_pace_last_seen():
    # Nobody leaves in the first 12 months, then one in twenty every month: the model alone has seen few leave early.
    rng = np.random.default_rng(2)
    begun, length = rng.integers(1, 37, 6000), 12 + rng.geometric(0.05, 6000)
    months, ended = np.where(length <= begun, length, begun), length <= begun
    retention = fit_retention(months, ended)
    alive = retention.survival(48)
    assert retention.seen == 36 and alive[48] / alive[36] == pytest.approx(0.95**12, rel=0.1)
    assert np.all(np.diff(alive) <= 0) and retention.survival(20).tolist() == alive[:21].tolist()


def test_words_about_contracts_that_are_all_alike():
    result = lifetime_value(AS_OF.date(), FMT, Assumptions(acquisition_cost=31), None, _leaving(0.04, 3000))
    told = {f.id: f.sentence for f in result.findings}
    assert "contracts were expected to end" in told["lifetime-check"] and "under contract today" in told["lifetime-base"]
    assert "lifetime-top" not in told and "are running" in told["lifetime-ending"]  # a tenth that holds a tenth is no finding
