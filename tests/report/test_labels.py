from dataclasses import replace

from guidelines.report.labels import attributes, differences, labels, of_results, sentence
from guidelines.results.model import Machine
from guidelines.spec.condition import Condition

CPU = Condition("cpu", "a processor")
OLD = Machine(node="here", cpu_model="a processor", torch="2.6.0")
NEW = replace(OLD, torch="2.13.0")


def test_a_label_names_the_device_and_what_is_not_the_same_for_all():
    told, shared = labels([attributes(OLD, CPU), attributes(NEW, CPU)])
    assert told == ["a processor, torch 2.6.0", "a processor, torch 2.13.0"]
    assert sentence(shared).startswith("cpu, float32, nchw, eager, batch 1, 56x56")
    assert sentence(shared).endswith("host here, a processor")


def test_a_label_alone_is_the_device():
    assert labels([attributes(OLD, CPU)])[0] == ["a processor"]


def test_what_a_file_does_not_say_is_unknown():
    told, _ = labels([attributes(OLD, CPU), attributes(replace(OLD, torch=""), CPU)])
    assert told == ["a processor, torch 2.6.0", "a processor, torch unknown"]


def test_differences_are_named():
    one, two = attributes(OLD, CPU), attributes(replace(NEW, cuda="12.6", cpu_count="8"), CPU)
    assert differences(one, two) == ("torch 2.6.0 | 2.13.0", "CPUs unknown | 8", "CUDA unknown | 12.6")
    assert differences(one, one) == ()


def test_a_processor_is_named_once_where_it_is_the_device():
    gpu = replace(CPU, device="cuda:0", device_name="a GPU")
    assert sentence(attributes(OLD, CPU)).count("a processor") == 1
    told, _ = labels([attributes(OLD, CPU), attributes(replace(OLD, cpu_model="another"), gpu)])
    assert told == ["a processor, cpu", "a GPU, cuda:0, another"]


def test_results_are_told_by_their_devices_first(entry, results):
    gpu = replace(CPU, device="cuda:0", device_name="a GPU")
    found = results(entry("g=1", 1.0), entry("g=1", 1.0, condition=gpu), machine=OLD)
    assert sentence(of_results(found)) == "a processor and a GPU, host here, a processor, torch 2.6.0"
