"""A tiny client folder, written from the test's own words."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from playbook.engagement import Engagement, open_engagement

ORDERS = "order,day,sum,who,what\nA1,2026-01-05,10.50,C1,P1\nA1,2026-01-05,4.50,C1,P2\nA2,2026-02-07,20,C2,P1\n"
COLUMNS = {"order_id": "order", "order_date": "day", "revenue": "sum", "customer_id": "who", "product_id": "what"}


@pytest.fixture
def make_client(tmp_path: Path) -> Callable[..., Engagement]:
    """``make_client(raw={"orders.csv": "..."}, orders={...}, other_source={...}, keys={...})`` writes and opens a client.

    Without arguments: three good order lines. ``orders`` adds to or replaces keys of that source; further
    keyword arguments are further sources; ``orders=None`` leaves the table out. Every call is a client of its own.
    """
    numbers = itertools.count(1)

    def make(
        raw: dict[str, str | bytes] | None = None, orders: dict | None = (), keys: dict | None = None, **sources: dict
    ) -> Engagement:
        root = tmp_path / f"home-{next(numbers)}"
        folder = root / "data" / "acme"
        (folder / "raw").mkdir(parents=True, exist_ok=True)
        for name, content in {"orders.csv": ORDERS, **(raw or {})}.items():
            (folder / "raw" / name).parent.mkdir(exist_ok=True)
            (folder / "raw" / name).write_bytes(content.encode() if isinstance(content, str) else content)
        if orders is not None:
            sources = {"orders": {"path": "raw/orders.csv", "columns": COLUMNS, **dict(orders)}, **sources}
        values = {"name": "Acme", "currency": "EUR", "sources": sources, **(keys or {})}
        (folder / "client.yml").write_text(json.dumps(values), encoding="utf-8")  # JSON is YAML
        return open_engagement("acme", root=root)

    return make
