"""The views, one a file. A new one is one more instance in a module of this package."""
