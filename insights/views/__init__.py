"""The views, one a file. A new one is one more instance in a module of this package."""

import sys

from insights.view import View
from storage.discover import discover

VIEWS = tuple(sorted(discover(sys.modules[__name__], View), key=lambda each: (each.order, each.id)))
"""Every view, in the order in which they are told."""
