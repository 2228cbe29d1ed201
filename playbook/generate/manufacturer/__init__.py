"""The generated manufacturer: packaging machines, their spare parts and service, sold to firms; every export in Chinese."""

from playbook.generate.manufacturer.client import GeneratedManufacturer, generate_manufacturer

__all__ = ["GeneratedManufacturer", "generate_manufacturer"]
