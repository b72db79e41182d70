"""What the numbers say: metrics, views, series behind the small-group gate, detectors, findings and actions."""
