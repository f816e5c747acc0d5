"""The pytest plugin: options and marked tests become a journal, JSON and tables.

PYTEST_DONT_REWRITE: `entry` imports this package before pytest could rewrite its assertions; it has none.
"""

# Modules that pytest loads with this one: after `-p guidelines.plugin`, after `pytest_plugins` in a
# conftest.py, or when `entry`, which an installed suite makes known to pytest, finds a use for it.
pytest_plugins = [
    "guidelines.plugin.entry",
    "guidelines.plugin.hooks",
    "guidelines.plugin.words",
    "guidelines.plugin.measurement",
    "guidelines.plugin.ending",
    "guidelines.plugin.saving",
    "guidelines.plugin.summary",
]
