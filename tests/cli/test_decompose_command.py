import re

from guidelines.measure.device.devices import cpu_model


def test_a_decomposition_stands_beside_the_papers(printed):
    status, out, _ = printed("decompose", "shufflenet_v1_x1_0_g3", "--input", "1,3,64,64")
    assert status == 0
    assert out.startswith(f"{cpu_model()}: input 1x3x64x64, float32, nchw, 1 thread\n")
    assert re.search(r"^convolution +[\d.]+ % .* Conv 87 %$", out, re.MULTILINE)
    assert re.search(r"^all operators +100.0 %", out, re.MULTILINE)


def test_a_device_that_is_not_there_is_refused(printed):
    status, out, err = printed("decompose", "alexnet", "--device", "cuda:9")
    assert (status, out) == (2, "")
    assert err.startswith("guidelines: --device cuda:9: not there; possible: cpu")
