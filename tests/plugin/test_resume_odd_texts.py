import pytest
from inner_experiments import SMALL
from inner_runs import SWEEP

from guidelines.plugin.resumption import check_same
from guidelines.results import journal
from guidelines.results.checked import LONGEST
from guidelines.results.files import load_journal
from guidelines.results.journal_contents import Header
from guidelines.results.model import Machine

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")


@pytest.mark.parametrize("odd", ["\u05d0\u05d1", "x\u200b2", "\x1b[31m", "s" * (LONGEST + 100)])
def test_a_sweep_with_an_odd_name_is_resumed(suite, odd):
    experiment = SMALL.replace('"x1"', ascii(odd))
    cut = experiment + "        if '-g4' in request.node.name: raise KeyboardInterrupt\n"
    suite("--journal=run.jsonl", experiment=cut, no_reraise_ctrlc=True)
    result = suite("--journal=run.jsonl", "--resume", experiment=experiment)
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["resumed *: 1 of 2 sweeps are there"])
    assert "\x1b[31m" not in result.stdout.str()


def test_a_run_under_many_conditions_is_resumed(tmp_path):
    many = ", ".join(f"cpu-t{threads} (a processor)" for threads in range(1, LONGEST))
    path, header = tmp_path / "run.jsonl", Header(Machine(), {"conditions": many}, {SWEEP: ("g1",)})
    journal.create(path, header).close()
    check_same(path, load_journal(path).header, header)
    other = Header(Machine(), {"conditions": f"{many}."}, {SWEEP: ("g1",)})
    with pytest.raises(pytest.UsageError, match="conditions"):
        check_same(path, load_journal(path).header, other)
