"""An error as one line of text."""


def one_line(error: BaseException) -> str:
    """The error's type and the first line of its message: "ValueError: no such row".

    If that line ends with a colon, the next one follows. Without a message, the type's name alone.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    first, *rest = lines
    if first.endswith(":") and rest:
        first = f"{first} {rest[0]}"
    return f"{type(error).__name__}: {first}"
