"""Stage B of the sample study: from the event skeleton to the raw tables of an EDC export."""
