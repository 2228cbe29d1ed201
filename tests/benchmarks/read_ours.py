"""Complete Journey through our intake: every frame that its tables allow, as a method gets it."""

import json
import time


def main(checked: str) -> dict:
    from playbook.engagement import open_engagement
    from playbook.intake.checks import audit
    from playbook.intake.frames import FRAMES, lacking
    from playbook.intake.sent import last_day, open_sources
    from playbook.intake.tables import Tables, cut, open_tables

    engagement = open_engagement("complete-journey")
    begin = time.process_time()
    if checked == "audited":
        rows = sum(table.rows for table in audit(engagement).inventory)
        return {"rows": rows, "seconds": time.process_time() - begin}
    if checked == "checked":
        tables = open_tables(engagement)
    else:
        sent = open_sources(engagement)
        as_of = engagement.as_of or last_day(sent)
        tables = Tables({name: cut(name, table.rows, as_of) for name, table in sent.items()}, as_of)
    frames = {name: frame.build(tables) for name, frame in FRAMES.items() if not lacking(frame, tables)}
    months = frames["months"].assign(month=frames["months"]["month"].dt.strftime("%Y-%m"))
    orders = frames["order_totals"]
    return {
        "seconds": time.process_time() - begin,
        "orders": len(orders), "revenue": round(float(orders["revenue"].sum()), 2), "frames": sorted(frames),
        "months": json.loads(months[["month", "revenue", "orders", "customers"]].round(2).to_json(orient="values")),
        "weeks": len(frames["weeks"]), "categories": len(frames["category_months"]),
    }  # fmt: skip
