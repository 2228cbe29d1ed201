"""Run by the environment that has statsforecast: its AutoETS and DynamicOptimizedTheta on the M3 series, as JSON."""

import json
import sys
import time

import numpy as np
import pandas as pd
from statsforecast.models import AutoETS, DynamicOptimizedTheta

SEASON = 12


def main(observations: str) -> None:
    table = pd.read_parquet(observations).sort_values(["series", "t"])
    parts = {key: rows["y"].to_numpy(dtype=float) for key, rows in table.groupby(["series", "split"])}
    names = sorted(table["series"].unique())
    answer = {}
    for model in (AutoETS, DynamicOptimizedTheta):
        model(season_length=SEASON).forecast(parts[names[0], "train"], 18)  # what is compiled on first use is not counted
        begin = time.process_time()
        paths = [model(season_length=SEASON).forecast(parts[n, "train"], len(parts[n, "test"]))["mean"] for n in names]
        seconds = time.process_time() - begin
        smape, mase = [], []
        for name, path in zip(names, paths, strict=True):
            train, test = parts[name, "train"], parts[name, "test"]
            missed = np.abs(test - path)
            smape.append(200 * np.mean(missed / (np.abs(test) + np.abs(path))))
            mase.append(np.mean(missed) / np.mean(np.abs(train[SEASON:] - train[:-SEASON])))
        answer[model.__name__] = {"smape": float(np.mean(smape)), "mase": float(np.mean(mase)), "seconds": seconds}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
