"""Needs analysis: where the client stands, where sales are lost, whether the data can be trusted."""
