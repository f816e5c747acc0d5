from dataclasses import replace

from guidelines.report.labels import attributes, differences, labels, lacking, of_results, sentence
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


def test_a_label_leaves_out_what_a_file_does_not_say():
    told, _ = labels([attributes(OLD, CPU), attributes(replace(OLD, torch=""), CPU)])
    assert told == ["a processor, torch 2.6.0", "a processor"]
    assert "torch" in lacking(attributes(replace(OLD, torch=""), CPU))
    assert "torch" not in lacking(attributes(OLD, CPU))


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


H100 = replace(OLD, devices="NVIDIA H100", device_memory="79 GiB")
H200 = replace(OLD, devices="NVIDIA H200", device_memory="140 GiB")


def test_a_machine_with_a_name_is_told_by_it():
    told, _ = labels([attributes(replace(OLD, node="", name=name), CPU) for name in ("before", "after")])
    assert told == ["a processor, machine before", "a processor, machine after"]
    named = attributes(replace(OLD, node="", name="ci"), CPU)
    assert differences(attributes(OLD, CPU), named) == ("node here | unknown", "machine unknown | ci")


def test_devices_that_were_not_measured_tell_machines_apart():
    told, _ = labels([attributes(machine, CPU) for machine in (H100, H200)])
    assert told == [
        "a processor, NVIDIA H100, 79 GiB device memory",
        "a processor, NVIDIA H200, 140 GiB device memory",
    ]
    assert differences(attributes(H100, CPU), attributes(H200, CPU)) == (
        "devices NVIDIA H100 | NVIDIA H200",
        "device memory 79 GiB | 140 GiB",
    )
    assert differences(attributes(OLD, CPU), attributes(H200, CPU)) == (
        "devices unknown | NVIDIA H200",
        "device memory unknown | 140 GiB",
    )


def test_devices_that_were_measured_are_named_once():
    on_h100, on_h200 = (
        attributes(machine, replace(CPU, device="cuda:0", device_name=machine.devices))
        for machine in (H100, H200)
    )
    assert sentence(on_h200).count("NVIDIA H200") == 1
    assert labels([on_h100, on_h200])[0][1] == "NVIDIA H200, 140 GiB device memory"
    assert differences(on_h100, on_h200) == (
        "device name NVIDIA H100 | NVIDIA H200",
        "device memory 79 GiB | 140 GiB",
    )


def test_a_device_that_only_one_side_measured_is_no_device_that_the_other_lacks():
    measured = attributes(H200, replace(CPU, device="cuda:0", device_name=H200.devices))
    assert differences(attributes(H200, CPU), measured) == (
        "device name a processor | NVIDIA H200",
        "device cpu | cuda:0",
    )


def test_a_label_does_not_call_devices_unknown_that_a_machine_may_not_have():
    told, _ = labels([attributes(OLD, CPU), attributes(H200, CPU)])
    assert told == ["a processor", "a processor, NVIDIA H200, 140 GiB device memory"]


PLAIN = replace(OLD, cpu_count="2", usable_cpus="all", onednn_isa="AVX512_CORE", settings="none")
BOUND = replace(PLAIN, usable_cpus="1", onednn_isa="SSE41", settings="MKL_CBWR=COMPATIBLE")


def test_usual_settings_and_processors_stand_in_no_sentence():
    assert sentence(attributes(PLAIN, CPU)).endswith("2 CPUs, torch 2.6.0, oneDNN with AVX512_CORE")
    assert sentence(attributes(BOUND, CPU)).endswith(
        "2 CPUs, usable CPUs: 1, torch 2.6.0, oneDNN with SSE41, with MKL_CBWR=COMPATIBLE"
    )


def test_labels_tell_unusual_settings_and_processors_alone():
    told, _ = labels([attributes(PLAIN, CPU), attributes(BOUND, CPU), attributes(OLD, CPU)])
    assert told == [
        "a processor, 2 CPUs, oneDNN with AVX512_CORE",
        "a processor, 2 CPUs, usable CPUs: 1, oneDNN with SSE41, with MKL_CBWR=COMPATIBLE",
        "a processor",
    ]
    alike = [attributes(machine, CPU) for machine in (PLAIN, PLAIN)]
    assert not {"settings", "usable_cpus"} & labels(alike)[1].keys()


def test_differences_tell_usual_settings_too():
    assert differences(attributes(PLAIN, CPU), attributes(BOUND, CPU)) == (
        "usable CPUs all | 1",
        "oneDNN's instruction set AVX512_CORE | SSE41",
        "settings none | MKL_CBWR=COMPATIBLE",
    )
