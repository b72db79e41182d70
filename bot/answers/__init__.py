"""From a question to the card that answers it, and every kind of card that is one."""
