"""The validation report: one self-contained page for reviewers, gathered from what a run left.

All text that comes from documents is hostile: the template escapes everything, and control and direction-changing
characters are shown as escapes.
"""

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from extractors.proposals.asking import Proposal
from flows.config import SynthesisConfig
from flows.fingerprints import extract_fingerprint
from flows.jobs import IndexRow
from flows.mase_report import MaseReport
from flows.worlds import RejectedRow, TableRow
from warehouse.identity import rank
from warehouse.records import Fact
from warehouse.snapshot_manifest import CheckSummary, Gate, StageCost
from warehouse.snapshot_rows import UNKNOWN, ContextRow, EvidenceSpan, SampleRow
from warehouse.store import Store

SHOWN = 30
AROUND = 160
BINS = 10
GOLD_SHARE = 0.25


@dataclass(frozen=True)
class Material:
    """What a report is made of."""

    config: SynthesisConfig
    index: Sequence[IndexRow]
    samples: Sequence[SampleRow]
    contexts: Mapping[str, ContextRow]
    rejected: Sequence[RejectedRow]
    stages: Sequence[Any]
    gates: Sequence[Gate]
    store: Store
    tables: Sequence[TableRow] = ()
    checks: Sequence[CheckSummary] = ()
    reviewed: Sequence[Mapping[str, Any]] = ()
    mase: MaseReport | None = None
    proposals: Sequence[Proposal] = ()
    costs: Sequence[StageCost] = ()


def visible(text: object) -> str:
    r"""Return text with control and format characters (bidi overrides among them) written as `\\uXXXX`."""
    return "".join(
        f"\\u{ord(c):04x}"
        if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\n\t"
        else c
        for c in str(text)
    )


def report_page(material: Material) -> str:
    """Return the page."""
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
    )
    total = len(material.samples)
    positions = _positions(material)
    return environment.get_template("report_page.html.j2").render(
        title=material.config.publish.name,
        summary=(
            f"{total} questions from {len(material.index)} documents, each proved by a query on quoted facts and "
            f"checked again on its own context; {sum(r.inputs for r in material.stages if r.status == 'rejected')} "
            "inputs were rejected, each for the reason below."
        ),
        gates=material.gates,
        stages=_shares(material.stages),
        counts=_counts(material.samples),
        concentration=_concentration(material.samples),
        tables=material.tables,
        checks=material.checks,
        reviewed=material.reviewed,
        mase=material.mase,
        proposals=material.proposals,
        costs=material.costs,
        positions=positions,
        even=sum(positions) / BINS,
        widest=max(max(positions), 1),
        sources=_sources(material),
        licences=_licences(material.index),
        samples=[
            _view(row, material.contexts[row.context_id]) for row in _spread(material.samples)
        ],
        rejected=_varied(material.rejected),
        config=json.dumps(material.config.model_dump(mode="json"), indent=1, ensure_ascii=False),
    )


def _shares(stages: Sequence[Any]) -> list[dict[str, Any]]:
    total: Counter[str] = Counter()
    for row in stages:
        total[row.stage] += row.inputs
    return [row.model_dump() | {"share": row.inputs / max(total[row.stage], 1)} for row in stages]


def _ranked(values: Iterable[Any], top: int = 12) -> list[tuple[str, int, float]]:
    counts = Counter(str(value) for value in values)
    total = max(sum(counts.values()), 1)
    return [(name, number, number / total) for name, number in counts.most_common(top)]


def _counts(samples: Sequence[SampleRow]) -> list[tuple[str, list[tuple[str, int, float]]]]:
    fields = ("category", "strategy", "hops", "documents", "split", "bucket")
    return [
        (field.capitalize(), _ranked(getattr(row, field) for row in samples)) for field in fields
    ]


def _signature(row: SampleRow) -> str:
    program = json.loads(row.program)
    if row.task_type == "reading_comprehension":
        return row.strategy
    if row.task_type == "corpus_numeric":
        return f"{row.strategy}: {', '.join(ref['column'] for ref in program['query']['quantity']['columns'])}"
    steps = [step["relation"] for path in program["paths"] for step in path["steps"]]
    parts = [
        *program["links"],
        *steps,
        *(s["relation"] for s in program["then"]),
        program["measure"],
    ]
    return f"{row.strategy}: {' → '.join(part for part in parts if part)}"


def _concentration(samples: Sequence[SampleRow]) -> list[tuple[str, list[tuple[str, int, float]]]]:
    return [
        ("Answers", _ranked(row.answer for row in samples)),
        ("Last facts", _ranked(" ".join(row.evidence[-1].quote.split())[:100] for row in samples)),
        ("Relations", _ranked(map(_signature, samples))),
    ]


def _positions(material: Material) -> list[int]:
    bins = [0] * BINS
    for row in material.samples:
        sections = material.contexts[row.context_id].sections
        gold = sum(s.end - s.start for s in sections if s.evidence)
        if gold <= GOLD_SHARE * max((s.end for s in sections), default=1):
            for span in row.evidence:
                bins[min(int(span.position * BINS), BINS - 1)] += 1
    return bins


def _sources(material: Material) -> list[dict[str, Any]]:
    using = {"extract": extract_fingerprint(material.config)}
    frame = material.store.scan("facts", using, record=Fact).select("document_id").collect()
    facts = Counter(frame["document_id"].to_list())
    rows: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in material.index:
        parts = row.source.partition("#")[0].split("/")
        own = rows["/".join(parts[: min(2, max(len(parts) - 1, 1))])]
        own[0] += 1
        own[1] += row.words
        own[2] += facts[row.document_id]
    return [
        {"source": name, "documents": d, "words": w, "facts": f, "density": 1000 * f / max(w, 1)}
        for name, (d, w, f) in sorted(rows.items())
    ]


def _licences(index: Sequence[IndexRow]) -> list[dict[str, Any]]:
    """Return documents and tokens by licence, the most tokens first."""
    rows: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in index:
        own = rows[row.licence or UNKNOWN]
        own[0] += 1
        own[1] += row.tokens
    total = max(sum(tokens for _, tokens in rows.values()), 1)
    return [
        {"licence": name, "documents": documents, "tokens": tokens, "share": tokens / total}
        for name, (documents, tokens) in sorted(
            rows.items(), key=lambda item: (-item[1][1], item[0])
        )
    ]


def _spread(samples: Sequence[SampleRow]) -> list[SampleRow]:
    """Return up to `SHOWN` samples, every category and form in turn, in hash order."""
    groups: dict[tuple[str, str], list[SampleRow]] = defaultdict(list)
    for row in sorted(samples, key=lambda row: rank(0, row.id)):
        groups[(row.category, row.strategy)].append(row)
    return _in_turn(groups)


def _varied(rejected: Sequence[RejectedRow]) -> list[RejectedRow]:
    groups: dict[str, list[RejectedRow]] = defaultdict(list)
    for row in rejected:
        groups[row.reason].append(row)
    return sorted(_in_turn(groups), key=lambda row: row.reason)


def _in_turn(groups: Mapping[Any, list]) -> list:
    out: list = []
    for turn in range(SHOWN):
        out += [rows[turn] for _, rows in sorted(groups.items()) if turn < len(rows)]
    return out[:SHOWN]


def _view(row: SampleRow, context: ContextRow) -> dict[str, Any]:
    program = json.loads(row.program)
    numeric = row.task_type == "corpus_numeric"
    if row.task_type == "reading_comprehension":
        tried = row.difficulty
        path = (
            f"{row.strategy}, round {program['number']}, pass rate {tried.pass_rate} over {tried.k}"
        )
    else:
        path = "" if numeric else _path(program, row.answer)
    return {
        "row": row,
        "path": path,
        "hops": [_hop(span, context) for span in row.evidence],
        "table": _table(program) if numeric else None,
    }


def _path(program: Mapping[str, Any], answer: str) -> str:
    steps = [step["relation"] for path in program["paths"] for step in path["steps"]]
    relations = [
        *steps,
        *program["links"],
        *(s["relation"] for s in program["then"]),
        program["measure"],
    ]
    return " → ".join([*(r for r in relations if r), answer])


def _table(program: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of the tables that a numerical question reads: its columns, and a row of cells for each thing."""
    columns = list(dict.fromkeys(cell["column"] for cell in program["cells"]))
    rows: dict[str, dict[str, Any]] = defaultdict(dict)
    for cell in program["cells"]:
        rows[cell["entity"]][cell["column"]] = cell
    return {
        "sql": program["sql"],
        "from": [
            f"{t['name']} ({t['rows']} rows{', documents of ' + t['edition'] if t['edition'] else ''})"
            for t in program["tables"]
        ],
        "difficulty": program["difficulty"],
        "columns": columns,
        "rows": [(name, [rows[name].get(column) for column in columns]) for name in sorted(rows)],
    }


def _hop(span: EvidenceSpan, context: ContextRow) -> dict[str, Any]:
    licences = {part.document_id: part.licence for part in context.sections}
    return {
        "title": span.title,
        "source": span.source,
        "licence": licences.get(span.document_id, UNKNOWN),
        "position": span.position,
        "before": context.text[max(span.start - AROUND, 0) : span.start],
        "quote": span.quote,
        "after": context.text[span.end : span.end + AROUND],
    }
