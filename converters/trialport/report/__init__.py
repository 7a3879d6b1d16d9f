"""The report of a study, computed from the transport files alone: one HTML file and its data."""

from trialport.report.make import make_report

__all__ = ["make_report"]
