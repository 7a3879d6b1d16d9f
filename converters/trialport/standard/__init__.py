"""What SDTMIG and ADaMIG say about datasets and variables."""

from trialport.standard.load import known_standards, load_standard, parse_standard
from trialport.standard.model import Dataset, Standard, Variable, find_variable

__all__ = [
    "Dataset",
    "Standard",
    "Variable",
    "find_variable",
    "known_standards",
    "load_standard",
    "parse_standard",
]
