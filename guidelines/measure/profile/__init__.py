"""Looks inside one network: where its time goes, which channels its blocks pass on."""
