"""Findings judged: fingerprints, what was decided about them, and the forms they are told in."""
