"""The detectors, one a file. A new one is one more instance in a module of this package."""

import sys

from insights.finding import Detector
from storage.discover import discover

DETECTORS = discover(sys.modules[__name__], Detector)
"""Every detector."""
