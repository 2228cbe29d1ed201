"""Deals: the words of a pipeline's stages that say how an opportunity ended, and a word where there are none."""

import re
import unicodedata
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

import ibis
from ruamel.yaml import YAML

from playbook.engagement import Engagement
from playbook.intake.rules import Facts
from playbook.intake.sent import Sent
from playbook.intake.verdict import Check
from playbook.locale import mark, said

__all__ = ["END_WORDS", "plain", "stage_checks"]

MOST_WORDS = 10  # of the stages are named
_ENDS = YAML(typ="safe", pure=True).load(resources.files(__package__).joinpath("ends.yml").read_text("utf-8"))
END_WORDS = MappingProxyType({end: frozenset(words) for end, words in _ENDS.items()})


def plain(word: object) -> str:
    """A word as ends.yml writes it: lower case, no leading number, a blank for every other sign."""
    text = unicodedata.normalize("NFKC", str(word)).lower()
    return re.sub(r"[\W_]+", " ", re.sub(r"^\s*\d+\s*[.):–-]\s*", "", text)).strip()


def stage_checks(engagement: Engagement, sent: Mapping[str, Sent], facts: Mapping[str, Facts]) -> list[Check]:
    """A pipeline whose stages never say won or lost, unless all are among those that client.yml lists before the last one."""
    if "pipeline" not in sent:
        return []
    rows = sent["pipeline"].rows
    rows = rows.filter(rows.stage.notnull())
    counted = rows.group_by("stage").aggregate(deals=rows.count())
    found = {row["stage"]: row["deals"] for row in counted.order_by([ibis.desc("deals"), "stage"]).to_pyarrow().to_pylist()}
    words, on_the_way = {plain(stage) for stage in found}, {plain(stage) for stage in engagement.stages[:-1]}
    if not words or words <= on_the_way or words & frozenset().union(*END_WORDS.values()):
        return []
    shown = tuple(f"{stage!r} ({deals:,})" for stage, deals in list(found.items())[:MOST_WORDS])
    reason = mark("No stage reads as won or lost, so all deals count as open, and nothing can be said of what is won.")
    example = "values: {stage: {Ordered: won, Declined by us: lost}}"
    remedy = said("Say in client.yml which of these words mean won and lost, for example {example}.", example=example)
    deals = facts["pipeline"].rows
    return [Check("no-ends", "caution", "pipeline", "stage", deals, deals, shown, reason, remedy)]
