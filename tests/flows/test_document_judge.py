"""Documents judged by a model: the sample it sees, the opinions, and what stays unknown."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.judging.judging import PACKAGE, sample_of
from extractors.judging.options import DocumentJudgeOptions
from flows.asking import with_models
from flows.config import Source, SynthesisConfig
from flows.document_judge import judge_batch
from flows.model_stage import Done
from flows.stored import held
from serving.loopback import LoopbackServer, even_faults
from serving.prompts import load_prompt
from serving.scripted import ScriptedReply, ScriptedRequest
from tests.flows.test_model_facts import Home, roles
from warehouse.records import Document


def document(text: str) -> Document:
    return Document(
        id="d", category="general", source="d.md", format="md", title="D", subject="", date="", series="d",
        licence="", text=text, origins=(),
    )  # fmt: skip


@given(lines=st.lists(st.text("ab c", max_size=60), max_size=400), seed=st.integers(0, 9))
def test_a_sample_is_short_the_same_each_time_and_made_of_the_text(lines, seed):
    options = DocumentJudgeOptions(characters=900, stretches=3)
    made = document("\n".join(lines))
    found = sample_of(made, options, seed)
    assert found == sample_of(made, options, seed)
    assert len(found) <= 900 + 2 * len("\n[...]\n")
    parts = found.split("\n[...]\n")
    assert all(part in made.text for part in parts)
    assert made.text.startswith(parts[0])


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path, SynthesisConfig(sources=(Source(path="general"),)))


def judge(home: Home, script, **faults) -> Done:
    (batch,) = held(home.store, home.config, home.ids, 10)
    with LoopbackServer(script, **faults) as server:
        return with_models(
            home.path, roles(server, "judge"), lambda c: judge_batch(home.path, home.config, c, batch)
        )  # fmt: skip


def points(*given_: int) -> ScriptedReply:
    names = ("readable", "informative", "original", "coherent")
    return ScriptedReply(text=json.dumps(dict(zip(names, given_, strict=True)) | {"because": "so"}))


def opinions(home: Home, request: ScriptedRequest) -> ScriptedReply:
    return points(3, 2, 1, 3) if "Arnby" in request.asked else points(1, 1, 1, 1)


def test_points_decide_and_every_document_has_its_row(home):
    done = judge(home, lambda request: opinions(home, request))
    found = {row.because and row.verdict for row in done.tables["judged_documents"]}
    assert found == {"keep", "drop"}  # 9 points of 12, and 4 under the 5 that are asked for
    assert {o.reason for o in done.outcomes} == {"", "judged worthless"}
    assert {o.input_id for o in done.outcomes} == set(home.ids)


UNREADABLE = (
    points(9, 0, 0, 0), points(-1, 0, 0, 0), ScriptedReply(text="bad!"), ScriptedReply(text=""),
)  # fmt: skip


@pytest.mark.parametrize("reply", UNREADABLE)
def test_what_cannot_be_read_is_unknown_and_never_zero_points(home, reply):
    done = judge(home, lambda _: reply)
    assert {row.verdict for row in done.tables["judged_documents"]} == {"unknown"}
    assert {o.reason for o in done.outcomes} == {"no opinion can be read"}


def test_under_faults_every_document_has_one_outcome(home):
    done = judge(home, lambda request: opinions(home, request), faults=even_faults(0.4, slow=0.02, hang=1))  # fmt: skip
    assert sorted(o.input_id for o in done.outcomes) == sorted(home.ids)


def test_the_prompt_has_the_slots_that_are_filled_and_shows_the_shape():
    prompt = load_prompt(PACKAGE, "quality")
    assert prompt.slots == {"kind", "document"}
    shape = re.search(r"\{\"readable\".*\}", prompt.sections[1][1])
    assert shape is not None
    assert set(json.loads(shape[0])) == {"readable", "informative", "original", "coherent", "because"}  # fmt: skip
