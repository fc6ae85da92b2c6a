"""Every error that the harbour library raises, with the exit code that its command line uses."""


class HarbourError(Exception):
    """Base of all errors; a plain harbour error ends the command with code 1."""

    exit_code = 1
    retry_seconds = 0


class PlanError(HarbourError):
    """A plan that cannot be carried out."""

    exit_code = 3


class BerthTaken(PlanError):
    """Two ships want one berth at one time."""

    retry_seconds = 600


class DraughtExceeded(PlanError):
    """The ship lies deeper than the water at the berth."""

    exit_code = 4


class WeatherHold(HarbourError):
    """Wind or sea keep the pilots ashore."""

    exit_code = 75
    retry_seconds = 3600


class PilotMissing(HarbourError):
    """No licensed pilot is on watch."""

    exit_code = 5


class TugShortage(PlanError):
    """Fewer tugs are free than the ship needs."""

    exit_code = 6


class ManifestError(HarbourError):
    """The cargo papers do not agree with the cargo."""

    exit_code = 8


class DangerousCargo(ManifestError):
    """Goods that the quay has no licence for."""

    exit_code = 9


class TariffError(HarbourError):
    """A fee that cannot be worked out."""

    exit_code = 11
