"""How each chart is laid out: pure functions from a Chart to marks in pixels. `bot.charts` paints the marks."""
