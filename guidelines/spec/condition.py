"""Conditions under which a sweep is timed: device, data type, layout, mode, sizes, threads, libraries.

A new data type is one line of DTYPES. A new layout is one line of LAYOUTS and its memory format in
`measure.device.timing`; a new mode is one line of MODES and its functions in `measure.device.modes`.
"""

from dataclasses import dataclass, fields, replace

from guidelines.paper.tables import Platform
from guidelines.spec.mistakes import check_tuple

PUBLISHED, ALIGNED = "paper", "exact"
# The batch size of a condition whose sweeps choose their own.
AUTO_BATCH = 0


class Device(str):
    """A device by torch's name: "cpu", "cuda:0"."""

    __slots__ = ()

    @property
    def is_cpu(self) -> bool:
        """True for the CPU, which needs no launches and no synchronisation."""
        return self == "cpu"

    @property
    def paper_platform(self) -> Platform:
        """The paper's platform to compare this device with: "arm" for a CPU, else "gpu"."""
        return "arm" if self.is_cpu else "gpu"


@dataclass(frozen=True)
class Dtype:
    """A data type by torch's name, with the bytes of one item.

    `tolerance` is the largest acceptable difference of two outputs, over the largest value: what rounding
    in another order explains after ten layers. Matrix units of this type work on `aligned_channels` channels
    at a time and are slow at widths that are no multiples of it; 1 if any width will do.
    """

    name: str
    item_bytes: int
    tolerance: float
    aligned_channels: int = 1

    @property
    def channel_rules(self) -> tuple[str, ...]:
        """The rules for widths that are measured unless others are asked for.

        All of them if published widths measure alignment as well as the guideline.
        """
        return tuple(CHANNEL_RULES) if self.aligned_channels > 1 else (PUBLISHED,)


@dataclass(frozen=True)
class ChannelRule:
    """A rule for the widths of networks of equal work; `widths` is the word for these in reports.

    `description` is for help texts.
    """

    name: str
    widths: str
    description: str


@dataclass(frozen=True)
class Layout:
    """A memory layout of activations and weights; `description` is for help texts."""

    name: str
    description: str = ""


@dataclass(frozen=True)
class CudnnChoice:
    """A way in which cuDNN chooses the kernel of a convolution; `description` is for help texts."""

    name: str
    description: str


@dataclass(frozen=True)
class Mode:
    """A way to run a network; `prepared` is what was done to it before the timing, "" if nothing.

    `form` says in a report what runs in this mode: "compiled".
    """

    name: str
    description: str = ""
    prepared: str = ""
    form: str = ""


DTYPES = {
    dtype.name: dtype
    for dtype in (
        Dtype("float32", item_bytes=4, tolerance=1e-4),
        # 8 items are the 16 bytes that tensor cores and AVX-512 take at once.
        Dtype("float16", item_bytes=2, tolerance=1e-2, aligned_channels=8),
        Dtype("bfloat16", item_bytes=2, tolerance=5e-2, aligned_channels=8),
    )
}
LAYOUTS = {layout.name: layout for layout in (Layout("nchw"), Layout("nhwc", "channels last"))}
CHANNEL_RULES = {
    rule.name: rule
    for rule in (
        ChannelRule(PUBLISHED, widths="published", description="widths as the paper published them"),
        ChannelRule(
            ALIGNED, widths="aligned", description="aligned widths: multiples of 8 with exactly equal work"
        ),
    )
}
MODES = {
    mode.name: mode
    for mode in (
        Mode("eager", form="run eagerly"),
        Mode("compile", "torch.compile", prepared="compiled", form="compiled"),
        Mode("cudagraph", "captured and replayed", prepared="captured", form="as a CUDA graph"),
    )
}


# Modes that are measured unless others are asked for: what a user of eager torch waits for, and the
# time of a CUDA device itself.
CPU_MODES, CUDA_MODES = ("eager",), ("eager", "cudagraph")
CUDNN = {
    choice.name: choice
    for choice in (
        CudnnChoice("heuristic", "by its rules, as torch does unless told otherwise"),
        CudnnChoice("autotune", "by timing them, as in the paper; anew whenever the networks are built"),
    )
}


def widths_of(rule: str) -> str:
    """The word for the widths that a channel rule gives; a file may name an unknown rule."""
    known = CHANNEL_RULES.get(rule)
    return known.widths if known else rule


def form_of(mode: str) -> str:
    """The words for what runs in a mode; a file may name an unknown mode."""
    known = MODES.get(mode)
    return known.form if known else f"in mode {mode}"


@dataclass(frozen=True)
class Condition:
    """The condition under which a sweep is timed; the defaults are the paper's set-up, but for `cudnn`.

    `channel_rule` is the rule for widths of equal work, one of CHANNEL_RULES. `cudnn` is cuDNN's way to
    choose kernels; a CPU has the default. `is_auto_batch` is true if each sweep has its own batch;
    `batch_size` is AUTO_BATCH until it is known.
    """

    device: Device
    device_name: str
    dtype: str = "float32"
    layout: str = "nchw"
    mode: str = "eager"
    batch_size: int = 1
    image_size: int = 56
    threads: int = 1
    channel_rule: str = PUBLISHED
    cudnn: str = "heuristic"
    is_auto_batch: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "device", Device(self.device))

    @property
    def shared(self) -> "Condition":
        """The condition that all sweeps of a table share: without the batch if each has its own."""
        return replace(self, batch_size=AUTO_BATCH) if self.is_auto_batch else self

    @property
    def id(self) -> str:
        """The device, then every difference from the defaults: "cpu", "cuda:0-float16-b8".

        A batch that each sweep chose is "bauto": ids do not depend on the machine.
        """
        shared = self.shared
        marks = {
            "dtype": self.dtype,
            "layout": self.layout,
            "mode": self.mode,
            "batch_size": f"b{shared.batch_size or 'auto'}",
            "image_size": f"{self.image_size}px",
            "threads": f"t{self.threads}",
            "channel_rule": self.channel_rule,
            "cudnn": self.cudnn,
        }
        defaults = {field.name: field.default for field in fields(self)}
        differences = [mark for name, mark in marks.items() if getattr(shared, name) != defaults[name]]
        return "-".join([self.device, *differences])

    @property
    def texts(self) -> dict[str, str]:
        """Facts that all sweeps of a table share, but the device's name, as text by name; "" for none.

        cuDNN's choice stands there as `cudnn_choice`: a machine's `cudnn` is its version. The channel rule
        stands there as `widths`, in the word of reports.
        """
        shared = self.shared
        texts = {field.name: str(getattr(shared, field.name)) for field in fields(shared)}
        del texts["device_name"], texts["is_auto_batch"]
        texts["batch_size"] = str(shared.batch_size or "auto")
        texts["cudnn_choice"] = "" if self.device.is_cpu else self.cudnn
        texts["widths"] = widths_of(self.channel_rule)
        del texts["cudnn"], texts["channel_rule"]
        return texts


@dataclass(frozen=True)
class Setup:
    """Sizes of an experiment, unless the command line gives others; the defaults are the paper's."""

    image_sizes: tuple[int, ...] = (56,)
    cpu_batch_sizes: tuple[int, ...] = (1,)
    cuda_batch_sizes: tuple[int, ...] = (1,)

    def __post_init__(self) -> None:
        for name, sizes in vars(self).items():
            check_tuple(f"Setup: {name}", sizes, int, "(56,)")
