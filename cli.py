"""Run the checkout without installing it: `python cli.py convert ...`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "converters"))

from trialport.cli import main

if __name__ == "__main__":
    sys.exit(main())
