"""Generated clients: an audio web shop with planted truth, for the demo, the tests and the benchmarks."""

from playbook.generate.client import GeneratedClient, generate_client

__all__ = ["GeneratedClient", "generate_client"]
