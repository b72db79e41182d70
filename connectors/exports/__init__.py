"""The vendors' manual exports, one vendor a file. A new one is one more instance of `connectors.export.Export`."""
