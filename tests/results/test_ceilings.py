import json
from dataclasses import replace

import pytest

from guidelines.results.ceilings import COPY, IN_PLACE, TRAFFIC, Ceilings, CeilingsKey, Rate, key_of, to_saved
from guidelines.results.saved_file import parse
from guidelines.results.schema import ResultsError, parse_ceilings
from guidelines.spec.condition import Condition

CEILINGS = Ceilings(
    key=CeilingsKey("cpu", "float32", "nchw", 1, "heuristic"),
    number=2,
    traffic={COPY: (Rate(65536, 5e10), Rate(131072, 6e10)), IN_PLACE: (Rate(65536, 9e10),)},
    multiply_adds_per_s={"matrix product": 5e10, "3x3 convolution": 6e10},
    launch_s={"eager": {"convolution": 6e-6, "element-wise": 9e-7}},
    missing=("rate of the 1x1 convolution: no memory",),
)


def saved_ceilings(**changes):
    return json.loads(json.dumps(to_saved(CEILINGS))) | changes


def test_ceilings_are_read_as_they_were_written():
    assert parse_ceilings(saved_ceilings()) == CEILINGS


def test_ceilings_with_rates_of_each_kind_of_traffic_are_read_as_they_were_written():
    traffic = {kind: (Rate(65536, 5e10),) for kind in TRAFFIC}
    ceilings = replace(CEILINGS, traffic=traffic)
    assert parse_ceilings(json.loads(json.dumps(to_saved(ceilings)))) == ceilings


def test_conditions_that_differ_in_batch_or_mode_share_their_ceilings():
    first = Condition("cuda:0", "a", batch_size=8, image_size=28, mode="cudagraph")
    assert key_of(first) == key_of(Condition("cuda:0", "a"))
    assert key_of(first) != key_of(Condition("cuda:0", "a", layout="nhwc"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pass": 0}, "ceilings: ceilings.pass must be a whole number above 0, got 0"),
        ({"traffic_bytes_per_s": {COPY: [[65536, -1.0]]}}, "ceilings: rate must be a positive number"),
        ({"traffic_bytes_per_s": {COPY: [[65536, 1.0]]}}, "ceilings: rate must be from 100000 to 1e.18"),
        ({"traffic_bytes_per_s": {COPY: [[9, 1e9], [8, 1e9]]}}, "must hold ever larger working sets"),
        ({"traffic_bytes_per_s": {COPY: [[9, 1e9], [9, 2e9]]}}, "must hold ever larger working sets"),
        ({"traffic_bytes_per_s": {COPY: [[9]]}}, r"a rate must be \[bytes, bytes per second\], got \[9\]"),
        ({"traffic_bytes_per_s": {COPY: 5}}, "traffic_bytes_per_s must be lists of rates, got 5"),
        ({"traffic_bytes_per_s": 5}, "traffic_bytes_per_s must be figures by their names, got 5"),
        ({"multiply_adds_per_s": {"matrix product": "fast"}}, "matrix product must be a positive"),
        ({"multiply_adds_per_s": None}, "figures must be figures by their names, got None"),
        ({"launch_s": {"eager": {"convolution": None}}}, "convolution must be a positive number"),
        ({"launch_s": {"eager": {"convolution": 60.0}}}, "convolution must be from 1e-09 to 1, got 60"),
        ({"launch_s": []}, "launch_s must be figures by their names"),
        ({"missing": "all"}, "missing must be a list of texts"),
    ],
)
def test_ceilings_that_are_not_plausible_are_refused(changes, message):
    with pytest.raises(ResultsError, match=message):
        parse_ceilings(saved_ceilings(**changes))


def test_a_file_without_a_fact_of_ceilings_is_refused():
    without = saved_ceilings()
    del without["dtype"]
    with pytest.raises(ResultsError, match="ceilings: lacks 'dtype'"):
        parse_ceilings(without)


def test_a_file_gives_its_ceilings_back(saved, entry):
    data = saved([entry("g=1", 1.0), entry("g=8", 2.0)])
    assert (parse(data).ceilings, parse(data).is_too_short_for_ceilings) == ((), False)
    data["guidelines"] = {"ceilings": []}
    assert (parse(data).ceilings, parse(data).is_too_short_for_ceilings) == ((), True)
    data["guidelines"] = {"ceilings": [saved_ceilings()]}
    assert parse(data).ceilings == (CEILINGS,)
    assert not parse(data).is_too_short_for_ceilings
    data["guidelines"] = {"ceilings": [saved_ceilings(), saved_ceilings(**{"pass": 3})]}
    assert [each.number for each in parse(data).ceilings] == [2, 3]
    data["guidelines"] = {"ceilings": [saved_ceilings(), saved_ceilings(missing=[])]}
    with pytest.raises(ResultsError, match=r"ceilings of pass 2 \(cpu, float32, nchw, 1, heuristic\): occur"):
        parse(data)
    data["guidelines"]["ceilings"] = 5
    with pytest.raises(ResultsError, match="its key 'guidelines' holds no list 'ceilings'"):
        parse(data)
