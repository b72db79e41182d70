"""Who may be told what, and what people ask to be done rather than told."""
