"""One line that says why something failed."""


def one_line(error: BaseException) -> str:
    r"""Type of an error and the first line of its message; the second, too, if the first ends with a colon.

    A group of one error counts as that error.

    >>> one_line(ValueError("out of memory\ntried to allocate"))
    'ValueError: out of memory'
    """
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    lines = [line.strip() for line in _text(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    message = " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]
    return f"{type(error).__name__}: {message}"


def _text(error: BaseException) -> str:
    """The message of an error, "" if it cannot say it."""
    try:
        return str(error)
    except Exception:  # whatever the code of a user's error raises
        return ""
