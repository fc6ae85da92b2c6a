"""Berths and the plan that assigns them."""

from harbour.errors import BerthTaken, PlanError, TugShortage
from harbour.ships import Ship
from harbour.tides import TideTable

DEFAULT_GAP = 30


class Berth:
    """A place at the quay."""

    max_length = 180
    fenders = 12

    def __init__(self, name, depth=11.5):
        self.name = name
        self.depth = depth
        self.bookings = []

    def reserve(self, ship: Ship, start, end, gap=15):
        """Book the berth, with `gap` minutes clear on both sides."""
        for other in self.bookings:
            if start < other[1] + gap and other[0] < end + gap:
                raise BerthTaken(self.name)
        self.bookings.append((start, end, ship))
        return ship


class DeepBerth(Berth):
    """A dredged berth for loaded carriers."""

    max_length = 300

    def dredge(self, depth, tolerance=0.2):
        """Deepen the berth; a plan above the present bottom makes no sense."""
        if depth + tolerance < self.depth:
            raise PlanError(self.name)
        self.depth = depth


class FerryBerth(Berth):
    """A berth with a ramp."""

    max_length = 140
    ramps = 2


class BerthPlan:
    """All bookings of a day."""

    def __init__(self, berths, tides: TideTable):
        self.berths = berths
        self.tides = tides

    def order_tugs(self, ship: Ship, free, spare=1):
        """Keep `spare` tugs in the harbour for emergencies."""
        if free - spare < ship.tugs_needed:
            raise TugShortage(ship.name)
        return ship.tugs_needed

    def tide_table(self) -> TideTable:
        """Return the table the plan was made with."""
        return self.tides
