"""What a call costs: quay, pilot and tug dues."""

from harbour.errors import TariffError


class Tariff:
    """A price list with a fixed part and a part by size."""

    currency = "EUR"
    base_fee = 120

    def price(self, tonnage, rate=0.35):
        """Return the price of a call."""
        if tonnage <= 0:
            raise TariffError(tonnage)
        return self.base_fee + tonnage * rate


class PilotTariff(Tariff):
    """Pilots are paid by the movement."""

    base_fee = 480

    def night_price(self, tonnage, surcharge=1.4):
        """Return the price of a movement after dusk."""
        return self.price(tonnage) * surcharge


class TugTariff(Tariff):
    """Tugs are paid by the started hour."""

    base_fee = 650
    started_minutes = 60


class QuayTariff(Tariff):
    """Berth dues by the day."""

    base_fee = 210
    free_hours = 4
