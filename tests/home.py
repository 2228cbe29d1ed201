"""A playbook's home for tests: its own data/, notebooks/ and reports/, so that no test touches the project's."""

import os
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

__all__ = ["CLIENT", "ROOT", "make_home", "orders", "run_playbook", "tiny_client"]


def make_home(folder: Path, *clients: str) -> Path:
    """A home below ``folder`` with the house notebooks and copies of bundled clients."""
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    (folder / "data").mkdir()
    for client in clients:
        shutil.copytree(ROOT / "data" / client, folder / "data" / client)
    return folder


def tiny_client(home: Path, name: str = "acme", **changes: str) -> Path:
    """A client with three years of one order a day, small enough to break on purpose; returns its folder.

    ``changes`` replace whole files: ``client_yml`` and ``orders_csv``.
    """
    folder = home / "data" / name
    (folder / "raw").mkdir(parents=True)
    (folder / "client.yml").write_text(changes.get("client_yml", CLIENT), encoding="utf-8")
    (folder / "raw" / "orders.csv").write_text(changes.get("orders_csv", orders()), encoding="utf-8")
    return folder


CLIENT = """\
name: Acme
currency: EUR
as_of: 2025-12-31
sources:
  orders: {path: raw/orders.csv, columns: {order_id: No, order_date: Date, customer_id: Customer, revenue: Amount}}
"""


def orders(days: int = 1096) -> str:
    """Orders of 60 customers, one a day from 2023-01-01, as CSV text."""
    rows = (f"{i},{date(2023, 1, 1) + timedelta(days=i)},c{i * 7 % 60},{20 + i % 13}.50" for i in range(days))
    return "No,Date,Customer,Amount\n" + "\n".join(rows) + "\n"


def run_playbook(home: Path, *words: str) -> subprocess.CompletedProcess:
    """The command as a user types it, in a process of its own, in that home."""
    variables = {**os.environ, "PLAYBOOK_HOME": str(home), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "playbook", *words], cwd=home, env=variables, capture_output=True, text=True, check=False
    )
