"""The generator: a whole client with every table and the truth behind it, in memory."""

from measure import cpu
from playbook.generate import generate_client


def test_seconds_per_thousand_customers(note):
    for customers in (3_000, 12_000):
        client, cost = cpu(lambda customers=customers: generate_client(customers=customers))
        lines = len(client.tables["orders"])
        assert len(client.tables["customers"]) > 0.9 * customers
        note(
            f"generator, {customers:,} customers", f"{1000 * cost.cpu / customers:.2f} s a thousand", "order lines", f"{lines:,}"
        )
