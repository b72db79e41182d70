"""The metrics store: facts, weekly roll-ups, and what ingestion and delivery remember. Imports none of our rooms."""
