"""From nodes to ordered steps: what will be done, decided before any record is read."""
