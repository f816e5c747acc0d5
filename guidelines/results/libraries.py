"""The libraries that the suite needs, and how to install one that is not there."""

from importlib.util import find_spec

# The package to install, by the name of the module that is imported.
PACKAGES = {
    "torch": "torch",
    "pytest": "pytest",
    "pytest_benchmark": "pytest-benchmark",
    "numpy": "numpy",
    "tabulate": "tabulate",
}


def lacking() -> str:
    """A sentence on the first library that is not installed, "" if all are."""
    for module in PACKAGES:
        if find_spec(module) is None:
            return how_to_install(module)
    return ""


def how_to_install(module: str) -> str:
    """Name what is lacking without a module of PACKAGES, and the command that installs it."""
    package = PACKAGES[module]
    hint = ", or the build for your device from https://pytorch.org" if module == "torch" else ""
    return f"{package} is not installed: pip install {package}{hint}"
