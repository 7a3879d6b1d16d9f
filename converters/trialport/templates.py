"""Where the shipped mappings lie."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def shipped() -> Traversable:
    """Return the folder of shipped mappings: inside the wheel, or at the top of a checkout."""
    packaged = files("trialport") / "mappings"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "mappings"
