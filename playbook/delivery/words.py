"""The mail's own words in the reader's language, as data in ``words.yml``."""

from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

__all__ = ["LANGUAGES", "words"]

LANGUAGES = ("en", "zh")


@cache
def words(language: str) -> dict[str, object]:
    """The words of one of ``LANGUAGES`` by key."""
    return YAML(typ="safe", pure=True).load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))[language]
