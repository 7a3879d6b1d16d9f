"""Datasets to files; writers know metadata and records, not the specification."""
