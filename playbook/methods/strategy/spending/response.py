"""Response: how orders answer to a channel's spend: it is felt over some weeks (adstock) and brings ever less (saturation)."""

import numpy as np

__all__ = ["FORMS", "LAGS", "adstock", "lagged", "saturation"]

LAGS = 8  # weeks over which spend is felt
# Answers to u, the adstocked spend over the spend that brings half of the most: each is 1/2 at u = 1, rises and is concave.
FORMS = {
    "hyperbolic": lambda u: u / (1 + u),
    "exponential": lambda u: 1 - np.exp2(-u),
    "logistic": lambda u: np.tanh(np.log(3) / 2 * u),
}


def lagged(spend: np.ndarray) -> np.ndarray:
    """Spend of each week and of the ``LAGS`` - 1 weeks before it: weeks x channels x lags.

    Before the first week each channel is taken to have spent what it did on average in the first ``LAGS`` weeks.
    """
    before = np.repeat(spend[:LAGS].mean(axis=0, keepdims=True), LAGS - 1, axis=0)
    padded = np.vstack([before, spend])
    return np.stack([padded[LAGS - 1 - lag : len(padded) - lag] for lag in range(LAGS)], axis=-1)


def adstock(lags: np.ndarray, carryover: np.ndarray) -> np.ndarray:
    """Spend as it is felt: each week ``carryover`` times the week before, weights adding up to 1.

    ``lags``: weeks x channels x lags; ``carryover``: ... x channels, in [0, 1). Returns ... x weeks x channels.
    (Jin, Wang, Sun, Chan and Koehler 2017, Bayesian Methods for Media Mix Modeling, eq. 1.)
    """
    weight = carryover[..., None] ** np.arange(lags.shape[-1])
    weight /= weight.sum(axis=-1, keepdims=True)
    return np.einsum("tcl,...cl->...tc", lags, weight)


def saturation(form: str, stock: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Answer to adstocked spend between 0 and 1; ``half`` is the spend a week that brings half of the most: ... x channels."""
    return FORMS[form](stock / half[..., None, :])
