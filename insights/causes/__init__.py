"""Where a change lies: exact splits of it over departments, tools, mix and factors, and the sentence they support."""
