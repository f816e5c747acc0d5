"""The errors of a fleet that cannot be measured, and of one device of it."""


class FleetError(Exception):
    """A fleet that cannot be begun, found or resumed; its message is one line."""


class MemberError(FleetError):
    """A device that cannot go on while the others do; its message is the reason."""
