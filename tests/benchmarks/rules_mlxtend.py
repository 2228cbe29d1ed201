"""The same rules with mlxtend: one column an item, FP-growth for pairs, association_rules. Runs in an environment of its own."""

import json
import resource
import sys
import time

import pandas as pd
from mlxtend.frequent_patterns import association_rules, fpgrowth
from mlxtend.preprocessing import TransactionEncoder

lines, support = sys.argv[1], float(sys.argv[2])
begin = time.process_time()
table = pd.read_parquet(lines, columns=["basket", "item"])
baskets = table.groupby("basket")["item"].agg(set).tolist()
encoder = TransactionEncoder()
wide = pd.DataFrame.sparse.from_spmatrix(encoder.fit_transform(baskets, sparse=True), columns=encoder.columns_)
frequent = fpgrowth(wide, min_support=support, use_colnames=True, max_len=2)
rules = association_rules(frequent, metric="support", min_threshold=support)
rules = rules.assign(antecedent=rules["antecedents"].map(min), consequent=rules["consequents"].map(min))
columns = ["antecedent", "consequent", "support", "confidence", "lift"]
answer = {
    "seconds": time.process_time() - begin,
    "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "rules": json.loads(rules[columns].to_json(orient="values", double_precision=15)),
}
sys.stdout.write(json.dumps(answer))
