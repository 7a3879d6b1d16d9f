"""Convert clinical trial records to CDISC SDTM, ADaM, SAS XPORT and FHIR."""

__version__ = "0.1.0"
