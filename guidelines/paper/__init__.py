"""The published figures as data."""
