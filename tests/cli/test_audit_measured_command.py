import json
from pathlib import Path

import pytest

from guidelines.measure.audit.as_planned import DIFFERS

HARD = Path(__file__).parents[1] / "measure" / "audit" / "hard_networks.py"
QUICK = ("--passes", "1", "--seconds", "1")

ZEROS = """
from torch import nn
net = nn.Sequential(nn.Linear(4, 4))
nn.init.zeros_(net[0].weight)
nn.init.zeros_(net[0].bias)
"""


@pytest.fixture
def audit(printed):
    """Audits a network of hard_networks.py for a second; gives the status, the output and the last error."""

    def audit(name, *arguments):
        status, out, err = printed("audit", f"{HARD}:{name}", *QUICK, *arguments)
        lines = [line for line in err.splitlines() if line.startswith("guidelines: ")]
        assert "Traceback" not in err
        return status, out, "\n".join(lines)

    return audit


@pytest.mark.filterwarnings("ignore")
def test_operators_that_cannot_run_alone_are_named_and_the_rest_goes_on(audit, tmp_path):
    saved = tmp_path / "saved.json"
    status, out, err = audit("QuantisedImages", "--input", "1,3,8,8", "--save", str(saved))
    assert (status, err) == (0, "")
    said = " ".join(out.split())
    assert "quantize_per_tensor" in said
    assert "dequantize" in said
    assert "NotImplementedError" in said
    ours = json.loads(saved.read_text())["guidelines"]
    assert sorted(failure["variant"] for failure in ours["failed"]) == ["part-2", "part-3"]
    assert [part["guideline"] for part in ours["audit"]["parts"]] == ["G1", "", "", "G4"]


def test_two_inputs_and_an_output_that_is_a_dictionary(audit):
    status, out, err = audit("TwoOfBoth", "--input", "1,3,8,8", "--input", "1,4", "--format", "csv")
    assert (status, err) == (0, "")
    assert "upsample_bilinear2d" in out
    assert "linear 4->8" in out


def test_a_network_whose_output_changes_is_named_and_the_rest_goes_on(audit):
    status, out, err = audit("Counting", "--input", "1,3,8,8")
    assert (status, err) == (0, "")
    assert "network: its output changes from call to call" in " ".join(out.split())


def test_a_network_without_a_tensor_in_its_output_is_named(audit):
    status, out, err = audit("WithoutOutput", "--input", "1,3,8,8")
    assert (status, out) == (2, "")
    assert err.endswith("its time is not known: ValueError: its output, of type NoneType, holds no tensor")


def test_a_network_that_is_built_at_random_is_named(audit):
    status, out, err = audit("OtherWidths", "--input", "1,3,8,8")
    assert (status, out) == (2, "")
    assert err == f"guidelines: {HARD}:OtherWidths: its time is not known: {DIFFERS}"


@pytest.mark.parametrize(("name", "shape"), [("TwoInputs", "1,3,8,8"), ("Words", "2,7")])
def test_inputs_that_are_missing_or_of_another_type_point_to_the_option(audit, name, shape):
    _, _, err = audit(name, "--input", shape)
    assert err.endswith("; give each input of the network by --input, such as 1,128:int64")
    assert "by --input" not in audit("Plain", "--input", "1,4,8,8")[2]


@pytest.mark.parametrize(
    ("name", "shape", "said"),
    [
        ("Mutating", "1,3,8,8", "it changes its input 1 of 1: let it work on a copy"),
        ("InTraining", "1,3,8,8", "InTraining: got (1, 3, 8, 8): RuntimeError: only in training mode"),
        ("Flattening", "1,3,8,8", "it calls no operator of torch, so there is nothing to time"),
        ("TwoInputs", "1,3,8,8", "TwoInputs: got (1, 3, 8, 8): TypeError: TwoInputs.forward() missing 1"),
        ("Plain", "1,4,8,8", "layer 0 (Conv2d): got (1, 4, 8, 8), it takes (n, 3, ...)"),
        ("Words", "2,7", "layer words (Embedding): got (2, 7): RuntimeError"),
        ("Missing", "1,3,8,8", "hard_networks' has no attribute 'Missing'"),
    ],
)
def test_what_cannot_be_audited_is_said_in_one_line(audit, name, shape, said):
    status, out, err = audit(name, "--input", shape)
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 0


@pytest.mark.parametrize("target", ["mobilenet_v2_x1_0", f"{HARD}:Plain"])
def test_a_network_without_weights_of_its_own_has_no_state_to_keep(printed, target):
    status, out, err = printed("audit", target, *QUICK, "--state")
    assert (status, out) == (2, "")
    assert err == (
        f"guidelines: --state: {target} builds a new network, so there are no trained weights to keep; "
        "possible: a TARGET that is a torch.nn.Module already, such as file.py:net after net = Net()\n"
    )


def test_an_instance_keeps_its_state_if_asked(printed, tmp_path):
    (tmp_path / "trained.py").write_text(ZEROS)
    arguments = ("audit", f"{tmp_path}/trained.py:net", "--input", "2,4", *QUICK)
    kept, anew = (" ".join(printed(*arguments, *state)[1].split()) for state in (("--state",), ()))
    assert "network: its output is all zeros" in kept
    assert anew
    assert "all zeros" not in anew
