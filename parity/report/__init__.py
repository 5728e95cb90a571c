"""What becomes of a report: a table, a page, a picture, a file."""
