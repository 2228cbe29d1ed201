import pickle
from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Assumptions, open_engagement
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.market_research.lifetime_value import lifetime_value
from playbook.methods.strategy.keeping.persuasion import learn_persuasion
from playbook.methods.strategy.keeping.qini import measure_qini, qini_coefficient
from playbook.methods.strategy.keeping.trials import case_trials
from playbook.methods.strategy.keeping.uplift import learn_uplift
from playbook.methods.strategy.retention import retention
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT, AS_OF = Formats("EUR"), date(2026, 10, 31)
DAY = pd.Timestamp(AS_OF)
STATED = Assumptions(gross_margin=0.4, contact_cost=0.5)
HILLSTROM = ("recency", "history", "mens", "womens", "zip_code", "newbie", "channel")


def _shop(customers: int = 150, seed: int = 0) -> pd.DataFrame:
    """Monthly buyers; a fifth went silent 70 days ago, a fifth two years ago."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(customers):
        silent = (0, 0, 0, 70, 700)[i % 5]
        for ago in np.arange(rng.integers(5, 30), 1000, 30) + rng.integers(0, 6):
            if ago >= silent:
                rows.append((f"c{i:03}", DAY - pd.Timedelta(days=int(ago)), 100.0 + rng.normal(0, 10)))
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "revenue"])
    return frame.assign(order_id=range(len(frame)), units=1.0)


@pytest.fixture(scope="module")
def shop():
    orders = _shop()
    return orders, lifetime_value(AS_OF, FMT, STATED, orders)


def test_the_silent_slip_the_long_silent_are_gone_and_the_list_adds_up(shop):
    orders, worth = shop
    before = orders.copy()
    found = retention(AS_OF, FMT, STATED, worth, orders)
    assert orders.equals(before)
    risk = found.risk.set_index("customer_id")
    number = risk.index.str[1:].astype(int) % 5
    assert (risk.loc[number == 4, "state"] == "gone").all()
    assert risk.loc[number == 3, "state"].isin(["slipping", "in doubt", "gone"]).mean() > 0.9
    assert (risk.loc[number < 3, "state"] == "steady").mean() > 0.95
    # Who stays buys about once a month for 100 at a margin of 0.4: 480 a year or so.
    assert risk.loc[number < 3, "stays"].mean() == pytest.approx(487, rel=0.1)
    assert (risk["at_risk"] >= 0).all() and (risk["at_risk"] <= risk["stays"] + 1e-9).all()
    (proposal,) = found.proposals
    listed = set(proposal.lines["key"])
    assert listed and listed <= set(risk.index[risk["state"].isin(["slipping", "in doubt"])])
    frame = proposal.worklist.frame
    assert frame["value"].sum() == pytest.approx(proposal.value) and frame["cost"].sum() == pytest.approx(proposal.cost)
    assert (frame["value"] == frame["at_risk"] * 0.05).all()
    assert frame["reason"].str.startswith("silent for").all()
    assert len(found.figures()) == 1 and found.figures()[0].alt
    again = pickle.loads(pickle.dumps(found))
    assert again.headline == found.headline


def test_without_margin_or_cost_it_says_so(shop):
    orders, worth = shop
    found = retention(AS_OF, FMT, Assumptions(), lifetime_value(AS_OF, FMT, Assumptions(), orders), orders)
    told = " ".join(a.text for a in found.assumptions)
    assert "revenue and not profit" in told and "No contact_cost" in told
    assert "revenue" in found.headline
    dear = retention(AS_OF, FMT, Assumptions(gross_margin=0.4, contact_cost=500.0), worth, orders)
    assert dear.proposals == () and "no customer is worth contacting" in dear.headline


def test_where_nobody_is_seen_to_leave_no_sum_at_risk_is_told():
    """Everybody buys to this day, some often and some seldom: the model lies at its edge, where nobody ever leaves."""
    rng = np.random.default_rng(3)
    rows = [
        (f"c{i:03}", DAY - pd.Timedelta(days=int(ago)))
        for i in range(90)
        for ago in np.cumsum(rng.exponential((20, 60, 90)[i % 3], 60)) if ago < 600
    ]  # fmt: skip
    orders = pd.DataFrame(rows, columns=["customer_id", "day"]).assign(revenue=60.0, units=1.0)
    orders["order_id"] = range(len(orders))
    found = retention(AS_OF, FMT, STATED, lifetime_value(AS_OF, FMT, STATED, orders), orders)
    assert found.unseen and found.risk["at_risk"].sum() < 0.001 * found.risk["stays"].sum()
    first, *rest = found.findings
    assert first.id == "retention-unseen" and "no sign of who has left" in first.sentence and "churn" in first.action
    assert first.money is None and [f.id for f in rest] == ["retention-untested"]
    assert found.headline == "The orders give no sign of who has left: go by the churn of the scorecard"
    assert found.saves.empty and found.proposals == () and found.tables == () and found.figures() == ()
    assert not any("contact" in a.text for a in found.assumptions)


def test_nothing_known_is_locked_and_what_would_help_is_named():
    found = retention(AS_OF, FMT, STATED)
    assert isinstance(found, Locked) and "orders" in found.unlock[0]


def _contracts(n: int = 700, seed: int = 0):
    rng = np.random.default_rng(seed)
    kind = rng.choice(["monthly", "yearly"], n)
    start = pd.Series(DAY - pd.to_timedelta(rng.integers(30, 1000, n), "D"))
    stop = start + pd.to_timedelta((rng.exponential(np.where(kind == "monthly", 500, 5000)) + 20).round(), "D")
    ids = [f"k{i}" for i in range(n)]
    fee = rng.uniform(20, 60, n)
    contracts = pd.DataFrame({"customer_id": ids, "start": start, "end": stop.where(stop <= DAY), "fee": fee, "contract": kind})
    return contracts, pd.DataFrame({"customer_id": ids, "region": rng.choice(["north", "south"], n)})


def test_contracts_have_a_chance_to_leave_and_too_few_ends_all_leave_alike():
    contracts, customers = _contracts()
    worth = lifetime_value(AS_OF, FMT, STATED, contracts=contracts)
    found = retention(AS_OF, FMT, STATED, worth, contracts=contracts, customers=customers)
    assert found.churn.area["auc"] > 0.6
    risk = found.risk.set_index("customer_id")
    monthly = contracts.set_index("customer_id")["contract"].reindex(risk.index) == "monthly"
    assert risk.loc[monthly, "at_risk"].mean() > 2 * risk.loc[~monthly, "at_risk"].mean()
    assert np.allclose(risk["at_risk"], risk["stays"] - risk["expected"])
    assert (risk["state"] == "slipping").sum() == round(0.1 * len(risk))
    assert {f.id for f in found.findings} == {"retention-risk", "retention-slipping", "retention-save", "retention-untested"}
    assert "of pairs" in found.findings[1].sentence
    late = pd.DataFrame({"customer_id": risk.index, "day": DAY - pd.Timedelta(days=9), "revenue": 5000.0}).assign(order_id=1)
    more = retention(AS_OF, FMT, STATED, worth, late, contracts, customers)
    assert (more.risk["stays"] == 5000 * 0.4).all()  # orders hold more than fees
    calm = retention(AS_OF, FMT, STATED, worth, contracts=contracts, customers=None)
    assert calm.churn is None and "the same chance" in " ".join(a.text for a in calm.assumptions)
    assert calm.risk["at_risk"].sum() > 0


def test_a_score_that_does_not_rank_is_told_so_and_not_acted_on():
    """Contracts end at random: whatever the models find, it is chance."""
    rng = np.random.default_rng(5)
    contracts, customers = _contracts()
    contracts["contract"], contracts["fee"] = "one", 30.0
    contracts["start"] = DAY - pd.Timedelta(days=1000)
    stop = contracts["start"] + pd.to_timedelta(rng.exponential(1500, len(contracts)).round() + 20, "D")
    contracts["end"] = stop.where(stop <= DAY)
    dear = Assumptions(gross_margin=0.4, contact_cost=100.0)
    worth = lifetime_value(AS_OF, FMT, dear, contracts=contracts)
    found = retention(AS_OF, FMT, dear, worth, contracts=contracts, customers=customers)
    assert found.churn is not None and not found.churn.learned.works
    told = {f.id: f for f in found.findings}
    assert "retention-slipping" not in told and (found.risk["state"] == "steady").all()
    assert "no better than chance" in told["retention-score"].sentence and told["retention-score"].evidence == "not shown"
    assert "within" not in told["retention-risk"].sentence and found.figures()[0].source.startswith("contracts")
    # Nobody is worth a contact of 100: no sentence speaks of a list, or of a contact, as if there were one.
    assert found.saves.empty and found.proposals == () and "Spend nothing" in told["retention-save"].action
    assert not any("save list" in f"{f.sentence} {f.action}" or "Contact" in str(f.action) for f in found.findings)
    curves = retention(AS_OF, FMT, dear, worth, contracts=contracts)
    assert np.allclose(found.risk["at_risk"], curves.risk["at_risk"])


def test_nobody_is_to_be_contacted_where_no_contact_pays(shop):
    orders, worth = shop
    dear = retention(AS_OF, FMT, Assumptions(gross_margin=0.4, contact_cost=500.0), worth, orders)
    told = {f.id: f for f in dear.findings}
    assert told["retention-slipping"].action.startswith("Contacting them is not expected to pay")
    assert told["retention-risk"].action == "Keep this figure in view month by month."
    cheap = {f.id: f for f in retention(AS_OF, FMT, STATED, worth, orders).findings}
    assert cheap["retention-slipping"].action.startswith("Contact ") and "save list" in cheap["retention-risk"].action


def test_persuadables_of_aurora_audio_are_recovered():
    """Planted: the e-mail works on the silent who buy seldom, not on the frequent, and puts off those who just bought."""
    client = open_engagement("aurora-audio")
    tables = open_tables(client)
    frames = {name: FRAMES[name].build(tables) for name in ("order_totals", "memberships", "customers")}
    found = retention(client.as_of, FMT, client.parameters, interventions=client.interventions, **frames)
    first = found.persuasions[0]
    assert first.trial.id == "spring-mail" and first.evidence == "shown" and first.uplift.qini.low > 0
    assert all(p.evidence == "not shown" for p in found.persuasions[1:])  # the others work on all alike, or on nobody
    truth = pd.read_parquet(client.folder / "truth" / "customers.parquet").set_index("customer_id")
    truth = truth.reindex(first.trial.features.index)
    kind, added = truth["kind: spring-mail"], truth["added revenue if treated: spring-mail"].to_numpy()
    expected = pd.Series(first.uplift.expected, kind.index).groupby(kind).mean()
    assert expected["silent"] > expected["waiting"] > expected[["frequent", "just bought"]].max()
    # Against the truth itself: a good part of what the planted order of customers would reach, which is never seen in data.
    assert qini_coefficient(first.uplift.scores, added) > 0.65 * qini_coefficient(added, added)
    assert measure_qini(first.uplift.scores, added).low > 0
    proposal = next(p for p in found.proposals if p.id == "repeat-spring-mail")
    assert (proposal.lines["value"] > proposal.lines["cost"]).all() and len(proposal.lines) > 100
    assert len(found.figures()) == 1
    for one in found.findings:  # a figure that no sentence names shows no range
        assert not one.id.startswith(("retention-uplift", "retention-same")) or one.unit == "money" or one.low is one.high is None


def _hillstrom(shared_data) -> pd.DataFrame:
    return pd.read_csv(shared_data / "hillstrom" / "hillstrom.csv")


@pytest.mark.realdata
def test_effects_of_hillstroms_mails(shared_data):
    """NUMBERS.md: effects of both mails on visit, conversion and spend, with the standard errors it states."""
    rows = _hillstrom(shared_data)
    wanted = {
        "Mens E-Mail": {"visit": (0.07659, 0.00339), "conversion": (0.00681, None), "spend": (0.770, 0.145)},
        "Womens E-Mail": {"visit": (0.04523, None), "conversion": (0.00311, None), "spend": (0.424, 0.130)},
    }
    none = rows[rows["segment"] == "No E-Mail"]
    for arm, outcomes in wanted.items():
        mail = rows[rows["segment"] == arm]
        for name, (effect, error) in outcomes.items():
            found = mail[name].mean() - none[name].mean()
            assert found == pytest.approx(effect, abs=6e-4 if name == "spend" else 6e-6)
            if error:
                assert np.sqrt(mail[name].var() / len(mail) + none[name].var() / len(none)) == pytest.approx(error, rel=0.01)


@pytest.mark.realdata
def test_hillstroms_mail_for_women_persuades_some_more_than_others(shared_data):
    """A part of the test; all of it is in the benchmarks."""
    rows = _hillstrom(shared_data)
    rows = rows[rows["segment"].isin(["Womens E-Mail", "No E-Mail"])].sample(12_000, random_state=0)
    treated = (rows["segment"] == "Womens E-Mail").to_numpy()
    found = learn_uplift(rows[list(HILLSTROM)], treated, rows["visit"].to_numpy(dtype=float))
    plain = rows["visit"][treated].mean() - rows["visit"][~treated].mean()
    assert found.effect == pytest.approx(plain, abs=0.5 * found.error)
    assert found.qini.low > 0 and found.qini.p < 0.001


@pytest.mark.realdata
def test_cases_with_treatments_are_trials(shared_data):
    rows = _hillstrom(shared_data).sample(9_000, random_state=1).reset_index(drop=True)
    cases = rows[list(HILLSTROM)].add_prefix("feature: ").assign(
        case_id=rows.index.astype(str), outcome=rows["visit"].astype("boolean"), value=5.0, cost=0.1,
        treatment=rows["segment"].replace("No E-Mail", "none"),
    )  # fmt: skip
    trials = case_trials(cases, None)
    assert [t.label for t in trials] == ["Mens E-Mail", "Womens E-Mail"]
    assert all(t.by_lot for t in trials)
    found = learn_persuasion(trials[1], None, 2)
    assert found.groups["effect"].iloc[0] > found.groups["effect"].iloc[-1]
    assert "feature: womens" in found.told or "feature: mens" in found.told


@pytest.mark.realdata
def test_telco_as_a_contract_client(shared_data):
    """Who left is known, not when: in the last weeks, as the data set says. A part of it; all is in the benchmarks."""
    rows = pd.read_csv(shared_data / "telco_churn" / "Telco-Customer-Churn.csv").sample(2_000, random_state=0, ignore_index=True)
    left = rows["Churn"] == "Yes"
    ago = np.random.default_rng(0).integers(0, 14, len(rows))
    contracts = pd.DataFrame(
        {
            "customer_id": rows["customerID"],
            "start": DAY - pd.to_timedelta((rows["tenure"] * 30.4375 + 15).round().astype(int), "D"),
            "end": pd.Series(DAY - pd.to_timedelta(ago, "D")).where(left),
            "fee": rows["MonthlyCharges"],
            "contract": rows["Contract"],
        }
    )
    features = rows.drop(columns=["customerID", "tenure", "Churn", "MonthlyCharges", "Contract", "TotalCharges"])
    customers = features.add_prefix("feature: ").assign(customer_id=rows["customerID"])
    worth = lifetime_value(AS_OF, FMT, STATED, contracts=contracts)
    found = retention(AS_OF, FMT, STATED, worth, contracts=contracts, customers=customers)
    assert found.churn.horizon == 90
    assert found.churn.area["auc"] > 0.81  # newcomers of the last quarter, easiest to tell, were not there at its beginning
    assert found.churn.area["ece"] < 0.05
    by_kind = found.risk.groupby("segment")["at_risk"].sum() / found.risk.groupby("segment")["expected"].sum()
    assert by_kind["Month-to-month"] > 2 * by_kind["One year"] > 2 * by_kind["Two year"]
    (proposal,) = found.proposals
    assert proposal.value > proposal.cost
    assert proposal.worklist.frame["segment"].value_counts().index[0] == "Month-to-month"
