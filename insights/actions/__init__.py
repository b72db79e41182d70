"""What to do about findings, one a file. A new one is one more instance in a module of this package."""

import sys

from insights.finding import Action
from storage.discover import discover

ACTIONS = discover(sys.modules[__name__], Action)
"""Every action, as declared: `{departments}` and the like are filled in from a finding."""
