"""A generated bank: households, offers, credits, card payments and corporate loans, with planted truth."""

from playbook.generate.bank.client import GeneratedBank, generate_bank

__all__ = ["GeneratedBank", "generate_bank"]
