"""Pilots: who is on watch and who may take which ship."""

from harbour.errors import PilotMissing
from harbour.ships import Ship
from harbour.tariffs import PilotTariff

GRADES = ("A", "B", "C")


class Watch:
    """The pilots on duty at one station."""

    hours = 12
    reserve_pilots = 2

    def __init__(self, pilots):
        self.pilots = pilots

    def assign(self, ship: Ship, minimum_rest=8):
        """Give the ship the first rested pilot of its grade."""
        for pilot in self.pilots:
            if pilot.grade <= ship.pilot_grade and pilot.rested >= minimum_rest:
                return pilot
        raise PilotMissing(ship.name)

    def tariff(self) -> PilotTariff:
        """Return the price list of the station."""
        return PilotTariff()


class NightWatch(Watch):
    """The watch from dusk to dawn."""

    hours = 10
    reserve_pilots = 3
