"""Rules between pairs through our intake: read, count, test; of a parquet file of order lines."""

import json
import shutil
import tempfile
import time
from pathlib import Path


def main(lines: str, support: str) -> dict:
    from playbook.engagement import open_engagement
    from playbook.intake.frames.baskets import count_pairs
    from playbook.intake.sent import last_day, open_sources
    from playbook.intake.tables import Tables, cut
    from playbook.methods.market_research.pairing.rules import pair_rules

    columns = {"order_id": "basket", "order_date": "day", "revenue": "revenue", "product_id": "item"}
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "data" / "bench"
        (folder / "raw").mkdir(parents=True)
        shutil.copy(lines, folder / "raw" / "lines.parquet")
        source = {"orders": {"path": "raw/lines.parquet", "columns": columns}}
        (folder / "client.yml").write_text(json.dumps({"name": "Bench", "currency": "EUR", "sources": source}))
        begin = time.process_time()
        sent = open_sources(open_engagement("bench", root=Path(home)))
        as_of = last_day(sent)
        tables = Tables({"orders": cut("orders", sent["orders"].rows, as_of)}, as_of)
        counted = count_pairs(tables)
        pairs, items, baskets = counted.pairs, counted.items, int(counted.whole["baskets"])
        pairs = pairs[pairs["both"] >= float(support) * baskets]
        i, j = pairs["i"].to_numpy(), pairs["j"].to_numpy()
        names, n = items["item"].to_numpy(), items["n"].to_numpy()
        pairs = pairs.assign(product_a=names[i], product_b=names[j], a=n[i], b=n[j], expected=counted.chance(i, j))
        rules = pair_rules(pairs.assign(baskets=baskets, items=len(items)))
        seconds = time.process_time() - begin
    columns = ["antecedent", "consequent", "support", "confidence", "lift", "shown"]
    return {"seconds": seconds, "rules": json.loads(rules[columns].to_json(orient="values", double_precision=15))}
