"""The pytest plugin: options and marked tests become a journal, JSON and tables."""

pytest_plugins = ["guidelines.plugin.hooks"]
