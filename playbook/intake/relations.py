"""Rules between rows: duplicate keys, repeated lines, ids that point nowhere, words that client.yml does not know."""

from collections.abc import Mapping
from datetime import date
from typing import get_args

import ibis

from playbook.engagement import SHARES, Engagement, Kpi
from playbook.intake.rules import EXAMPLES, TOTALS, Facts, holding, places
from playbook.intake.schema import FEATURE, TABLES
from playbook.intake.sent import Sent
from playbook.intake.sources import FILE, ROW
from playbook.intake.verdict import Check
from playbook.locale import Verbatim, mark, said, said_n

__all__ = ["client_checks", "duplicate_checks", "relation_checks"]


def relation_checks(name: str, sent: Mapping[str, Sent], facts: Facts, currency: str) -> list[Check]:
    """Repeated order lines, orders with two customers, and ids that point nowhere, of one table."""
    checks = _repeated(sent[name], facts, currency) + _two_customers(sent[name], facts) if name == "orders" else []
    for column, other in TABLES[name].links:
        if other in sent and column in sent[name].rows.columns:
            checks += _orphans(name, sent, facts, column, other, currency)
    return checks


def duplicate_checks(name: str, sent: Sent, facts: Facts) -> list[Check]:
    """Keys that stand in more than one row of one table."""
    rows, key = sent.rows, list(TABLES[name].key)
    if not key or not set(key) <= set(rows.columns):
        return []
    repeated = rows.group_by(key).aggregate(times=rows.count())
    repeated = repeated.filter(repeated.times > 1)
    surplus = (repeated.times - 1).sum().to_pyarrow().as_py()
    if not surplus:
        return []
    words = " + ".join(key)
    shown = rows.semi_join(repeated, key).order_by([*key, FILE, ROW])
    return [
        Check(
            "duplicate-key",
            "stop",
            name,
            key[0],
            surplus,
            facts.rows,
            places(shown, key[-1]),
            said(
                "Every row should be {row}, but the same {key} stands in several: sums and averages would count it twice.",
                row=TABLES[name].row,
                key=Verbatim(words),
            ),
            said("Please say which row is right, or map {key} to the columns that tell the rows apart.", key=Verbatim(words)),
        )
    ]


def _repeated(sent: Sent, facts: Facts, currency: str) -> list[Check]:
    rows = sent.rows.drop(ROW, FILE)
    if "product_id" not in rows.columns:
        return []  # two equal lines of one order are then nothing unusual
    # Of 64 bits two different lines share one in less than one case in a million, up to ten million lines.
    different = rows.select(line=ibis.struct({c: rows[c] for c in rows.columns}).hash()).distinct().count().to_pyarrow().as_py()
    if different == facts.rows:
        return []
    lines = rows.group_by(list(rows.columns)).aggregate(times=rows.count())
    lines = lines.filter(lines.times > 1)
    money = (lines.revenue * (lines.times - 1)).sum().to_pyarrow().as_py()
    first = lines.order_by(list(rows.columns)).limit(1)
    shown = sent.rows.semi_join(first, [sent.rows[c].identical_to(first[c]) for c in rows.columns])
    return [
        Check(
            "repeated-line",
            "caution",
            "orders",
            None,
            facts.rows - different,
            facts.rows,
            places(shown, "order_id"),
            holding(
                mark(
                    "These lines equal another line in every column. They are counted; if they were exported twice, revenue is"
                    " too high."
                ),
                money,
                currency,
            ),
            "Please say whether an article can stand twice in an order, and whether two files overlap.",
        )
    ]


def _two_customers(sent: Sent, facts: Facts) -> list[Check]:
    rows = sent.rows
    if "customer_id" not in rows.columns:
        return []
    orders = rows.group_by("order_id").aggregate(one=rows.customer_id.min(), other=rows.customer_id.max(), lines=rows.count())
    mixed = orders.filter(orders.one != orders.other)
    lines = mixed.lines.sum().to_pyarrow().as_py()
    if not lines:
        return []
    return [
        Check(
            "two-customers",
            "caution",
            "orders",
            "customer_id",
            lines,
            facts.rows,
            places(rows.semi_join(mixed, "order_id"), "order_id"),
            "The same order stands under more than one customer; each counts as an order of its own.",
            "Please say whether order numbers start again each year or in each shop; if so, we need one that never repeats.",
        )
    ]


def _orphans(name: str, sent: Mapping[str, Sent], facts: Facts, column: str, other: str, currency: str) -> list[Check]:
    rows, total = sent[name].rows, TOTALS.get(name)
    rows = rows.filter(rows[column].notnull())
    sums = {"money": rows[total].sum()} if total in rows.columns else {"money": ibis.null("float64")}
    ids = rows.group_by(column).aggregate(lines=rows.count(), **sums)
    unknown = ids.anti_join(sent[other].rows, column).to_pandas().sort_values(["lines", column], ascending=[False, True])
    if unknown.empty:
        return []
    lines, money = int(unknown["lines"].sum()), unknown["money"].sum() if total in rows.columns else None
    return [
        Check(
            "unknown-id",
            "caution",
            name,
            column,
            lines,
            facts.rows,
            tuple(f"{row[column]!r} in {row['lines']:,} rows" for row in unknown.head(EXAMPLES).to_dict("records")),
            holding(
                said_n(
                    "{n} value of {column} ({share} of the rows) is not in the {other} table: it counts in totals, but not where"
                    " that table is needed.",
                    "{n} values of {column} ({share} of the rows) are not in the {other} table: they count in totals, but not"
                    " where that table is needed.",
                    len(unknown),
                    column=Verbatim(column),
                    share=f"{lines / facts.rows:.1%}",
                    other=other,
                ),
                money,
                currency,
            ),
            said("Please send a complete {other} export, and check that ids are written the same way in both.", other=other),
        )
    ]


def client_checks(engagement: Engagement, sent: Mapping[str, Sent], facts: Mapping[str, Facts]) -> list[Check]:
    """What client.yml says against what the tables hold: interventions and the KPIs of the plan."""
    checks = []
    if "plan" in sent:
        rows = sent["plan"].rows
        unknown = rows.filter(rows.kpi.notin(get_args(Kpi)))
        if count := unknown.count().to_pyarrow().as_py():
            checks.append(
                Check(
                    "unknown-kpi",
                    "caution",
                    "plan",
                    "kpi",
                    count,
                    facts["plan"].rows,
                    places(unknown, "kpi"),
                    "Targets of a KPI that we do not know are left out of the plan.",
                    said("Use one of {kpis}: see values in client.yml.", kpis=", ".join(get_args(Kpi))),
                )
            )
        checks += _targets(rows, facts["plan"].rows)
    return checks + _protected(engagement, sent) + _interventions(engagement, sent, facts)


def _targets(rows: ibis.Table, of: int) -> list[Check]:
    """Targets that no KPI can reach: below nothing, or shares above one."""
    wrong = rows.filter(((rows.target <= 0) & (rows.kpi != "nps")) | (rows.kpi.isin(sorted(SHARES)) & (rows.target > 1)))
    if not (count := wrong.count().to_pyarrow().as_py()):
        return []
    reason = mark("A target of nothing or less, or a share above 1, cannot be a plan; it is followed as it stands.")
    remedy = mark("Write shares as 0.32 for 32 percent, and ask what the target should be.")
    return [Check("odd-target", "caution", "plan", "target", count, of, places(wrong, "target"), reason, remedy)]


def _protected(engagement: Engagement, sent: Mapping[str, Sent]) -> list[Check]:
    """Protected attributes that no column bears: nobody would be judged by them, and nobody would notice."""
    held = {name.removeprefix(FEATURE) for table in sent.values() for name in table.rows.columns}
    absent = [name for name in engagement.protected if name not in held]
    reason = mark(
        "No table has a column of that name, so no score can be judged by it, and a column of another name is learnt from."
    )
    remedy = mark("Write the name as client.yml maps it, or as it stands in the file under features.")
    return [Check("unknown-protected", "caution", "client.yml", name, 0, 0, (), reason, remedy) for name in absent]


def _interventions(engagement: Engagement, sent: Mapping[str, Sent], facts: Mapping[str, Facts]) -> list[Check]:
    checks, named = [], {i.id for i in engagement.interventions}
    if "interventions" in sent:
        rows, of = sent["interventions"].rows, facts["interventions"].rows
        strange = rows.filter(rows.intervention_id.notin(sorted(named))) if named else rows
        if count := strange.count().to_pyarrow().as_py():
            checks.append(
                Check(
                    "unnamed-intervention",
                    "note",
                    "interventions",
                    "intervention_id",
                    count,
                    of,
                    places(strange, "intervention_id"),
                    "These interventions are not in client.yml, so nobody knows when they ran and what they cost. "
                    "They are not evaluated.",
                    "Add id, start, end and cost of each under interventions in client.yml.",
                )
            )
        listed = set(rows.select("intervention_id").distinct().to_pyarrow()["intervention_id"].to_pylist())
        rolled_out = {i.id for i in engagement.interventions if i.regions}
        if everybody := sorted(named - listed - rolled_out):
            checks.append(
                Check(
                    "unlisted-intervention",
                    "note",
                    "interventions",
                    "intervention_id",
                    len(everybody),
                    len(named),
                    tuple(everybody),
                    "The table names nobody for these interventions; they are evaluated as if they had reached every customer.",
                    "If only some customers were reached, please send the list.",
                )
            )
    return checks + _regions(engagement, sent) + _outside(engagement, facts)


def _regions(engagement: Engagement, sent: Mapping[str, Sent]) -> list[Check]:
    """Regions of a rollout in client.yml that no customer lives in."""
    if not any(i.regions for i in engagement.interventions):
        return []
    known = set()
    if "customers" in sent and "region" in sent["customers"].rows.columns:
        known = set(sent["customers"].rows.select("region").distinct().to_pyarrow()["region"].to_pylist())
    unknown = [(i.label, name) for i in engagement.interventions for name in i.regions if name not in known]
    if not unknown:
        return []
    return [
        Check(
            "unknown-region",
            "caution",
            "interventions",
            "regions",
            len(unknown),
            sum(len(i.regions) for i in engagement.interventions),
            tuple(f"{label}: {name}" for label, name in unknown),
            "No customer has these regions, so the rollout cannot be measured there.",
            "Write them in client.yml as the customers table does.",
        )
    ]


def _outside(engagement: Engagement, facts: Mapping[str, Facts]) -> list[Check]:
    orders = facts.get("orders")
    if orders is None or orders.first is None:
        return []
    last: date = min(orders.last, engagement.as_of or orders.last)
    outside = [i for i in engagement.interventions if i.start > last or (i.end or last) <= orders.first]
    if not outside:
        return []
    return [
        Check(
            "intervention-outside",
            "caution",
            "interventions",
            None,
            len(outside),
            len(engagement.interventions),
            tuple(f"{i.label}: {i.start} to {i.end or 'now'}" for i in outside),
            said(
                "These interventions lie outside the orders, {first} to {last}; their effect cannot be measured.",
                first=orders.first,
                last=last,
            ),
            "Check start and end in client.yml, or send orders of that time.",
        )
    ]
