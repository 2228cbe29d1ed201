"""Report: executed notebooks become pages that a client can read anywhere."""
