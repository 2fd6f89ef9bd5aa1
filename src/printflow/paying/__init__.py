"""Asks the payment systems that Printflow speaks to itself."""
