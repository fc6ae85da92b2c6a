"""What a trial's report states of the trial as a whole, and sentences that state it of something else."""

import os
from pathlib import Path

import pytest

from extractors.facts.trial_registry import registry_facts
from extractors.facts.trials import trial_facts
from extractors.readers import ReadOptions, read_file
from extractors.sections import split_sections
from warehouse.records import Document

ROOT = Path(__file__).parents[2]
DOCUMENTS = Path(os.environ.get("LONGSPAN_REAL_DOCUMENTS", ROOT.parent / "shared" / "corpora"))
TITLE = "Bran against oats for sleepless millers"
REPORT = """<?xml version="1.0"?>
<article article-type="research-article"><front><article-meta>
<title-group><article-title>{title}</article-title></title-group>
<abstract><sec><title>Methods</title><p>In this double-blind, phase 3 trial, 84 millers slept. {abstract}</p></sec>
<sec><title>Trial registration</title><p>ClinicalTrials.gov NCT00000102</p></sec></abstract></article-meta></front>
<body><sec><title>Introduction</title><p>The study was conducted in Peru.</p></sec>
<sec><title>Methods</title><p>{methods}</p></sec></body></article>
"""


def told(tmp_path, methods: str = "", abstract: str = "") -> dict[str, list[str]]:
    path = tmp_path / "academic" / "bran.nxml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        REPORT.format(title=TITLE, abstract=abstract, methods=methods or "We slept."), "utf-8"
    )
    (document,) = read_file(path, root=tmp_path, category="academic", options=ReadOptions())
    assert isinstance(document, Document)
    out: dict[str, list[str]] = {}
    for fact in trial_facts(document, split_sections(document)):
        assert document.text[fact.start : fact.end] == fact.quote
        assert document.text[fact.object.start : fact.object.end] == fact.object.text
        if fact.subject.text == TITLE:
            out.setdefault(fact.relation, []).append(fact.object.text)
    return out


def test_the_design_is_told_of_the_article_and_places_from_an_introduction_are_not(tmp_path):
    assert told(tmp_path) == {
        "trial registry number": ["NCT00000102"],
        "blinding": ["double-blind"],
        "trial phase": ["phase 3"],
    }


@pytest.mark.parametrize(
    ("sentence", "relation", "values"),
    [
        ("Patients were enrolled between May 2011 and 3 June 2012.", "enrolment start", ["May 2011"]),
        ("The study was conducted from May 2011 to June 2012.", "study end", ["June 2012"]),
        ("The trial was conducted at nine centres in Chile and Peru.", "study site count", ["nine"]),
        ("The trial was conducted at nine centres in Chile and Peru.", "study countries", ["Chile", "Peru"]),
        ("This study was done at Brack Hospital, Tarn, Norway.", "study site", ["Brack Hospital"]),
        ("This study was done at Brack Hospital, Tarn, Norway.", "study country", ["Norway"]),
        ("Patients were randomly assigned (2:1) to bran or oats.", "allocation ratio", ["2:1"]),
        ("The primary endpoint was hours of sleep at week 6.", "primary outcome", ["hours of sleep at week 6"]),
        ("This study was sponsored by Oat Mills, Inc.", "sponsor", ["Oat Mills, Inc."]),
        ("This work was funded by the Bran Foundation and the Sleep Council.", "funders",
         ["Bran Foundation", "Sleep Council"]),
        ("It was approved by the Ethics Committee of Tarn University.", "ethics approval body", ["Tarn University"]),
        ("The median follow-up was 4.5 months.", "median follow-up", ["4.5 months"]),
        ("A total of 90 millers and 96 patients were screened.", "participant count at screening", []),
        ("A total of 96 patients were screened.", "participant count at screening", ["96"]),
    ],
)  # fmt: skip
def test_a_sentence_of_the_whole_trial_states_one_thing(tmp_path, sentence, relation, values):
    assert told(tmp_path, methods=sentence).get(relation, []) == values


@pytest.mark.parametrize(
    "sentence",
    [
        "The original trial was conducted from May 2011 to June 2012 in Peru.",
        "The study was conducted from May 2011 to June 2012 in Peru [12].",
        "The remaining patients were enrolled between May 2011 and June 2012.",
        "The study was conducted with capsules of Bran Ltd, Lima, Peru.",
        "Fourteen patients were enrolled for oats and served as the third group.",
        "Of these 40 patients, 22 were assigned to the bran group and 18 to the oats group.",
        "The study was conducted in Peru. The study was conducted in Chile.",
        "This work was funded by the Bran Foundation, and through Oats Aid.",
    ],
)
def test_what_is_said_of_others_or_twice_otherwise_is_left_out(tmp_path, sentence):
    assert set(told(tmp_path, methods=sentence)) == {
        "trial registry number",
        "blinding",
        "trial phase",
    }


def test_arms_have_their_sizes_and_add_up_to_the_randomised(tmp_path):
    sized = (
        "84 patients were randomised to receive oat bran (n = 40) or placebo (n = 44) for a week."
    )
    found = told(tmp_path, abstract=sized)
    assert found["trial arms"] == ["oat bran", "placebo"]
    assert found["participant count in the oat bran arm"] == ["40"]
    assert found["participant count at randomisation"] == ["84"]
    assert "trial arms" not in told(tmp_path, abstract=sized.replace("84", "90"))  # 40 + 44 = 84
    worded = "In all, 40 were assigned to the bran group and 44 to the control group."
    assert told(tmp_path, methods=worded)["trial arms"] == ["bran", "control"]


ENTRY = """<?xml version="1.0"?>
<clinical_study><id_info><org_study_id>TM-12</org_study_id><nct_id>NCT00000102</nct_id></id_info>
<sponsors><lead_sponsor><agency>Tarn University</agency><agency_class>Other</agency_class></lead_sponsor></sponsors>
<overall_status>Completed</overall_status><start_date>May 2011</start_date>
<completion_date type="Actual">June 2012</completion_date><phase>Phase 3</phase><condition>Insomnia</condition>
<study_type>Interventional</study_type>
<primary_outcome><measure>Hours of sleep</measure><time_frame>6 weeks</time_frame></primary_outcome>
<enrollment type="Actual">84</enrollment>
<arm_group><arm_group_label>Bran</arm_group_label><arm_group_type>Experimental</arm_group_type></arm_group>
<arm_group><arm_group_label>Oats</arm_group_label><arm_group_type>Active</arm_group_type></arm_group>
<location_countries><country>Norway</country><country>Peru</country></location_countries></clinical_study>
"""


def entry_facts(tmp_path, text: str) -> set[tuple[str, str]]:
    path = tmp_path / "academic" / "entry.xml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    (document,) = read_file(path, root=tmp_path, category="academic", options=ReadOptions())
    assert isinstance(document, Document)
    found = registry_facts(document, split_sections(document))
    assert {fact.subject.text for fact in found} <= {"NCT00000102"}
    for fact in found:
        assert document.text[fact.object.start : fact.object.end] == fact.object.text
    return {(fact.relation, fact.object.text) for fact in found}


def test_a_registry_entry_is_told_of_its_number_in_the_relations_of_reports(tmp_path):
    assert entry_facts(tmp_path, ENTRY) == {
        ("sponsor", "Tarn University"), ("trial status", "Completed"), ("study start", "May 2011"),
        ("study completion", "June 2012"), ("trial phase", "Phase 3"), ("condition", "Insomnia"),
        ("study type", "Interventional"), ("primary outcome", "Hours of sleep"),
        ("participant count at enrolment", "84"), ("trial arms", "Bran"), ("trial arms", "Oats"),
        ("study countries", "Norway"), ("study countries", "Peru"),
    }  # fmt: skip


def test_a_planned_number_is_not_enrolled_and_an_entry_without_a_number_is_none(tmp_path):
    planned = ENTRY.replace('<enrollment type="Actual">', '<enrollment type="Anticipated">')
    assert "participant count at enrolment" not in dict(entry_facts(tmp_path, planned))
    assert entry_facts(tmp_path, ENTRY.replace("NCT00000102", "TM-13")) == set()


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="no corpus of real documents")
def test_real_reports_of_trials_name_dates_places_and_arms():
    root = DOCUMENTS / "academic"
    relations: list[str] = []
    for path in sorted(root.glob("pmc_rct_xml/*/*.nxml")):
        for document in read_file(path, root=root, category="academic", options=ReadOptions()):
            if isinstance(document, Document):
                relations += [f.relation for f in trial_facts(document, split_sections(document))]
    for relation in ("enrolment start", "study country", "trial arms", "primary outcome"):
        assert relations.count(relation) >= 5
