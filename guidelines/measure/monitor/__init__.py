"""Observes what else the machine does while a sweep is measured."""
