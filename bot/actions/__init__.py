"""What people do about findings: explain, take, finish, snooze; in buttons, forms and their own words."""
