"""What goes out by itself: digests, alerts, reminders; to whom, when, and once."""
