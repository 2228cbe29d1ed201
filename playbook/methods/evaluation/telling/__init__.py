"""Telling: what was measured, in sentences, tables and charts."""
