"""Told: a result in the words of its reader's language, once, when a method has answered.

A method composes its sentences with ``fmt.say``; what it writes without a value in it (a caption, a label, an assumption)
is a key of the catalogue and is looked up here.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from playbook.result.contract import Figure, Locked, Result, Section, Table, Worklist

__all__ = ["told", "told_figure"]

WORDS = {"sentence", "action", "text", "label", "title", "how", "name", "whom", "owner", "kpi", "stop_rule"}
PARTS = ("findings", "assumptions", "tiles", "lessons")


def told(result: Result) -> Result:
    """The same result with every text of the contract in the language of ``result.fmt``; figures are told when they are drawn."""
    if result.fmt.language == "en":
        return result
    tell = result.fmt.told
    changed: dict[str, Any] = {name: tuple(_words(part, tell) for part in getattr(result, name)) for name in PARTS}
    changed["headline"] = tell(result.headline)
    changed["tables"] = tuple(_table(t, tell) for t in result.tables)
    changed["worklists"] = tuple(_worklist(w, tell) for w in result.worklists)
    changed["brief"] = result.brief and _table(result.brief, tell)
    changed["proposals"] = tuple(
        replace(_words(p, tell), worklist=p.worklist and _worklist(p.worklist, tell)) for p in result.proposals
    )
    if result.section:
        changed["section"] = _section(result.section, tell)
    if isinstance(result, Locked):
        changed |= {"unlock": tuple(map(tell, result.unlock)), "promise": tell(result.promise)}
    return replace(result, **changed)


def _section(section: Section, tell: Callable[[str], str]) -> Section:
    """A section's question and promise in the language that ``tell`` speaks."""
    return replace(section, question=tell(section.question), promise=tell(section.promise))


def told_figure(figure: Figure, tell: Callable[[str], str]) -> Figure:
    """A figure with its words in the language that ``tell`` speaks; what is written inside the drawing is the drawer's."""
    caption, source, alt = tell(figure.caption), tell(figure.source), tell(figure.alt)
    return replace(figure, caption=caption, source=source, alt=alt, data=_table(figure.data, tell))


def _words(part: Any, tell: Callable[[str], str]) -> Any:
    texts = {f.name: getattr(part, f.name) for f in fields(part) if f.name in WORDS}
    return replace(part, **{name: tell(text) for name, text in texts.items() if text})


def _table(table: Table, tell: Callable[[str], str]) -> Table:
    return replace(table, caption=tell(table.caption), source=tell(table.source), columns=_columns(table.columns, tell))


def _worklist(worklist: Worklist, tell: Callable[[str], str]) -> Worklist:
    return replace(_words(worklist, tell), columns=_columns(worklist.columns, tell))


def _columns(columns: dict, tell: Callable[[str], str]) -> dict:
    return {name: (tell(label), unit) for name, (label, unit) in columns.items()}
