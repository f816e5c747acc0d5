"""Changes to the content of a saved file: any value replaced, deleted, repeated, retyped, huge or deep."""

import copy

LONG = "x" * 2_000_000
HOSTILE = (
    *("", "\x1b[2J", "</script><script>alert(1)</script>", "=1+1", "a;=1+1", "_x$", "\ud800", "x" * 300),
    *("G1", "1:2", "\u05d0\u0301", "数据", "#010203", "a\nb", "g=1", "(control)", "-", "nul", "../../x"),
)
NUMBERS = (
    *(None, True, False, 0, -1, 1, 2.5, 7, 1e-320, 1e300, 10**400, 1 - 1e-16, 1e-15, 1e18, 2**63),
    *(float("inf"), float("-inf"), float("nan"), -0.0, 1e-9, 1e9),
)
KINDS = ("replace", "replace", "delete", "repeat", "swap", "long", "deep", "samples", "key", "wrap")
DEEPEST = 900


def places(content):
    """Every container and key inside, leaves and branches alike."""
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in items:
        yield content, key
        if isinstance(value, dict | list):
            yield from places(value)


def deep(levels):
    """A list in a list, so many levels deep."""
    nested = []
    for _ in range(levels):
        nested = [nested]
    return nested


def mutate(content, random):
    """Change a random place, half of the time one with a name: few are, among many samples."""
    everywhere = list(places(content))
    named = [place for place in everywhere if isinstance(place[1], str)]
    container, key = random.choice(random.choice([everywhere, named]))
    kind = random.choice(KINDS)
    if kind == "delete":
        del container[key]
    elif kind == "repeat":
        _repeat(container, key)
    elif kind == "swap":
        other, other_key = random.choice(everywhere)
        container[key] = copy.deepcopy(other[other_key])
    elif kind == "key" and isinstance(container, dict):
        container[random.choice((*HOSTILE, "x" * 5000))] = container[key]
    else:
        container[key] = _value(kind, container[key], random)


def _repeat(container, key):
    if isinstance(container, list):
        container.append(copy.deepcopy(container[key]))
    else:
        container[key] = [container[key]] * 3


def _value(kind, old, random):
    if kind == "long":
        return LONG
    if kind == "deep":
        return deep(random.randrange(DEEPEST))
    if kind == "samples":
        return [random.choice((random.uniform(1e-6, 1e3), random.randrange(1, 5))) for _ in range(24)]
    if kind == "wrap":
        return random.choice(([old], {"a": old}, str(old)[:100], [], {}))
    if isinstance(old, int | float) and random.random() < 0.3:
        return old * random.choice((-1, 1e-12, 0.5, 2, 1e12))
    return random.choice((*NUMBERS, *HOSTILE))
