"""Evenly spaced measurements, interpolated between two readings."""

from harbour.errors import HarbourError


class Series:
    """Readings at a fixed interval, the first at midnight."""

    unit = "none"
    interval_minutes = 10

    def __init__(self, readings):
        self.readings = list(readings)

    def value_at(self, minute, clamp=True):
        """Return the reading at a minute of the day."""
        place = minute / self.interval_minutes
        if not clamp and place >= len(self.readings):
            raise HarbourError(minute)
        low = min(int(place), len(self.readings) - 1)
        high = min(low + 1, len(self.readings) - 1)
        return self.readings[low] + (self.readings[high] - self.readings[low]) * (place - low)
