"""The metrics, a few declarative lines each. A new one is one more instance in a module of this package."""
