"""The facts of a machine that results depend on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """Properties of a machine that results depend on, as text; "" if the file does not hold them.

    `name` is the name that the user gave the machine; it stands in place of `node`, its host. `devices` are
    the models of its CUDA devices, each once: "NVIDIA H200", or "" if it has none; `device_memory` is the
    memory of each: "140 GiB". `usable_cpus` is the number of processors that the run might use, or "all".
    `onednn_isa` is the instruction set that oneDNN took, `settings` the environment variables that change
    speed: "KMP_BLOCKTIME=0 MKL_CBWR=COMPATIBLE", or "none" if none was set.
    """

    name: str = ""
    node: str = ""
    system: str = ""
    cpu_model: str = ""
    cpu_count: str = ""
    usable_cpus: str = ""
    cpu_capability: str = ""
    devices: str = ""
    device_memory: str = ""
    python: str = ""
    torch: str = ""
    cuda: str = ""
    cudnn: str = ""
    onednn: str = ""
    onednn_isa: str = ""
    settings: str = ""
