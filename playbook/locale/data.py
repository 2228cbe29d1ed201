"""Data files: YAML beside the code. A text that a reader sees stands under ``en`` and is a key of the catalogues.

Modules read theirs while they load: once for all processes that are forked after that, as reading YAML takes long.
"""

from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

__all__ = ["data_file"]


def data_file(package: str, name: str) -> Any:
    """What the file ``name`` beside the modules of ``package`` holds, ``{en: text}`` as its text, to be told when it is shown.

    Raises FileNotFoundError without such a file and ruamel's YAMLError for one that is not YAML.
    """
    return _texts(YAML(typ="safe", pure=True).load(files(package).joinpath(name).read_text(encoding="utf-8")))


def _texts(part: Any) -> Any:
    if isinstance(part, list):
        return [_texts(one) for one in part]
    if not isinstance(part, dict):
        return part
    return part["en"] if part.keys() == {"en"} else {key: _texts(value) for key, value in part.items()}
