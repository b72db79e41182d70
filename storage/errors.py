"""What goes wrong with a store."""


class StoreError(Exception):
    """The store cannot be opened or used; the message says why and what to do."""
