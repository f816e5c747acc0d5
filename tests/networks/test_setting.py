import pytest

from guidelines.networks.setting import set_to


def test_a_setting_is_as_before_also_after_an_error():
    values = [1]

    def held():
        return set_to(2, lambda: values[-1], values.append)

    with held():
        assert values == [1, 2]
    assert values == [1, 2, 1]
    with pytest.raises(KeyError), held():
        raise KeyError
    assert values == [1, 2, 1, 2, 1]
