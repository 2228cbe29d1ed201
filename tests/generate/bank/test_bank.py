"""The generated bank: the committed client is what the generator writes, and what was planted is in the data."""

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from playbook import open_engagement
from playbook.generate.__main__ import main
from playbook.intake.schema import FEATURE
from playbook.run.gathered import gathered

BANK = "harbor-bank"
LARGEST = 3_000_000


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank") / BANK
    assert main([str(folder), "--kind", "bank"]) == 0
    return folder


@pytest.fixture(scope="module")
def truth(root):
    return YAML(typ="safe").load((root / "data" / BANK / "truth" / "truth.yml").read_text("utf-8"))


@pytest.fixture(scope="module")
def frames(root):
    engagement = open_engagement(BANK, root=root)
    return lambda name: gathered(engagement, name)[0]


def test_the_committed_bank_is_what_the_generator_writes(written, root):
    committed = root / "data" / BANK
    names = sorted(p.relative_to(written).as_posix() for p in written.rglob("*") if p.is_file())
    tracked = ["client.yml", *(p for folder in ("raw", "truth") for p in (committed / folder).rglob("*") if p.is_file())]
    assert names == sorted(p if isinstance(p, str) else p.relative_to(committed).as_posix() for p in tracked)
    for name in names:
        if not name.endswith(".parquet"):
            assert (written / name).read_bytes() == (committed / name).read_bytes(), name
        else:
            pd.testing.assert_frame_equal(pd.read_parquet(written / name), pd.read_parquet(committed / name))


def test_small_enough_for_a_repository(root):
    assert sum(p.stat().st_size for p in (root / "data" / BANK).rglob("*") if p.is_file()) < LARGEST


def test_the_leak_gives_the_end_away_and_nothing_else_does(frames, truth):
    cases = frames("labelled_cases")
    leak = cases[FEATURE + truth["offers"]["leak"]]
    assert leak[cases["outcome"].isna()].isna().all()  # written only once a case has ended
    assert leak[cases["outcome"].notna()].notna().mean() > 0.5


def test_offers_are_taken_as_often_as_planted(frames, truth, root):
    cases = frames("labelled_cases").dropna(subset=["outcome"])
    chances = pd.read_parquet(root / "data" / BANK / "truth" / "cases.parquet").set_index("case_id").loc[cases["case_id"]]
    called = ~cases["treatment"].fillna("none").isin(["", "none"]).to_numpy()
    for group, column in ((called, "called"), (~called, "alone")):
        expected = chances[next(c for c in chances if column in c)].to_numpy()[group]
        seen = cases["outcome"].astype(float).to_numpy()[group]
        assert seen.mean() == pytest.approx(expected.mean(), abs=4 * np.sqrt(expected.mean() / group.sum()))


def test_credits_fail_as_often_as_planted(frames, truth):
    known = frames("credit_applications").dropna(subset=["defaulted"])
    rate = known["defaulted"].astype(float).mean()
    expected = truth["credit"]["expected_rate"]
    assert rate == pytest.approx(expected, abs=4 * np.sqrt(expected / len(known)))
    lost = known[known["defaulted"].astype(bool)]
    assert lost["loss"].sum() / lost["amount"].sum() == pytest.approx(truth["credit"]["loss_share"], abs=0.05)


def test_amounts_of_deals_are_net_of_the_discount(frames):
    deals = frames("opportunities")
    listed = deals["amount"] / (1 - deals["discount"])  # drawn in thousands
    assert np.allclose(listed, listed.round(-3), atol=0.01) and (deals["discount"] > 0.05).mean() > 0.5


def test_fraud_is_as_planted_and_known_in_part(frames, truth, root):
    payments = frames("payment_events")
    marked = pd.read_parquet(root / "data" / BANK / "truth" / "payments.parquet")
    assert len(payments) == truth["fraud"]["payments"] and len(marked) == truth["fraud"]["frauds"]
    known = payments.set_index("payment_id").loc[marked["payment_id"], "fraud"]
    assert known.fillna(False).astype(bool).mean() == pytest.approx(truth["fraud"]["labelled"]["fraud"], abs=0.1)


def test_the_bank_speaks_two_languages(frames):
    asked = frames("desk_questions")["question"]
    chinese = asked.str.contains(r"[\u4e00-\u9fff]").mean()
    assert 0.2 < chinese < 0.9
