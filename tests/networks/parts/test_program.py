from torch import nn


def test_a_tensor_ends_with_the_last_call_that_uses_it(program, names):
    def residual(net, x):
        return net.b(net.a(x).relu()) + x

    known = program(residual, a=nn.Conv2d(8, 8, 1), b=nn.Conv2d(8, 8, 1))
    assert names(known) == ["convolution", "relu", "convolution", "add"]
    a, relu, b = (call.written[0].index for call in known.calls[:3])
    assert known.ended == ((), (a,), (relu,), (b,))


def test_what_is_given_or_computed_at_last_does_not_end(program):
    known = program(lambda net, x: net.a(x), a=nn.Conv2d(8, 8, 1))
    assert known.ended == ((),)
    assert len(known.given) == 3
