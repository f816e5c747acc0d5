"""`guidelines decompose`: the share of each class of operators in the time of a network."""

from argparse import ArgumentParser, Namespace

from guidelines.cli.arguments import add_input, add_output, add_target, inputs
from guidelines.cli.formats import Answer
from guidelines.cli.output import show
from guidelines.cli.target import builder, condition, sources
from guidelines.spec.condition import LAYOUTS

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

    under = condition(options)
    with builder(options.target) as build:
        count(build, *inputs(options))  # names the layer that the input does not fit
        module = placed_module(build, under, seed=0)
        values = drawn_inputs(inputs(options), under, seed=0)
        decomposition = decompose(module, values, under)
    shown = (options.target, inputs(options), decomposition)
    answer = Answer("decompose", report.document(*shown), report.records(*shown))
    show(answer, options, sources(options.target))
    return 0
