import json

from guidelines.results import journal_reading
from guidelines.results.journal_contents import Header
from guidelines.results.journal_lines import encoded, sealed
from guidelines.results.model import Failure, Machine
from guidelines.results.schema import to_benchmark
from guidelines.spec.work import Cost

HERE = Machine(node="here", cpu_model="a processor", torch="2.13.0")


SWEEP, OTHER = "G2 x1 cpu", "G2 x2 cpu"


HEADER = Header(HERE, {"seed": "0"}, {SWEEP: ("g1", "g8"), OTHER: ("g1", "g8")}, {"test_g2 cpu-bauto": 4})


FINISHED = {"finished": True}


HEAD = {"guidelines_journal": 2, "machine": {}, "settings": {}, "sweeps": {}, "batches": {}}


STEERING = "\x1b[2J\n"


ACTS = {
    "add": lambda log, results: log.add(SWEEP, 1, results),
    "withdraw": lambda log, results: log.withdraw(failed(results[0])),
    "skip": lambda log, _: log.skip("test_g2[cpu-x1-g1]", "no reason given"),
    "resume": lambda log, _: log.resume(),
    "finish": lambda log, _: log.finish(),
}


def failed(entry, reason="RuntimeError: out of memory", **changes):
    return Failure(
        entry.place,
        (90,),
        Cost(multiply_adds=7, conv_memory_access=8, memory_access=9, parameters=10),
        reason,
        **changes,
    )


def unsealed(lines):
    """Lines of a journal as version 2 has them, without checksums."""
    plain = []
    for line in lines:
        content = json.loads(line)
        del content["crc32"]
        if "guidelines_journal" in content:
            content["guidelines_journal"] = 2
        plain.append(encoded(content))
    return plain


def resealed(lines):
    """Lines of a journal with the checksums that belong to them."""
    checksum, found = 0, []
    for line in lines:
        content = json.loads(line)
        content.pop("crc32", None)
        new, checksum = sealed(content, checksum)
        found.append(new)
    return found


def read_back(written):
    return json.loads(json.dumps(written, allow_nan=False))


def written(path):
    return path.read_bytes().splitlines(keepends=True)


def measurement(results, number, sweep=SWEEP, of_pass=1):
    """The lines of one measurement."""
    head = {"sweep": sweep, "pass": of_pass, "measurement": number, "of": len(results)}
    return [head | {"benchmark": to_benchmark(result)} for result in results]


def contents(*lines):
    """A journal of lines after the header of `HEADER`."""
    head = {"guidelines_journal": 2, "machine": vars(HERE), "settings": {}, "batches": {}}
    whole = [head | {"sweeps": {SWEEP: ["g1", "g8"], OTHER: ["g1", "g8"]}}, *lines]
    return journal_reading.parse("".join(json.dumps(line) + "\n" for line in whole).encode())
