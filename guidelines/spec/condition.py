"""The condition under which a sweep is timed: device, data type, layout, mode, sizes, threads."""

from dataclasses import dataclass, fields

from guidelines.paper.tables import Platform

CHANNEL_RULES = ("paper", "exact")


LAYOUTS = ("nchw", "nhwc")


AUTO_BATCH = 0


class Device(str):
    """A device by torch's name: "cpu", "cuda:0"."""

    __slots__ = ()

    @property
    def is_cpu(self) -> bool:
        """Whether it is the CPU, which launches nothing and needs no synchronising."""
        return self == "cpu"

    @property
    def paper_platform(self) -> Platform:
        """The paper's column to set beside this device: "arm" for a CPU, else "gpu"."""
        return "arm" if self.is_cpu else "gpu"


@dataclass(frozen=True)
class Dtype:
    """A data type by torch's name, and the bytes of one item.

    `tolerance` is the largest difference, over the largest value, that another order of additions explains
    after ten layers in a row, each of which rounds.
    """

    name: str
    item_bytes: int
    tolerance: float


@dataclass(frozen=True)
class Mode:
    """A way to run a network; `prepared` says in a word what happens to it before the timing, if anything."""

    name: str
    description: str = ""
    prepared: str = ""


DTYPES = {
    dtype.name: dtype
    for dtype in (
        Dtype("float32", item_bytes=4, tolerance=1e-4),
        Dtype("float16", item_bytes=2, tolerance=1e-2),
        Dtype("bfloat16", item_bytes=2, tolerance=5e-2),
    )
}


MODES = {
    mode.name: mode
    for mode in (
        Mode("eager"),
        Mode("compile", "torch.compile", prepared="compiled"),
        Mode("cudagraph", "captured and replayed", prepared="captured"),
    )
}


@dataclass(frozen=True)
class Condition:
    """Where and how a sweep is timed; the defaults are the paper's set-up.

    AUTO_BATCH stands for a batch that is still to be found. `channel_rule` says how widths are chosen for
    equal work: as the paper published them, or exactly equal.
    """

    device: Device
    device_name: str
    dtype: str = "float32"
    layout: str = "nchw"
    mode: str = "eager"
    batch_size: int = 1
    image_size: int = 56
    threads: int = 1
    channel_rule: str = "paper"

    def __post_init__(self) -> None:
        object.__setattr__(self, "device", Device(self.device))

    @property
    def id(self) -> str:
        """The device and whatever departs from the paper's set-up: "cpu", "cuda:0-float16-b8"."""
        marks = {
            "dtype": self.dtype,
            "layout": self.layout,
            "mode": self.mode,
            "batch_size": f"b{self.batch_size or 'auto'}",
            "image_size": f"{self.image_size}px",
            "threads": f"t{self.threads}",
            "channel_rule": self.channel_rule,
        }
        defaults = {field.name: field.default for field in fields(self)}
        departures = [mark for name, mark in marks.items() if getattr(self, name) != defaults[name]]
        return "-".join([self.device, *departures])


@dataclass(frozen=True)
class Setup:
    """The paper's set-up of an experiment, where the command does not ask for another."""

    image_sizes: tuple[int, ...] = (56,)
    cpu_batch_sizes: tuple[int, ...] = (1,)
    cuda_batch_sizes: tuple[int, ...] = (1,)
