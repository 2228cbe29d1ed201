"""BG/NBD with lifetimes, in its own environment: fits a file of repeats, recency and age; prints seconds and estimates as JSON.

Runs under another interpreter than the project's, so it imports nothing of ours.
"""

import json
import sys
import time
import warnings


def main(path: str, times: str) -> None:
    import pandas as pd
    from lifetimes import BetaGeoFitter

    warnings.simplefilter("ignore")
    rows, seconds = pd.read_csv(path), []
    for _ in range(int(times)):
        begin = time.process_time()
        fitter = BetaGeoFitter().fit(rows["repeats"], rows["recency"], rows["age"])
        seconds.append(time.process_time() - begin)
    estimates = [float(fitter.params_[name]) for name in ("r", "alpha", "a", "b")]
    sys.stdout.write(json.dumps({"seconds": min(seconds), "estimates": estimates}))


if __name__ == "__main__":
    main(*sys.argv[1:])
