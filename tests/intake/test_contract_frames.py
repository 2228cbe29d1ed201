import pandas as pd
import pytest

from playbook.intake.frames import FRAMES, lacking
from playbook.intake.tables import open_tables

CUSTOMERS = """who,since,until,monthly,tariff
C3,2025-01-15,,9.90,flat
C1,2025-02-01,2025-12-31,19.90,flat
C2,2025-03-01,2026-05-31,5,basic
C4,,2025-06-30,5,basic
C5,2026-09-01,,5,basic
C6,2025-08-01,2025-07-01,5,basic
"""
COLUMNS = {"customer_id": "who", "acquired_on": "since", "left_on": "until", "fee": "monthly", "contract": "tariff"}


@pytest.fixture
def tables(make_client):
    def make(columns: dict):
        source = {"path": "raw/c.csv", "columns": columns}
        return open_tables(make_client({"c.csv": CUSTOMERS}, keys={"as_of": "2026-01-31"}, customers=source))

    return make


def test_contracts_run_until_they_end_by_the_as_of_day(tables):
    frame = FRAMES["contracts"].build(tables(COLUMNS))
    assert frame["customer_id"].tolist() == ["C1", "C2", "C3"]  # without a first day, not yet begun, ended before begun: left out
    assert frame["start"].tolist() == [pd.Timestamp(d) for d in ("2025-02-01", "2025-03-01", "2025-01-15")]
    assert frame["end"].tolist()[0] == pd.Timestamp("2025-12-31") and frame["end"].isna().tolist() == [False, True, True]
    assert frame["fee"].tolist() == [19.9, 5.0, 9.9] and frame["contract"].tolist() == ["flat", "basic", "flat"]


def test_fee_and_kind_only_where_the_client_has_them(tables):
    few = {name: COLUMNS[name] for name in ("customer_id", "acquired_on", "left_on")}
    assert FRAMES["contracts"].build(tables(few)).columns.tolist() == ["customer_id", "start", "end"]


def test_without_a_last_day_there_are_no_contracts(tables):
    found = tables({"customer_id": "who", "acquired_on": "since"})
    assert lacking(FRAMES["contracts"], found) == ("customers (left_on)",)


def test_a_contract_younger_than_its_customer_counts_from_its_own_first_day(make_client):
    rows = "who,since,signed,until\nK1,2019-01-01,2025-03-01,\nK2,2019-01-01,,\nK3,2020-06-01,2024-01-01,2025-06-30\n"
    columns = {"customer_id": "who", "acquired_on": "since", "contract_on": "signed", "left_on": "until"}
    source = {"path": "raw/c.csv", "columns": columns}
    frame = FRAMES["contracts"].build(open_tables(make_client({"c.csv": rows}, keys={"as_of": "2026-01-31"}, customers=source)))
    assert frame["customer_id"].tolist() == ["K1", "K3"]  # K2 buys, and has never signed
    assert frame["start"].tolist() == [pd.Timestamp("2025-03-01"), pd.Timestamp("2024-01-01")]
    assert frame["end"].isna().tolist() == [True, False]
