"""What the numbers say: metrics, views, series behind the small-group gate, detectors, findings and actions."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from insights.segments import change_points

__all__ = ["change_points"]


def __getattr__(name: str) -> object:
    """Import what is public here when it is asked for: most commands do without."""
    if name in __all__:
        from insights.segments import change_points  # noqa: PLC0415

        return change_points
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
