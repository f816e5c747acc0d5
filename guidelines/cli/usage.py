"""Plugins of pytest for `guidelines run` and `doctor`: errors in one line each, and no files of settings."""

import os
from pathlib import Path
from typing import Any

import pytest

from guidelines.cli.experiments import chosen, with_files
from guidelines.cli.near import did_you_mean
from guidelines.plugin.options import option_names

# Between pytest's usage and what is wrong.
ERROR = ": error: "
UNKNOWN = "unrecognized arguments: "


class OneLineErrors:
    """A pytest plugin that says in one line what is wrong with the arguments, and names the near option."""

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        """Note the parser, which knows every option in the end."""
        self._parser = parser

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_parse(self) -> Any:
        """Raises UsageError with one line in place of many."""
        try:
            return (yield)
        except pytest.UsageError as error:
            raise pytest.UsageError(self._line(str(error))) from None

    def _line(self, message: str) -> str:
        _, sign, reason = message.partition(ERROR)
        if not sign:
            return message
        line = reason.partition("\n")[0]
        if not line.startswith(UNKNOWN):
            return line
        words = line.removeprefix(UNKNOWN).split()
        unknown = next((word for word in words if word.startswith("-")), words[0])
        name = unknown.partition("=")[0]
        meant = did_you_mean(name, option_names(self._parser))
        return f"{name}: no such option{meant}; `pytest --help` lists them"


class Chosen:
    """A pytest plugin that takes names of experiments for their files, wherever they stand among options."""

    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> None:
        """Let pytest read what stands beside the files first; options are not all known yet."""
        named = early_config.known_args_namespace
        named.file_or_dir = with_files(named.file_or_dir)

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_parse(self) -> Any:
        """Raises CommandError for a name that is neither of an experiment nor of a file."""
        config = yield
        if config is not None and not config.option.pyargs:
            config.args = chosen(config.option.file_or_dir)
        return config


class NoSettings:
    """A pytest plugin that forgets the empty file that `for_pytest` gives in place of settings."""

    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> None:
        """Keep the header from naming it."""
        if early_config.inipath == Path(os.devnull):
            early_config._inipath = None


def plugins() -> list[object]:
    """New plugins for a call of pytest with arguments of `for_pytest`."""
    return [OneLineErrors(), Chosen(), NoSettings()]


class Marked:
    """A pytest plugin that notes if any test measures; `problem` says in one line that none does."""

    def __init__(self) -> None:
        self.problem = ""

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Look at the tests that are left to run."""
        if session.items and not any(item.get_closest_marker("guideline") for item in session.items):
            first = session.items[0].nodeid
            self.problem = (
                f"{first}: nothing was measured; mark the test @pytest.mark.guideline(sweeps=...), let it "
                "take `measure` and call measure()"
            )
