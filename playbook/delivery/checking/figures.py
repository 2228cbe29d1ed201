"""Figures: what the mail says is what the notebooks found, to the digit: notebook, findings.json, sentence, mail."""

import re
from collections.abc import Iterable

from bs4 import BeautifulSoup

from playbook.delivery.checking.seen import Problem
from playbook.delivery.edition import Edition
from playbook.run.kept import FINDINGS
from playbook.run.notebooks import answers, digest, read_notebook

__all__ = ["figures", "foundations", "numbers"]

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ORDINAL = re.compile(r"(?m)^[1-9]\. ")  # before a sentence of the story
_SPEAKING = {"money", "unit_money", "share", "points", "days"}


def foundations(edition: Edition) -> list[Problem]:
    """Whether the findings are those of the notebooks that the manifest names, and their texts those of their values."""
    found, told = [], {}
    for phase in edition.phases:
        notebook = edition.folder / "notebooks" / phase.notebook
        if not notebook.is_file() or digest(notebook) != edition.manifest["phases"][phase.id]:
            found.append(Problem(f"notebooks/{phase.notebook}", "is not the one that the manifest names"))
        else:
            told |= {(a["id"], f["id"]): f for a in answers(read_notebook(notebook)) for f in a["findings"]}
    if found:
        return found
    published = {(f["section"], f["id"]): f for f in edition.findings}
    for key in sorted({*told, *published}, key=str):
        ours = {k: v for k, v in published.get(key, {}).items() if k not in ("phase", "section")}
        if ours != told.get(key):
            found.append(Problem(FINDINGS, f"{key[1]} is not what the notebook found"))
    fmt = edition.fmt
    for one in edition.findings:
        value = fmt.value(abs(one["value"]), one["unit"]) if one["value"] is not None and one["unit"] in _SPEAKING else ""
        money = fmt.money(abs(one["money"])) if one["money"] else ""
        if (value, money) != (one["value_text"], one["money_text"]):
            found.append(Problem(FINDINGS, f"{one['id']}: {one['value_text'] or one['money_text']} is not its value"))
    return found


def figures(edition: Edition, html: str, text: str, allowed: Iterable[str]) -> list[Problem]:
    """Sentences and numbers of a mail that are not those of this report; ``allowed`` are words of the mail's own with numbers.

    A number counts as the report's when it stands in a sentence that the mail tells, in the scorecard or in a chart's own words.
    """
    sentences = {f["id"]: f["sentence"] for f in edition.findings}
    soup, found, told = BeautifulSoup(html, "html.parser"), [], []
    for cell in soup.find_all(attrs={"data-finding": True}):
        sentence = cell.find(class_="sentence")
        said, name = " ".join(sentence.get_text().split()) if sentence else "", cell["data-finding"]
        if name not in sentences:
            found.append(Problem("the mail", f"tells of {name}, which is no finding of this report"))
            continue
        told.append(sentences[name])
        if said != " ".join(sentences[name].split()):
            found.append(Problem("the mail", f"says “{said[:80]}” where the finding {name} says “{sentences[name][:80]}”"))
        elif said not in " ".join(text.split()):
            found.append(Problem("the mail's text part", f"lacks the sentence of {name}"))
    known = numbers(" ".join([*told, *allowed, *_shown(edition)]))
    for where, part in (("the mail", _visible(html)), ("the mail's text part", _ORDINAL.sub("", text))):
        found += [
            Problem(where, f"holds the number {n}, which stands nowhere in the report") for n in sorted(numbers(part) - known)
        ]
    return found


def _shown(edition: Edition) -> list[str]:
    """What the report's scorecard and charts say."""
    soups = edition.soups.values()
    figures = [f for soup in soups for f in soup.select("figure.figure")]
    said = [f.figcaption.get_text(" ") for f in figures if f.figcaption]
    said += [svg["aria-label"] for f in figures for svg in f.find_all("svg", attrs={"aria-label": True})]
    return said + [s.get_text(" ") for soup in soups for s in soup.find_all("section", id="scorecard")]


def numbers(text: str) -> set[str]:
    """Numbers as they are written: 1.49, 38.8, 2026."""
    return set(_NUMBER.findall(text))


def _visible(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    described = [t.get("alt") or t.get("aria-label") or "" for t in soup.find_all(True)]
    for unread in (*soup(["style", "title"]), *soup.select("td.nr")):  # the sentences' own numbers, one after the other
        unread.decompose()
    return " ".join([soup.get_text(" "), *described])
