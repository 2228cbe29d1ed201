"""Topics from words: meeting the intents of banking77, against the same steps of scikit-learn without cleaning; many tickets."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import normalized_mutual_info_score
from sklearn.preprocessing import normalize

from measure import cpu
from playbook.methods.needs_analysis.feedback.topics import find_topics

MANY = 100_000


def plain(texts: pd.Series, k: int) -> np.ndarray:
    """TF-IDF with the library's stop words, 100 latent dimensions, k-means."""
    weights = TfidfVectorizer(stop_words="english", sublinear_tf=True, min_df=2).fit_transform(texts)
    points = normalize(TruncatedSVD(100, random_state=0).fit_transform(weights))
    return KMeans(k, n_init=4, random_state=0).fit_predict(points)


@pytest.mark.realdata
def test_banking77_against_plain_k_means(note, shared_data):
    data = pd.read_csv(shared_data / "banking77" / "train.csv")
    ours, cost = cpu(lambda: find_topics(data["text"], k=77))
    theirs, alone = cpu(lambda: plain(data["text"], 77))
    own, other = (normalized_mutual_info_score(data["category"], labels) for labels in (ours.labels, theirs))
    assert own >= 0.56 and own >= other
    note("topics of 10,003 questions, 77 intents: mutual information", f"{own:.3f}", "TF-IDF, SVD, k-means", f"{other:.3f}")
    note("topics of 10,003 questions: seconds", f"{cost.cpu:.1f} s", "the same", f"{alone.cpu:.1f} s", cost.cpu / alone.cpu)


@pytest.mark.realdata
def test_many_tickets(note, shared_data):
    text = pd.read_csv(shared_data / "banking77" / "train.csv")["text"].to_numpy()
    rng = np.random.default_rng(0)
    texts = [f"{a} {b}" for a, b in zip(rng.choice(text, MANY), rng.choice(text, MANY), strict=True)]
    found, cost = cpu(lambda: find_topics(texts))
    assert found.sampled < MANY and (found.labels >= 0).mean() > 0.99
    note(f"topics of {MANY:,} questions, number of topics sought", f"{cost.cpu:.1f} s")
