"""The metrics, a few declarative lines each. A new one is one more instance in a module of this package."""

import sys

from insights.metric import Metric
from storage.discover import discover

METRICS = tuple(sorted(discover(sys.modules[__name__], Metric), key=lambda each: (each.order, each.id)))
"""Every metric, in the order in which they are told."""
