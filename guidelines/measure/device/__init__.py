"""Runs, times and checks one network on one device."""
