from guidelines.report.short_labels import LONGEST, headings, short_labels


def known(device_name="a processor", **others):
    return {"device_name": device_name, "device": "cpu", "mode": "eager", **others}


def test_devices_tell_machines_apart():
    assert short_labels([known("one", torch="1"), known("two", torch="2")]) == ["one", "two"]


def test_a_single_machine_is_its_device():
    assert short_labels([known(torch="1")]) == ["a processor"]


def test_names_come_before_devices():
    machines = [known("one", name="mine"), known("two", name="yours")]
    assert short_labels(machines) == ["mine", "yours"]


def test_a_name_comes_first_also_beside_machines_without_one_and_if_all_have_it():
    machines = [known(torch="1"), known(name="mine"), known(torch="2")]
    assert short_labels(machines) == ["a processor, torch 1", "mine", "a processor, torch 2"]
    same = [known(name="mine"), known(name="mine", mode="compile")]
    assert short_labels(same) == ["mine: a processor, eager", "mine: a processor, compile"]


def test_only_labels_that_are_alike_are_told_apart():
    machines = [
        known(name="mine"),
        known(name="yours"),
        known("a GPU", name="yours", device="cuda:0"),
        known("a GPU", name="yours", device="cuda:0", mode="cudagraph"),
    ]
    assert short_labels(machines) == [
        "mine",
        "yours, cpu",
        "yours, cuda:0, eager",
        "yours, cuda:0, cudagraph",
    ]


def test_any_attribute_tells_machines_apart_in_words():
    assert short_labels([known(torch="1"), known(torch="2")]) == [
        "a processor, torch 1",
        "a processor, torch 2",
    ]


def test_long_labels_are_cut():
    (label,) = short_labels([known("x" * 1000)])
    assert len(label) == LONGEST


def test_a_heading_begins_with_the_name_that_was_given():
    same = [known(name="m", torch="1"), known(name="m", torch="2")]
    assert headings(same) == ["m: a processor, torch 1", "m: a processor, torch 2"]
    assert headings([known(name="mine"), known(name="yours")]) == ["mine", "yours"]
    assert headings([known("one"), known("two")]) == ["one", "two"]


def test_a_processor_is_tied_to_the_cuda_devices_of_its_machine():
    machines = [
        known("a Xeon", devices="H200"),
        known("H200", devices="H200", device="cuda:0"),
        known("an EPYC"),
    ]
    assert short_labels(machines) == ["H200, host CPU", "H200", "an EPYC"]


def test_labels_that_are_alike_once_cut_are_numbered():
    machines = [known("x" * 100, torch="1"), known("x" * 100, torch="2")]
    assert [label[LONGEST:] for label in short_labels(machines)] == [" (1)", " (2)"]
