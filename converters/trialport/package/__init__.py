"""The folder that is submitted: datasets, definitions, guides and programs in the m5 tree."""
