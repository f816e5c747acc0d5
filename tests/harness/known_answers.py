"""Prints how often the account of slow-downs with a known reason finds it; asserts nothing.

Each repeat is a run of the guidelines in `known_answers/`, in which one factor carries all of each slow-down:
twice the elements (traffic), ten small operators in place of one (launches), odd widths beside aligned ones
(kernels), a layer called twice (work). A factor is found if it carries at least 85 % of the effect.

python tests/harness/known_answers.py [REPEATS] [PYTEST ARGUMENTS] takes about a minute for each of 10.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tabulate import tabulate

from guidelines.analysis.account.explain import accounts
from guidelines.analysis.measured import results_of
from guidelines.results.files import load

GUIDELINES = Path(__file__).with_name("known_answers") / "known_guidelines.py"
LEAST_SHARE = 0.85
MOST_BYTES = 10**9


def main():
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    rows, found, of_known = [], {}, {}
    with TemporaryDirectory() as folder:
        for repeat in range(1, repeats + 1):
            path = Path(folder, f"{repeat}.json")
            run(path, sys.argv[2:])
            for key, account in accounts(results_of(load(path, MOST_BYTES))).items():
                meant = key.sweep.guideline
                share = account.shares[meant] if account.shares else 0.0
                found[meant] = found.get(meant, 0) + (share >= LEAST_SHARE)
                of_known.setdefault(meant, []).append(account.factors["kernels"].estimate)
                factors = [f"{factor.estimate:.2f}" for factor in account.factors.values()]
                rows.append([repeat, meant, f"{account.slowdown.estimate:.2f}", *factors, f"{share:.0%}"])
            print(tabulate(rows[-4:], HEADS), flush=True)
    for meant, times in found.items():
        kernels = sorted(of_known[meant])
        print(f"{meant}: found in {times} of {repeats}; kernels {kernels[0]:.2f} to {kernels[-1]:.2f}")


HEADS = ["repeat", "meant", "slow-down", "work", "traffic", "launches", "kernels", "share of the meant"]


def run(path, arguments):
    command = [sys.executable, "-m", "guidelines", "run", GUIDELINES.name, f"--benchmark-json={path}"]
    with TemporaryDirectory() as folder:  # away from the conftest.py of the tests
        shutil.copy(GUIDELINES, folder)
        subprocess.run([*command, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
