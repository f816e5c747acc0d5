"""Columns of the tables of parts of an audited network, and the notes that explain them."""

from guidelines.report.document import Head

PRICE_LEGEND = (
    "price: what all calls would save if they kept the guideline at equal multiply-adds (for G4: all their "
    "time, as if they were gone), a bound on what a redesign could win, not a promise of accuracy"
)
UNITS_LEGEND = "us now, us instead: one call, at equal multiply-adds; price, share now: all calls"
IN_PLACE_LEGEND = (
    "us now and shares: operators in their place, all one after the other; us instead: us now times the "
    "ratio of both, alone"
)
PAIRED_LEGEND = (
    "a price comes from the ratio of both times within each pass, us now and us instead each from a centre "
    "of its own over the passes: their difference may miss the price by noise"
)
# The factors that a reason may name, and what is said of them.
FACTOR_LEGENDS = {
    "traffic": "memory access and arithmetic take longer at best",
    "launches": "more operators are launched",
    "kernels": "the device attains less of its best",
}
REMEDY_LEGEND = (
    "no redesign: the same result in another form, if that is clearly faster, and the share of the network's "
    "time that it saves; what it costs to bring tensors into another layout is not in it"
)
MODE_LEGEND = (
    "in another mode, an operator was timed alone, too; what the whole network takes in it stands above"
)
LAYER, CALLS = Head("layer", is_number=False), Head("calls", is_folded=True, is_printed=False)
GUIDELINE = Head("guideline", is_number=False)
PRICE_US, SHARE = Head("price, us"), Head("share now,\u00a0%")
FULL = (
    LAYER,
    CALLS,
    Head("operator", is_number=False, is_folded=True),
    GUIDELINE,
    Head("us now", is_folded=True),
    Head("us instead", is_folded=True),
    Head("instead", is_number=False, is_folded=True, is_printed=False),
    PRICE_US,
    Head("price, %", is_printed=False),
    SHARE,
    Head("reason", is_number=False, is_folded=True, is_printed=False),
    Head("no redesign", is_number=False, is_folded=True, is_printed=False),
)
BRIEF = (
    LAYER,
    Head("", is_number=False),
    Head("us now"),
    Head("us instead"),
    PRICE_US,
    SHARE,
    Head("no redesign", is_number=False),
)
PLAIN = (
    LAYER,
    CALLS,
    Head("operator", is_number=False, is_folded=True),
    Head("us now"),
    SHARE,
    Head("no redesign", is_number=False, is_folded=True, is_printed=False),
)
BRIEF_PLAIN = (LAYER, BRIEF[2], SHARE, BRIEF[6])
