"""CDISC's own conformance rules (CORE), compiled to SQL and asked of datasets."""
