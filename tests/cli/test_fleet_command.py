import io
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from made_up_fleet import FACTS, FakeCluster, connecting, nodes

from guidelines.cli import fleet_arguments, fleet_progress
from guidelines.cli.experiments import experiments
from guidelines.cli.main import main
from guidelines.cli.output import CommandError
from guidelines.fleet import cluster as of_ray
from guidelines.fleet.lock import locked
from guidelines.fleet.node_pass import PassResult
from guidelines.fleet.spreading import Lost, Member, Slot, Spreading


@pytest.fixture
def fleet(monkeypatch, tmp_path, capsys, saved, run):
    """Runs the command in a folder of its own on a made-up cluster; gives its status and what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        fleet_arguments, "for_pytest", lambda arguments: ["-p", "no:cacheprovider", *arguments]
    )
    monkeypatch.setattr(of_ray, "check_address", lambda address: None)

    def content_of(name):
        content = saved(run.entries)
        content["machine_info"]["node"] = name
        return content

    def fleet(*arguments, there=("n1", "n2"), of=FakeCluster, **how):
        cluster = of(nodes(*there), content_of=content_of, **how)
        monkeypatch.setattr(of_ray, "connected", connecting(cluster))
        status = main(["fleet", *arguments])
        printed = capsys.readouterr()
        return status, printed.out.splitlines(), printed.err.splitlines()[1:], cluster.log

    return fleet


@pytest.fixture
def unchecked(monkeypatch):
    """Selections that are not collected here, which takes seconds."""
    from guidelines.cli.commands import fleet

    monkeypatch.setattr(fleet, "check_selection", lambda arguments: None)


def test_a_fleet_is_measured_and_gathered(fleet, unchecked, tmp_path):
    status, out, err, log = fleet("--passes", "2", "--", "G1", "-k", "x1")
    assert status == 0
    assert out[0].startswith("Do the guidelines hold")
    assert out[1].startswith("G2  holds on 2 of 2 machines")
    assert out[-1] == "2 of 2 are there, in fleet; `guidelines compare fleet` shows more"
    assert log == [("n1", 1), ("n2", 1), ("n1", 2), ("n2", 2)]
    assert sorted(path.name for path in (tmp_path / "fleet").glob("*.json")) == ["n1.json", "n2.json"]
    assert err[:2] == ["n1: waits for the node", "n2: waits for the node"]
    assert err[-2:] == ["n1: done", "n2: done"]
    assert "n1: measures pass 1 of 2" in err


def test_nodes_that_are_missing_are_named_with_their_reasons(fleet, unchecked):
    status, out, err, _ = fleet(
        *("--passes", "1", "--", "G1"),
        there=("n1", "n2", "n3", "n4"),
        facts={"n2": replace(FACTS, torch="")},
        deals={("n3", 1): PassResult(reason="no", printed="line 1\nline 2"), ("n4", 1): Lost("is lost")},
    )
    assert status == 1
    assert out[-2:] == [
        "1 of 4 are there, in fleet; `guidelines compare fleet` shows more",
        "missing: n2, n3, n4; `guidelines fleet -o fleet --resume` goes on",
    ]
    torch = "n2: has no torch in its Python 3.11.7"
    assert err[-5:] == [torch, "n3: no", "  line 1", "  line 2", "n4: is lost"]


def test_ctrl_c_keeps_what_is_there_and_resume_completes_it(fleet, unchecked):
    options = ("-o", "of today", "--address", "auto")
    status, out, err, _ = fleet(*options, "--passes", "2", "--", "G1", deals={("n2", 2): KeyboardInterrupt()})
    assert (status, out) == (130, [])
    goes_on = "guidelines fleet --address auto -o 'of today' --resume"
    assert err[-1] == f"guidelines: interrupted; `{goes_on}` goes on"
    status, out, _, log = fleet(*options, "--resume")
    assert (status, log) == (0, [("n1", 2), ("n2", 2)])
    status, _, _, log = fleet(*options, "--resume", "--passes", "2", "--", "G1")
    assert (status, log) == (0, [])


def test_sigterm_ends_as_ctrl_c_does_with_its_own_status(fleet, unchecked):
    class Sigterm(FakeCluster):
        def news(self, wait_s):
            if self.log and self.log[-1] == ("n2", 1):
                os.kill(os.getpid(), signal.SIGTERM)
            return super().news(wait_s)

    before = signal.getsignal(signal.SIGTERM)
    status, out, err, _ = fleet("--passes", "2", "--", "G1", of=Sigterm)
    assert (status, out) == (143, [])
    assert err[-1] == "guidelines: terminated; `guidelines fleet -o fleet --resume` goes on"
    assert signal.getsignal(signal.SIGTERM) is before


IN_USE = "guidelines: fleet: another `guidelines fleet` is measuring in it; wait for its end"


def test_two_do_not_measure_in_one_folder(fleet, unchecked, tmp_path, capsys):
    fleet("--passes", "1", "--", "G1")
    with locked(tmp_path / "fleet"):
        assert main(["fleet", "--resume"]) == 2
    assert capsys.readouterr().err.splitlines() == [IN_USE]
    assert fleet("--resume")[0] == 0


@pytest.mark.parametrize("options", [("--passes", "1", "--", "G1"), ("--resume",)])
def test_a_fleet_that_measures_has_locked_its_folder(
    fleet, unchecked, tmp_path, capsys, monkeypatch, options
):
    class Cluster(FakeCluster):
        def hold(self, slot):
            with locked(Path("fleet")):
                raise AssertionError("is not locked")

    fleet("--passes", "1", "--", "G1")
    if "--resume" in options:
        (tmp_path / "fleet" / "n1.json").unlink()
    else:
        shutil.rmtree(tmp_path / "fleet")
    monkeypatch.setattr(of_ray, "connected", connecting(Cluster(nodes("n1", "n2"))))
    assert main(["fleet", *options]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == IN_USE


def test_what_a_device_lacks_is_named_at_the_end(fleet, unchecked):
    status, out, err, _ = fleet(
        *("--passes", "2", "--", "G1"), deals={("n2", 2): PassResult(journal=b"x", saved=b"")}
    )
    assert (status, err[-1]) == (1, "n2: its file of pass 2 cannot be read")
    assert out[-2].startswith("1 of 2 are there, in fleet")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["-k", "x1"], "-k: no such option of `guidelines fleet`; arguments of pytest stand after --"),
        (["G1"], "G1: no such argument of `guidelines fleet`; arguments of pytest stand after --"),
        (
            ["--adress", "X", "--", "G1"],
            "--adress: no such option of `guidelines fleet`; did you mean --address?; "
            "arguments of pytest stand after --",
        ),
        (["--", "--passes=3"], "--passes: give it before `--`"),
        (["--", "--benchmark-json", "a.json"], "--benchmark-json: a fleet sets it for each device"),
        (["--each", "device", "--", "--device=cuda"], "--device: a fleet sets it for each device"),
        (["--resume"], "fleet: nothing to resume, there is no fleet.plan"),
        (["--resume", "--nodes", "n1"], "--nodes: a fleet is resumed on the nodes that it was begun on"),
        (["-o", "no/fleet"], "no/fleet: cannot be written: No such file or directory"),
        (["--nodes", "m*"], "--nodes m*: no such node; possible: n1, n2"),
    ],
)
def test_a_mistake_is_one_line(fleet, unchecked, capsys, arguments, error, monkeypatch):
    monkeypatch.setattr(of_ray, "connected", connecting(FakeCluster(nodes("n1", "n2"))))
    assert main(["fleet", *arguments]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"guidelines: {error}"


def test_ctrl_c_before_anything_is_there_names_nothing_to_resume(fleet, unchecked):
    status, _, err, _ = fleet("--", "G1", nodes_raise=KeyboardInterrupt())
    assert (status, err) == (130, ["guidelines: interrupted"])


def test_a_selection_that_selects_nothing_is_an_error_before_anything_is_spread(fleet, tmp_path, capsys):
    (tmp_path / "test_none.py").write_text("def test_none(): pass")
    assert main(["fleet", "--", "test_none.py"]) == 2
    assert capsys.readouterr().err == "guidelines: no guideline would be measured with these arguments\n"
    assert not (tmp_path / "fleet").exists()


def test_what_depends_on_the_machine_is_left_to_the_nodes(fleet, tmp_path):
    shutil.copy(experiments()["g1"], tmp_path)
    for option in ("--device=cuda:99", "--threads=9999"):
        fleet_arguments.check_selection(["test_g1_channel_ratio.py", "-k", "x1", option])
    with pytest.raises(CommandError, match=r"^no guideline would be measured"):
        fleet_arguments.check_selection(["test_g1_channel_ratio.py", "-k", "x999", "--device=cuda:99"])


def test_the_home_folder_does_not_travel(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert main(["fleet", "--", "G1"]) == 2
    assert "the current folder travels to every node" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(monkeypatch, members, lines=24):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LINES", str(lines))
    stream = Terminal()
    spreading = Spreading(FakeCluster([]), None, members, ("G1",), passes=5, timeout_s=9, clock=lambda: 0.0)
    fleet_progress.follow([None], spreading, stream)
    return stream.getvalue()


def test_a_terminal_has_a_line_for_each_member_that_is_written_anew(monkeypatch):
    slots = [Slot(node) for node in nodes("n1", "node2")]
    missing = Member(slots[1], "node2", state="missing", reason="has no torch in its Python 3.11.7")
    frame = "n1     measures pass 2 of 5\nnode2  missing: has no torch in its ...\n"
    members = [Member(slots[0], "n1", state="measures", number=2), missing]
    assert shown(monkeypatch, members) == f"\r\x1b[J{frame}\x1b[2A\r\x1b[J{frame}"


def test_a_table_of_many_members_fits_on_the_terminal(monkeypatch):
    members = [Member(Slot(node), node.name) for node in nodes(*(f"n{number}" for number in range(100)))]
    members[70].state, members[70].reason = "missing", "is lost"
    members[80].state = "measures"
    frame = shown(monkeypatch, members, lines=6).split("\r\x1b[J")[-1].splitlines()
    assert frame[0] == "n70  missing: is lost"
    assert frame[1].startswith("n80  measures pass")
    assert frame[4] == "and 96 more: 96 waits for the node"
    assert len(frame) == 5


def test_an_empty_address_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["fleet", "--address", "", "--", "G1"])
    assert ended.value.code == 2
    assert (
        "argument --address: is empty; leave it out for a cluster on this machine" in capsys.readouterr().err
    )
