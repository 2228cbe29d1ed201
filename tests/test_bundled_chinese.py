"""The bundled clients' reports in Chinese: no English word but names, the same figures as in English."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from playbook.engagement import open_engagement
from playbook.intake.schema import TABLES
from playbook.intake.tables import open_tables

# Names of methods, people and journals; files, columns and words of client.yml that an advice quotes.
NAMES = {
    "abc", "aic", "alpha", "arima", "arma", "auc", "beta", "bg", "bharadwaj", "bic", "brier", "bulte", "cbnbd", "client",
    "cnbd", "contact", "corsten", "croston", "csv", "cusum", "den", "durbin", "ease", "electric", "ewma", "fay", "gamma",
    "gender", "gini", "gruen", "gz", "hillstrom", "hofman", "html", "id", "idf", "item", "journal", "jsonl", "kaplan", "knn",
    "kolmogorov", "lewis", "lists", "liu", "mann", "marketing", "mase", "meier", "nbd", "ndcg", "nelson", "ols", "page",
    "pareto", "parquet", "playbook", "protected", "psi", "qini", "retailing", "rfm", "roberts", "roc", "run", "sbg",
    "schmitt", "science", "sha", "shapley", "sharma", "shewhart", "singh", "skiera", "smirnov", "theta", "tsv", "van",
    "watts", "welch", "western", "wilson", "xlsx", "xyz", "yml",
}  # fmt: skip


@pytest.fixture(params=["aurora-audio", "complete-journey", "harbor-bank", "huaxin-machinery"])
def reports(request, published, published_in_chinese):
    return request.param, published[request.param], published_in_chinese[request.param]


def words_of(client: str) -> set[str]:
    """Every Latin word that the client's own tables, client.yml and notes hold, and the names of our columns."""
    engagement = open_engagement(client)
    written = [engagement.folder / "client.yml", *(engagement.folder / "notes").glob("*.md")]
    found = {word for file in written for word in re.findall("[a-z]{3,}", file.read_text("utf-8").lower())}
    ours = [*TABLES, *(column for table in TABLES.values() for column in table.names)]
    found.update(word for name in ours for word in re.findall("[a-z]{3,}", name))
    tables = open_tables(engagement)
    for rows in tables.rows.values():
        for name, kind in rows.schema().items():
            found.update(re.findall("[a-z]{3,}", name.lower()))
            if kind.is_string() and not name.endswith("_id"):
                seen = rows.select(value=rows[name]).distinct().to_pyarrow()["value"].to_pylist()
                found.update(word for value in seen if value for word in re.findall("[a-z]{3,}", str(value).lower()))
    return found


def test_no_english_word_is_left(reports):
    client, _, chinese = reports
    theirs, strange = words_of(client) | NAMES, {}
    for page in sorted(chinese.glob("*.html")):
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        for part in soup.select("style, code, footer"):
            part.decompose()
        told = [*soup.find_all(string=True), *(element["aria-label"] for element in soup.find_all(attrs={"aria-label": True}))]
        for text in told:
            for word in re.findall("[A-Za-z]{3,}", text):
                cut = f"{word}…" in text and any(known.startswith(word.lower()) for known in theirs)
                if word.lower() not in theirs and not cut:
                    strange.setdefault(f"{page.name}: {word}", text.strip()[:100])
    assert strange == {}


def test_the_figures_are_those_of_the_english_report(reports):
    _, english, chinese = reports
    told = [
        {(f["phase"], f["section"], f["id"]): (f["value"], f["low"], f["high"], f["n"], f["money"], f["evidence"]) for f in found}
        for found in (json.loads((folder / "findings.json").read_text("utf-8")) for folder in (english, chinese))
    ]
    assert told[0] == told[1] and len(told[0]) > 50


def test_the_page_says_its_language(reports):
    _, _, chinese = reports
    for page in chinese.glob("*.html"):
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        assert soup.html["lang"] == "zh" and {r["lang"] for r in soup.select(".result")} <= {"zh"}
