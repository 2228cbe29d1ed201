"""Answering: what stands behind the service section: examples, retrieval, confidence, and what no standing answer covers."""
