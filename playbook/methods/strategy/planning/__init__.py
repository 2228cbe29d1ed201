"""Planning: proposals of all sections become one plan: counted once, dated, judged by a rule."""
