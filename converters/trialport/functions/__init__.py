"""The clinical functions of the mapping language, one definition each."""

from trialport.functions.model import Form, Function, Parameter, Type
from trialport.functions.registry import FUNCTIONS, definitions

__all__ = ["FUNCTIONS", "Form", "Function", "Parameter", "Type", "definitions"]
