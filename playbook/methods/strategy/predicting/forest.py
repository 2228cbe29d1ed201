"""Forest: many trees, each grown on a draw of the rows, and what the trees that had not drawn a row say of it."""

from dataclasses import dataclass, field

import numpy as np
from sklearn.tree import DecisionTreeRegressor

from playbook.methods.strategy.predicting.calibration import log_odds

__all__ = ["Forest", "grow"]


@dataclass(frozen=True, eq=False)
class Forest:
    """``trees``, each saying the share of yes where a row falls; of the rows learnt from, (n,) each: ``votes``, the sum of the
    shares said by trees that had not drawn the row, and ``voters``, how many trees these are. Two forests of the same rows add
    up to one."""

    trees: tuple = field(repr=False)
    votes: np.ndarray = field(repr=False)
    voters: np.ndarray = field(repr=False)

    def __add__(self, other: "Forest") -> "Forest":
        return Forest(self.trees + other.trees, self.votes + other.votes, self.voters + other.voters)

    def decision_function(self, matrix: np.ndarray) -> np.ndarray:
        """Log odds of the trees' mean share of yes, for rows (m, numbers)."""
        rows = np.ascontiguousarray(matrix, dtype=np.float32)
        return log_odds(sum(tree.predict(rows)[:, 0] for tree in self.trees) / len(self.trees))

    def inside(self, base: float) -> np.ndarray:
        """Log odds (n,) of the rows learnt from, by trees that had not drawn them; of ``base`` where every tree had."""
        return log_odds(np.where(self.voters > 0, self.votes / np.maximum(self.voters, 1), base))


def grow(matrix: np.ndarray, outcome: np.ndarray, trees: int, least: int, drawn: int, seed: int) -> Forest:
    """Grow a random forest (Breiman 2001) on rows (n, numbers; missing is NaN) with a true or false ``outcome`` (n,).

    Each tree draws ``drawn`` rows with replacement, tries the square root of the numbers at each cut, and keeps ``least``
    different rows in each leaf. The squared error of a yes or no is half its Gini impurity, so a regression tree makes the cuts
    of a classification tree. scikit-learn's RandomForestClassifier grows the same forest; what it does around each tree takes
    longer than the tree.
    """
    rows, yes, n = np.ascontiguousarray(matrix, dtype=np.float32), outcome.astype(float), len(outcome)
    rng = np.random.RandomState(seed)  # the kind that scikit-learn takes
    found, votes, voters = [], np.zeros(n), np.zeros(n)
    grower = DecisionTreeRegressor(min_samples_leaf=least, max_features="sqrt", random_state=rng)
    gaps = bool(np.isnan(rows).any())  # which scikit-learn finds where it checks; without any there is nothing to check
    for _ in range(trees):
        times = np.bincount(rng.randint(n, size=drawn), minlength=n).astype(float)
        tree = grower.fit(rows, yes, times, check_input=gaps).tree_
        votes += np.where(times == 0, tree.predict(rows)[:, 0], 0.0)
        voters += times == 0
        found.append(tree)
    return Forest(tuple(found), votes, voters)
