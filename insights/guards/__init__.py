"""What is no behaviour and is left out of the scan: holidays, breaks in counting, restatements, re-organisations."""
