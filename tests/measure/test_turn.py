from guidelines.measure.turn import Turn, new_turn

VARIANTS = ("g1", "g2", "g8")


def test_another_view_of_the_file_sees_whose_turn_it_is():
    with new_turn() as seen:
        assert seen.of(VARIANTS) == ""
        told = Turn(seen.path)
        for variant in ("g8", "", "g1"):
            told.set(variant, VARIANTS)
            assert seen.of(VARIANTS) == variant
        told.close()
        assert seen.of(VARIANTS) == "g1"
    assert not seen.path.parent.exists()


def test_a_position_that_a_sweep_does_not_have_is_no_ones_turn():
    with new_turn() as turn:
        turn.set("g8", VARIANTS)
        assert turn.of(VARIANTS[:2]) == ""
