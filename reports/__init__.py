"""What was found: records in, pages out.  Reads records and nothing else, and knows no truth."""
