"""Rules of validation, records in YAML or small functions, and what they find in datasets."""

from trialport.rules.rule import Finding, Lookup, Rule, Total, ValidationResult

__all__ = ["Finding", "Lookup", "Rule", "Total", "ValidationResult"]
