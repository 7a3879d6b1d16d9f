"""Rules of validation: records in YAML or small functions, run over datasets, reported as findings."""

from trialport.rules.rule import Finding, Lookup, Rule, Total, ValidationResult

__all__ = ["Finding", "Lookup", "Rule", "Total", "ValidationResult"]
