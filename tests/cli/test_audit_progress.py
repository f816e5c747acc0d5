from types import SimpleNamespace

import pytest

from guidelines.cli.audit_progress import follow
from guidelines.measure.passes import PassBegins


@pytest.mark.parametrize(("parts", "told"), [(1, "1 operator of net"), (2, "2 operators of net")])
def test_a_pass_has_a_line_with_the_number_of_operators(parts, told, capsys):
    def steps():
        yield PassBegins(number=1, sweeps=1, why="", left_s=0.0)

    audit = SimpleNamespace(
        audit=SimpleNamespace(parts=(None,) * parts),
        audited=SimpleNamespace(target="net"),
        limits=SimpleNamespace(passes=1, sampling_s=3.0),
        compiled=0,
        steps=steps,
    )
    follow(audit)
    assert capsys.readouterr().err == f"0:10 left, pass 1 of 1, {told}\n"
