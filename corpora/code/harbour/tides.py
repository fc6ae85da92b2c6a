"""Tide tables: heights through the day, read from a printed almanac."""

from harbour.errors import WeatherHold
from harbour.series import Series

HOURS = 24


class TideTable(Series):
    """Heights of the tide in metres, one an hour."""

    unit = "metres"
    interval_minutes = 60

    def height_at(self, minute, surge=0.0):
        """Return the height, a storm surge added."""
        return self.value_at(minute) + surge

    def require_calm(self, wind, limit=14):
        """Stop all movements above `limit` metres a second."""
        if wind > limit:
            raise WeatherHold(wind)
        return wind


class CurrentTable(Series):
    """Speed of the current at the entrance."""

    unit = "knots"
    interval_minutes = 30
