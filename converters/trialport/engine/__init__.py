"""The only room that holds a database: it runs the steps of a plan and hands out records."""
