"""Two cycles of one client: what the first evaluation learned opens the second needs analysis and prices the second strategy."""

import json

import numpy as np
import pandas as pd
import pytest

from home import make_home, run_playbook
from playbook.engagement import open_engagement
from playbook.methods.strategy.advising.advice import load_advice
from playbook.methods.strategy.targeting import targeting
from playbook.run.archive import past_memory
from playbook.run.study import study

FIRST, SECOND = "2025-06-30", "2025-12-31"
CLIENT = """\
name: Acme
industry: retail
currency: EUR
parameters: {gross_margin: 0.4}
sources:
  orders: {path: raw/orders.csv, columns: {order_id: No, order_date: Date, customer_id: Customer, revenue: Amount}}
  interventions: {path: raw/mail.csv, columns: {intervention_id: Id, customer_id: Customer, group: Group}}
interventions:
  - {id: spring-mail, name: Spring mail, start: 2025-03-03, end: 2025-03-30, cost: 100}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A shop of 240 customers from 2023 on; half of them, by lot, got a mail that doubled what they buy for four weeks."""
    folder = make_home(tmp_path_factory.mktemp("cycles"))
    rng = np.random.default_rng(3)
    weeks = pd.date_range("2023-01-02", SECOND, freq="7D")
    rate = rng.gamma(1.2, 0.25, 240)[:, None] * np.ones(len(weeks))
    rate[:120, (weeks >= "2025-03-03") & (weeks <= "2025-03-30")] *= 2
    customer, week = np.repeat(np.argwhere(rate > 0), rng.poisson(rate).ravel(), axis=0).T
    days = weeks[week] + pd.to_timedelta(rng.integers(0, 7, len(week)), unit="D")
    amount = rng.gamma(9, 6, len(week)).round(2)
    orders = pd.DataFrame({"Date": days.strftime("%Y-%m-%d"), "Customer": customer, "Amount": amount})
    orders = orders[orders["Date"] <= SECOND].sort_values("Date").reset_index(names="No")
    client = folder / "data" / "acme"
    (client / "raw").mkdir(parents=True)
    (client / "client.yml").write_text(CLIENT, encoding="utf-8")
    orders.to_csv(client / "raw" / "orders.csv", index=False)
    mail = pd.DataFrame({"Id": "spring-mail", "Customer": range(240), "Group": ["treated"] * 120 + ["control"] * 120})
    mail.to_csv(client / "raw" / "mail.csv", index=False)
    done = run_playbook(folder, "run", "acme", "--as-of", FIRST, "--phase", "evaluation")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_first_cycle_leaves_its_test_and_the_updated_effects(home):
    acme = open_engagement("acme", SECOND, root=home)
    left = {(one.kind, one.id): one for one in past_memory(acme, acme.as_of)}
    test, lift = left["test", "spring-mail"], left["lift", "potential-next-product"]
    assumed = next(a for a in load_advice()["potential"] if a.id == "potential-next-product").lift
    assert test.evidence == "shown" and test.days == lift.days == 28
    assert assumed.expected < lift.value < test.value  # between what was assumed and what was measured
    assert lift.high - lift.low < test.high - test.low
    assert left["forecast", "revenue-2025-07"].unit == "money"


def test_the_second_needs_analysis_opens_with_the_first_lessons(home):
    done = run_playbook(home, "run", "acme", "--as-of", SECOND, "--phase", "needs-analysis")
    assert done.returncode == 0, done.stdout + done.stderr
    reports = home / "reports" / "acme"
    (lesson,) = (x for x in json.loads((reports / FIRST / "lessons.json").read_text("utf-8")) if x["id"] == "spring-mail")
    found = json.loads((reports / SECOND / "findings.json").read_text("utf-8"))
    needs = [f for f in found if f["section"] == "needs"]
    assert needs[0]["id"] == "needs-lesson-spring-mail" and lesson["sentence"] in needs[0]["sentence"]
    assert lesson["sentence"] in (reports / SECOND / "01-needs-analysis.html").read_text("utf-8")


def test_the_second_strategy_plans_with_the_updated_effect(home):
    acme = open_engagement("acme", SECOND, root=home)
    lifts = {one.id: one for one in past_memory(acme, acme.as_of) if one.kind == "lift"}
    actions = study(acme, targeting).actions
    measured = actions[actions["action_id"].isin(lifts)]
    assert len(measured)
    for row in measured.itertuples():
        assert row.lift == pytest.approx(lifts[row.action_id].value * 28 / 365)
        assert row.source.startswith("your own test, weighed")
    first = study(open_engagement("acme", FIRST, root=home), targeting).actions  # nothing had been learned by then
    assert not first["source"].str.startswith("your own test, weighed").any()
