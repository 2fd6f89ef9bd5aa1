"""Fixtures of all tests."""

pytest_plugins = [
    "tests.plugins.components",
    "tests.plugins.lab",
    "tests.plugins.postgres",
    "tests.plugins.settings_sources",
]
