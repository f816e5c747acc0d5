import json
import subprocess
import sys
from pathlib import Path

from guidelines.results.model import Circumstances

RECORDED = Path(__file__).parent.parent.parent / "experiments" / "recorded" / "cpu-epyc-2-cores.json"
OTHER_KERNELS = RECORDED.with_name("cpu-epyc-2-cores-sse41.json")
PLANTED = (0.62, 0.68, 0.73, 0.78)


def test_a_change_of_the_list_is_status_1_and_named(write_run, printed_line):
    a, b = write_run("a.json", 2.0), write_run("b.json", 2.4)
    status, _, err = printed_line("compare", a, b, "--fail-on", "stronger:10%,weaker")
    assert status == 1
    assert err.startswith("guidelines: G2 x1 g=8 is STRONGER on B: 1.20")
    assert printed_line("compare", a, b, "--fail-on", "stronger:30%,weaker")[0] == 0


def test_what_b_lacks_is_said_or_stops(write_run, printed_line, tmp_path):
    a, b = write_run("a.json", 2.0), write_run("b.json", 2.0)
    content = json.loads(Path(b).read_text())
    del content["benchmarks"][2]
    Path(b).write_text(json.dumps(content))
    status, _, err = printed_line("compare", a, b, "--fail-on", "stronger")
    assert status == 0
    assert err.startswith("guidelines: not on B, so not checked: G2 x1 g=8 (cpu, against g=1)\n")
    status, _, err = printed_line("compare", a, b, "--fail-on", "missing")
    assert status == 1
    assert err.startswith("guidelines: G2 x1 g=8 (cpu, against g=1) is MISSING on B\n")
    assert "not on B, so not checked" not in err


def test_a_word_that_is_misspelt_is_named_with_the_one_that_was_meant(write_run, printed_line):
    a, b = write_run("a.json", 2.0), write_run("b.json", 2.4)
    _, _, err = printed_line("compare", a, b, "--fail-on", "slowr:5%")
    assert err.endswith("; did you mean slower?\n")


def test_a_change_of_launches_trips_and_is_named_as_one(write_run, printed_line):
    a = write_run("a.json", 2.0)
    b = write_run("b.json", 2.4, circumstances=Circumstances(launch_s=5e-3, device_s=2e-3))
    status, _, err = printed_line("compare", a, b, "--fail-on", "stronger,slower")
    assert status == 1
    *lines, last = err.splitlines()
    assert last.startswith("guidelines: Gate FAILED: ")
    assert [line.partition(":")[2].partition(" on B")[0] for line in lines] == [
        " G2 x1 g=8 is STRONGER",
        " G2 x1 g=8 is SLOWER",
    ]
    assert all(line.endswith("(times of launching, not of the device)") for line in lines)


def test_a_reader_that_stops_early_does_not_hide_a_change(write_run):
    files = f"{write_run('a.json', 2.0)} {write_run('b.json', 2.4)}"
    command = (
        f"{sys.executable} -m guidelines compare {files} --fail-on stronger | true; exit ${{PIPESTATUS[0]}}"
    )
    assert subprocess.run(["bash", "-c", command], stderr=subprocess.DEVNULL).returncode == 1


def slow(benchmark, factor, of_baseline):
    """Multiply the times of a row of a file, whose baseline takes `of_baseline` times as long as it took."""
    stats, entry = benchmark["stats"], benchmark["extra_info"]["guidelines"]
    stats["data"], stats["median"] = [s * factor for s in stats["data"]], stats["median"] * factor
    if "control_samples_s" in entry:
        entry["control_samples_s"] = [s * of_baseline for s in entry["control_samples_s"]]
    told = [entry["slowdown"]]
    for of_pass in entry["passes"]:
        of_pass["seconds_per_call"] *= factor
        told.append(of_pass["slowdown"])
    for slowdown in told:
        for name in {"estimate", "low", "high"} & slowdown.keys():
            slowdown[name] *= factor / of_baseline


def planted(path, is_alone=False):
    """The recorded run with slower rows of G4 c64; alone, it and a.json beside it hold those rows only."""
    content = json.loads(RECORDED.read_text())
    rows = [b for b in content["benchmarks"] if b["name"].startswith("test_g4[cpu-c64-")]
    if is_alone:
        content["benchmarks"] = rows
        (path.parent / "a.json").write_text(json.dumps(content))
    for benchmark, speed in zip(rows, PLANTED, strict=True):
        slow(benchmark, 1 / speed, of_baseline=1 / PLANTED[0])
    path.write_text(json.dumps(content))
    return str(path)


def test_a_block_that_became_slower_fails_alone_and_among_many_rows(tmp_path, printed):
    many = printed("compare", str(RECORDED), planted(tmp_path / "b.json"), "--fail-on", "slower")
    alone_b = planted(tmp_path / "alone.json", is_alone=True)
    alone = printed("compare", str(tmp_path / "a.json"), alone_b, "--fail-on", "slower")
    for (status, _, err), of in ((many, 51), (alone, 4)):
        *trips, last = err.splitlines()
        assert status == 1
        assert [line.partition(" is SLOWER on B: 0.")[0] for line in trips] == [
            "guidelines: G4 c64 ReLU + shortcut",
            "guidelines: G4 c64 no shortcut",
            "guidelines: G4 c64 no ReLU",
            "guidelines: G4 c64 neither",
        ]
        assert last == f"guidelines: Gate FAILED: slower by more than 3 %: 4 of {of} speeds"
    assert many[2].splitlines()[:4] == alone[2].splitlines()[:4]


def test_a_recorded_run_beside_itself_passes_every_gate(printed_line):
    words = "stronger,weaker,faster,slower,unclear,missing"
    status, out, err = printed_line("compare", str(RECORDED), str(RECORDED), "--fail-on", words)
    assert status == 0
    assert "39 slow-downs: 0 STRONGER, 0 WEAKER, 39 SAME, 0 UNCLEAR" in out
    assert "51 speeds: 0 FASTER, 0 SLOWER, 51 SAME, 0 UNCLEAR; B's speed-up is 1 (geometric mean)" in out
    assert err.startswith(
        "guidelines: Gate passed: stronger by more than 3 %: 0 of 39 slow-downs; weaker by "
    )


def test_the_answer_opens_every_format_and_folds_the_rest_away_in_markdown(tmp_path, printed):
    b = planted(tmp_path / "b.json")
    for form, mark in (
        ("text", "{}\n"),
        ("markdown", "**{}**\n"),
        ("html", "<li>{}</li>"),
        ("latex", "\n% {}\n"),
    ):
        _, out, _ = printed("compare", str(RECORDED), b, "--fail-on", "slower", "--format", form)
        text = "Gate FAILED: slower by more than 3 %: 4 of 51 speeds"
        assert mark.format(text) in out
        assert out.startswith(mark.format(text)) or form in ("html", "latex")
    _, out, _ = printed("compare", str(RECORDED), b, "--fail-on", "slower", "--format", "json")
    (check,) = json.loads(out)["gate"]["checks"]
    assert json.loads(out)["gate"]["passed"] is False
    assert (check["word"], check["least"], len(check["tripped"])) == ("slower", 0.03, 4)


def test_a_comment_for_a_pull_request_has_at_most_25_lines_in_sight(printed, tmp_path):
    path = tmp_path / "slow.json"
    content = json.loads(RECORDED.read_text())
    for benchmark in content["benchmarks"]:
        slow(benchmark, 3, of_baseline=3)
    path.write_text(json.dumps(content))
    words = "slower,faster,stronger,weaker,unclear:10%,disturbed,missing"
    for a, b in ((RECORDED, path), (RECORDED, RECORDED)):
        _, out, _ = printed("compare", str(a), str(b), "--fail-on", words, "--format", "markdown")
        sight, _, folded = out.partition("<details>\n\n<summary>Everything that was compared</summary>")
        assert len(sight.splitlines()) <= 20
        assert folded.rstrip().endswith("</details>")
        assert "# A compared with B" in folded


def test_a_gate_that_decided_nothing_does_not_look_like_one_that_passed(write_run, printed):
    few = write_run("b.json", 2.05, rounds=4, median_s=0.02)
    a = write_run("a.json", 2.0)
    status, out, err = printed("compare", a, few, "--fail-on", "weaker", "--format", "markdown")
    headline = (
        "Gate passed, but decided NONE of 2 slow-downs: weaker by more than 3 %: 0 of 2 slow-downs "
        "(2 undecided)"
    )
    undecided = (
        "undecided: 2 slow-downs (the widest, G2 x1 g=2, has no usable interval); to decide, measure both "
        "sides with --passes 5 or more, on a quieter machine; add unclear to --fail-on to fail at what "
        "is undecided, unclear:10% if beyond 10 %"
    )
    assert (status, err) == (0, f"guidelines: {undecided}\nguidelines: {headline}\n")
    assert out.startswith(f"**{headline}**\n")
    assert f"- {undecided}\n" in out
    assert "- A and B: one process: the interval does not cover other runs; --passes 5 would" in out
    assert printed("compare", a, few, "--fail-on", "weaker,unclear")[0] == 1
    _, out, _ = printed("compare", a, few, "--fail-on", "weaker", "--format", "json")
    gate = json.loads(out)["gate"]
    assert (gate["passed"], gate["decided"]) == (True, {"slow-down": {"asked": 2, "decided": 0}})


def test_a_gate_that_decided_a_part_says_of_how_much_and_what_would_decide_more(printed):
    _, _, err = printed("compare", str(RECORDED), str(OTHER_KERNELS), "--fail-on", "faster:5%,missing")
    undecided, headline = err.splitlines()
    assert headline.startswith("guidelines: Gate passed, but decided only 12 of 51 speeds: faster by more ")
    assert "measure both sides longer: --passes 43 --benchmark-max-time 18 would decide about 21" in undecided
