"""The run over reports by day: people first, then windows of days, page by page."""
