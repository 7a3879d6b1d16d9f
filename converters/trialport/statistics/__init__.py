"""The statistics of a trial report: plain functions of numbers; the extra `stats` is needed."""
