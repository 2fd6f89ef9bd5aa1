"""Fixtures of all tests."""

pytest_plugins = [
    "tests.plugins.components",
    "tests.plugins.desktop",
    "tests.plugins.dovecot",
    "tests.plugins.fire",
    "tests.plugins.lab",
    "tests.plugins.inbox",
    "tests.plugins.once",
    "tests.plugins.orders",
    "tests.plugins.postgres",
    "tests.plugins.second_try",
    "tests.plugins.settings_sources",
    "tests.plugins.small_disk",
    "tests.plugins.small_dns",
]
