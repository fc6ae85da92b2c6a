"""Ships as the planner sees them: length, draught and what they carry."""

from dataclasses import dataclass

from harbour.errors import DangerousCargo, DraughtExceeded, ManifestError


@dataclass
class Ship:
    """Any vessel that asks for a berth."""

    name: str
    length: float
    draught: float

    tugs_needed = 1
    pilot_grade = "C"

    def check_draught(self, depth, margin=0.5):
        """Refuse water that leaves less than `margin` metres under the keel."""
        if self.draught + margin > depth:
            raise DraughtExceeded(self.name)
        return True


class Tanker(Ship):
    """Liquid cargo; needs more help in the basin."""

    tugs_needed = 3
    pilot_grade = "A"

    def check_papers(self, papers, strict=True):
        """Refuse a tanker whose papers are older than its cargo."""
        if strict and papers.date < papers.loaded:
            raise ManifestError(self.name)
        return papers


class GasTanker(Tanker):
    """Liquefied gas; the strictest rules apply."""

    tugs_needed = 4

    def check_quay(self, quay, distance=250):
        """Refuse a quay with houses nearer than `distance` metres."""
        if quay.nearest_house < distance:
            raise DangerousCargo(self.name)
        return quay


class Ferry(Ship):
    """Runs to a timetable and turns round quickly."""

    tugs_needed = 0
    turnaround_minutes = 45


class BulkCarrier(Ship):
    """Ore, coal or grain."""

    tugs_needed = 2
    pilot_grade = "B"
