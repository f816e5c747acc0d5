from dataclasses import replace

from guidelines.report.labels import attributes, differences, labels, sentence
from guidelines.results import Machine
from guidelines.spec import Condition

CPU = Condition("cpu", "a processor")
OLD = Machine(node="here", cpu_model="a processor", torch="2.6.0")
NEW = replace(OLD, torch="2.13.0")


def test_a_label_names_the_device_and_what_is_not_the_same_for_all():
    told, shared = labels([attributes(OLD, CPU), attributes(NEW, CPU)])
    assert told == ["a processor, torch 2.6.0", "a processor, torch 2.13.0"]
    assert sentence(shared).startswith("cpu, float32, nchw, eager, batch 1, 56x56")
    assert sentence(shared).endswith("host here")


def test_a_label_alone_is_the_device():
    assert labels([attributes(OLD, CPU)])[0] == ["a processor"]
    assert labels([attributes(OLD)])[0] == ["a processor"]


def test_what_a_file_does_not_say_is_unknown():
    told, _ = labels([attributes(OLD, CPU), attributes(replace(OLD, torch=""), CPU)])
    assert told == ["a processor, torch 2.6.0", "a processor, torch unknown"]


def test_differences_are_named():
    one, two = attributes(OLD), attributes(replace(NEW, cuda="12.6", cpu_count="8"))
    assert differences(one, two) == ("torch 2.6.0 | 2.13.0", "CPUs unknown | 8", "CUDA unknown | 12.6")
    assert differences(one, one) == ()


def test_a_processor_is_named_once_where_it_is_the_device():
    assert "cpu_model" not in attributes(OLD, CPU)
    gpu = replace(CPU, device="cuda:0", device_name="a GPU")
    assert attributes(OLD, gpu)["cpu_model"] == "a processor"
