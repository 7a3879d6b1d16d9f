"""What comes in: specification files as text, and raw tables under their contracts.

Import from the module that carries the idea. `tables` reads every raw table of a study, `stage`
turns their texts into typed tables and checks; `csv`, `excel`, `sas`, `parquet` and `frames` read
one source each. Nothing is imported here, so that reading a specification does not load Arrow.
"""
