"""`guidelines decompose`: the share of each class of operators in the time of a network."""

from argparse import ArgumentParser, Namespace

from guidelines.cli.arguments import add_input, add_output, add_target, inputs
from guidelines.cli.formats import Answer
from guidelines.cli.output import CommandError, show
from guidelines.cli.target import builder, sources
from guidelines.spec.condition import LAYOUTS, Condition, Device

HELP = "show which classes of operators take a network's time"
DESCRIPTION = (
    "Show how the time of a network divides among classes of operators (convolution, element-wise, shuffle, "
    "data movement and so on), as torch.profiler measures it, beside the paper's Figure 2."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_target(parser)
    add_input(parser)
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N (default: %(default)s)")
    parser.add_argument(
        "--layout",
        choices=tuple(LAYOUTS),
        default="nchw",
        help="order of the dimensions in memory; nhwc: channels last (default: nchw)",
    )
    add_output(parser)


def run(options: Namespace) -> int:
    """Show the share of each class of operators in the time of a target."""
    from guidelines.measure.device.timing import placed_module
    from guidelines.measure.profile.decompose import decompose, drawn_inputs
    from guidelines.networks.cost.count import count
    from guidelines.report.subjects import decomposition as report

    condition = _condition(options)
    with builder(options.target) as build:
        count(build, *inputs(options))  # names the layer that the input does not fit
        module = placed_module(build, condition, seed=0)
        values = drawn_inputs(inputs(options), condition, seed=0)
        decomposition = decompose(module, values, condition)
    shown = (options.target, inputs(options), decomposition)
    answer = Answer("decompose", report.document(*shown), report.records(*shown))
    show(answer, options, sources(options.target))
    return 0


def _condition(options: Namespace) -> Condition:
    """The condition of the options. Raises CommandError if the device or the layout cannot be used."""
    from guidelines.measure.device.devices import device_list, device_name

    device = Device("cuda:0" if options.device == "cuda" else options.device)
    if device not in device_list():
        raise CommandError(f"--device {options.device}: not there; possible: {', '.join(device_list())}")
    first = inputs(options)[0].shape
    if options.layout == "nhwc" and len(first) != 4:
        raise CommandError(f"--layout nhwc: takes an --input of 4 sizes, got {len(first)}")
    return Condition(
        device=device,
        device_name=device_name(device),
        layout=options.layout,
        batch_size=first[0],
        image_size=first[-1],
    )
