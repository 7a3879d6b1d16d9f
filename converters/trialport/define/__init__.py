"""Define-XML: written from a plan, read into values, held against the files it describes."""
