import pytest


@pytest.fixture
def runs(write_run, tmp_path):
    """A folder with two runs and a broken file."""
    for k in range(2):
        write_run(f"runs/{k}.json", 2.0 + k / 100)
    (tmp_path / "runs" / "broken.json").write_text("{")
    return tmp_path / "runs"


def broken(runs):
    return f"{runs}/broken.json: is not valid JSON: "


def test_one_broken_file_refuses_all_by_name(runs, printed):
    status, out, err = printed("report", str(runs))
    assert (status, out) == (2, "")
    assert err.startswith(f"guidelines: {broken(runs)}")


def test_the_others_are_read_on_request_and_the_status_says_so(runs, printed):
    status, out, err = printed("report", str(runs), "--skip-broken")
    assert status == 3
    assert "in 2 runs" in out
    assert err.startswith(f"guidelines: skipped {broken(runs)}")
    assert err.count("\n") == 1


def test_many_files_name_each_that_is_left_out(runs, write_run, printed):
    for k in range(40):
        write_run(f"runs/more/{k}.json", 2.1 + k / 1000)
    (runs / "more" / "empty.json").touch()
    status, out, err = printed("report", str(runs), "--skip-broken")
    assert status == 3
    assert "in 42 runs" in out
    assert [line.split(":")[1].rpartition("/")[2] for line in err.splitlines()] == [
        "broken.json",
        "empty.json",
    ]


def test_without_a_broken_file_nothing_changes(write_run, printed):
    path = write_run("a.json", 2.0)
    assert printed("report", path, "--skip-broken") == printed("report", path)


def test_if_all_files_are_broken_nothing_can_be_shown(runs, printed):
    status, out, err = printed("report", str(runs / "broken.json"), "--skip-broken")
    assert (status, out) == (2, "")
    assert err.startswith(f"guidelines: the only file is broken, {broken(runs)}")


def test_what_fail_on_finds_comes_before_what_was_left_out(runs, write_run, printed):
    arguments = ("compare", str(runs), write_run("b.json", 40.0), "--skip-broken", "--fail-on")
    assert printed(*arguments, "stronger:1%")[0] == 1
    assert printed(*arguments, "missing")[0] == 3


def test_a_side_of_broken_files_cannot_be_compared(runs, write_run, printed):
    status, _, err = printed("compare", str(runs / "broken.json"), write_run("b.json", 2.0), "--skip-broken")
    assert status == 2
    assert "nothing can be compared" in err


def test_two_machines_of_one_side_are_not_compared_if_the_other_is_broken(runs, write_run, printed, tmp_path):
    write_run("two/1.json", 2.0)
    write_run("two/2.json", 4.0, node="there")
    paths = [str(tmp_path / "two"), str(runs / "broken.json")]
    for side, other in (("B", paths), ("A", paths[::-1])):
        status, out, err = printed("compare", *other, "--skip-broken", "--fail-on", "stronger")
        assert (status, out) == (2, "")
        assert f"all files of {side} were skipped, so nothing can be compared\n" in err


def test_pictures_are_drawn_of_what_is_left(runs, printed, tmp_path):
    status, _, err = printed("plot", str(runs), "--skip-broken", "-o", str(tmp_path / "pictures"))
    assert status == 3
    assert (tmp_path / "pictures" / "g2.svg").exists()
    assert "skipped" in err
