"""What stands behind forecast tracking: forecasts made at past days beside what came, and the judgement on them."""
