"""The command line: `main` runs it and returns the exit code; one module a verb."""

from trialport.cli.root import main

__all__ = ["main"]
