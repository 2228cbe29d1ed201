"""Risk: a credit score that adds up, what it is worth, the policy it supports, and payments and orders that do not fit."""
