def test_a_picture_is_written_for_each_guideline(write_run, printed_line, tmp_path):
    status, _, err = printed_line(
        "plot", write_run("a.json", 2.0), write_run("b.json", 2.4), "-o", str(tmp_path)
    )
    assert status == 0
    assert err.splitlines() == [f"wrote {tmp_path}/g2.svg", f"wrote {tmp_path}/g2.png"]
