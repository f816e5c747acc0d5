import numpy as np
import pytest

from guidelines.stats.additive import filled

NAN = np.nan


def table(*rows):
    return np.array(rows, dtype=float)[:, None, :]


def test_a_missing_figure_is_the_level_of_its_member_plus_that_of_its_variable():
    logs = table([1.0, 2.0, 4.0], [1.5, NAN, 4.5], [NAN, 1.0, NAN])
    assert filled(logs)[:, 0] == pytest.approx(
        np.array([[1.0, 2.0, 4.0], [1.5, 2.5, 4.5], [0.0, 1.0, 3.0]]), abs=1e-12
    )


def test_what_only_a_chain_of_members_links_is_estimated_too():
    logs = table([0.0, 1.0, NAN, NAN], [NAN, 1.1, 2.1, NAN], [NAN, NAN, 2.2, 3.2])
    assert filled(logs)[0, 0] == pytest.approx([0.0, 1.0, 2.0, 3.0])
    assert filled(logs)[2, 0] == pytest.approx([0.2, 1.2, 2.2, 3.2])


def test_what_nothing_links_stays_missing():
    logs = table([0.0, NAN, NAN], [0.1, NAN, NAN], [NAN, 5.0, NAN], [NAN, NAN, NAN])
    assert np.array_equal(filled(logs), logs, equal_nan=True)


def test_each_repetition_is_a_table_of_its_own():
    logs = np.zeros((3, 2, 2))
    logs[:, 1] += 7
    logs[2, :, 1] = NAN
    logs[1, 1] = NAN
    full = filled(logs)
    assert full[2, :, 1] == pytest.approx([0.0, 7.0])
    assert np.isnan(full[1, 1]).all()


def test_one_odd_figure_does_not_move_the_level_of_its_variable():
    logs = np.zeros((5, 1, 20))
    logs[0, 0, 0] = 2.0
    logs[4, 0, 0] = NAN
    assert filled(logs)[4, 0, 0] == pytest.approx(0.0, abs=0.03)


def test_full_tables_stay():
    logs = np.random.default_rng(0).normal(size=(3, 2, 4))
    assert filled(logs) is logs
