"""Drafts of a study: what raw tables hold, and what their columns may be mapped to."""
