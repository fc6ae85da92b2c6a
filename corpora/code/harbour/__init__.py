"""A small library that plans berths, tugs and pilots for a harbour."""

from harbour.berths import Berth, BerthPlan
from harbour.errors import HarbourError
from harbour.ships import Ship, Tanker

__all__ = ["Berth", "BerthPlan", "HarbourError", "Ship", "Tanker"]
