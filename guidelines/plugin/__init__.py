"""The pytest plugin: options and marked tests become a journal, JSON and tables."""

# Modules that pytest loads with this one, after `-p guidelines.plugin` or `pytest_plugins` in a conftest.py.
pytest_plugins = [
    "guidelines.plugin.hooks",
    "guidelines.plugin.measurement",
    "guidelines.plugin.ending",
    "guidelines.plugin.saving",
    "guidelines.plugin.summary",
]
