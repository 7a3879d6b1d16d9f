"""The spreadsheet form of a specification: a study as a workbook, and a workbook as a study."""
