"""What the bot says and where: cards, charts, answers, digests, and the platforms that carry them."""
