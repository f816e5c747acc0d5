"""The error of a fleet that cannot be measured."""


class FleetError(Exception):
    """A fleet that cannot be begun, found or resumed; its message is one line."""
