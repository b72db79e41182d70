"""The run over feeds of files of events: fetching, reading, keeping them, and working out the days they touch."""
