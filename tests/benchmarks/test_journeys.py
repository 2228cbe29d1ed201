"""Journeys: a million events from the file to the section, against the same counts in plain pandas."""

import json

import numpy as np
import pandas as pd

from measure import cpu
from playbook.engagement import open_engagement
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.needs_analysis.funnel import funnel
from playbook.result.formats import Formats

JOURNEYS = 300_000
CHAIN = np.array([  # contact, needs, quote, contract, gone
    [0.05, 0.75, 0.00, 0.00, 0.20],
    [0.10, 0.00, 0.75, 0.00, 0.15],
    [0.00, 0.20, 0.00, 0.55, 0.25],
])  # fmt: skip
STEPS = np.array(["contact", "needs", "quote", "contract"])
NAMES = {"journey_id": "id", "step": "step", "step_at": "at", "channel": "channel", "owner": "owner"}
TABLES = ("journey_steps", "journey_moves", "journey_states", "channel_paths")


def event_log() -> pd.DataFrame:
    """Journeys of a known chain over three years, about a million rows."""
    rng = np.random.default_rng(1)
    journey, step = np.arange(JOURNEYS), np.zeros(JOURNEYS, dtype=int)
    at = rng.uniform(0, 1095, JOURNEYS)
    parts = []
    while len(journey):
        parts.append(pd.DataFrame({"id": journey, "step": STEPS[step], "at": at}))
        going = step < len(CHAIN)
        journey, step, at = journey[going], step[going], at[going]
        following = (rng.random((len(step), 1)) >= CHAIN[step].cumsum(axis=1)).sum(axis=1)
        at = at + rng.lognormal(1, 1, len(step))
        stays = following < len(STEPS)
        journey, step, at = journey[stays], following[stays], at[stays]
    log = pd.concat(parts)
    log["at"] = pd.Timestamp("2023-01-01") + pd.to_timedelta((log["at"] * 86_400).round(), unit="s")
    log["channel"] = np.array(["web", "fair", "partner"])[log["id"] % 3]
    log["owner"] = "seller " + (log["id"] % 40).astype("str")
    return log[log["at"] < "2026-01-01"].sample(frac=1, random_state=1)  # in no order


def plain(log: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Moves and the median days of each, in pandas alone."""
    log = log.sort_values(["id", "at"])
    ways = log.assign(following=log.groupby("id")["step"].shift(-1), until=log.groupby("id")["at"].shift(-1))
    ways["days"] = (ways["until"] - ways["at"]) / pd.Timedelta(days=1)
    by = ways.groupby(["step", "following"])["days"]
    return by.size(), by.median()


def test_a_million_events(note, tmp_path):
    log = event_log()
    folder = tmp_path / "data" / "acme"
    folder.mkdir(parents=True)
    log.to_parquet(folder / "log.parquet", index=False)
    pd.DataFrame({"o": ["1"], "d": ["2025-12-01"], "r": [90.0]}).to_csv(folder / "o.csv", index=False)
    orders = {"path": "o.csv", "columns": {"order_id": "o", "order_date": "d", "revenue": "r"}}
    values = {"name": "Acme", "currency": "EUR", "as_of": "2025-12-31",
              "sources": {"orders": orders, "journeys": {"path": "log.parquet", "columns": NAMES}}}  # fmt: skip
    (folder / "client.yml").write_text(json.dumps(values), encoding="utf-8")
    tables, opening = cpu(lambda: open_tables(open_engagement("acme", root=tmp_path)))
    frames, building = cpu(lambda: {name: FRAMES[name].build(tables) for name in TABLES})
    result, answering = cpu(lambda: funnel(Formats("EUR"), tables.as_of, **frames))
    (counts, medians), theirs = cpu(lambda: plain(log))
    moves = frames["journey_moves"]
    ours = moves[moves["next_step"].notna()].groupby(["step", "next_step"])["cases"].sum()
    assert ours.to_dict() == counts.to_dict()
    for (step, following), median in medians.items():
        way = moves[(moves["step"] == step) & (moves["next_step"] == following)].sort_values("days")
        if step in ("contact", "needs") and following in ("contact", "needs"):
            continue  # a stay is timed from the first of two equal events in a row
        assert (
            np.median(np.repeat(way["days"], way["cases"])) == np.float64(median)
            or abs(np.median(np.repeat(way["days"], way["cases"])) / median - 1) < 0.02
        )
    assert result.path.stages["step"].tolist() == STEPS.tolist()
    assert np.exp(1) * 0.95 < result.times.set_index("step").loc["quote", "median"] < np.exp(1) * 1.05  # planted
    size = f"{len(log):,} events"
    note(f"journeys: {size}, opened and checked", f"{opening.cpu:.1f} s")
    note(
        f"journeys: {size} to four frames ({len(moves):,} rows of moves)", f"{building.cpu:.1f} s", "pandas, moves and medians",
        f"{theirs.cpu:.1f} s", building.cpu / theirs.cpu,
    )  # fmt: skip
    note(f"journeys: the section on {len(frames['journey_steps']):,} steps", f"{answering.cpu:.1f} s")
