"""A scripted world for MASE: a cluster of three documents, and models that behave by a plan (no mocks)."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from generators.mase.clusters import Cluster, ClusterDocument, ClusterSection
from generators.mase.trials import Rules
from serving.calls import Call, Sampling
from serving.circuit import RetryOptions
from serving.loopback import LoopbackServer
from serving.roles import Models, ModelServer, RoleName, RoleOptions
from serving.scripted import Script, ScriptedReply, ScriptedRequest
from verifiers.answers.compare import compare
from verifiers.answers.final import final_answer
from verifiers.proposed_checks import check_form
from warehouse.answer_specs import spec_of_answer

QUICK = RetryOptions(timeout=1.5, deadline=30, first_wait=0.005, longest_wait=0.02, patience=0.3)
ROLES: tuple[RoleName, ...] = ("proposer", "solver", "verifier")
TEXTS = {
    "Lake Orm": "Lake Orm lies in the north.\nIts ferry was built in 1911 by the Halden yard.\nThe lake is 40 m deep.",
    "Halden yard": "The Halden yard closed in 1931.\nIts last master was Ida Moen.\nIt employed 200 people.",
    "Ida Moen": "Ida Moen was born in Skarv.\nShe wrote a book on the ferries of Lake Orm.\nShe died in 1970.",
}
QUOTES = {
    "ferry": (1, "Its ferry was built in 1911 by the Halden yard."),
    "master": (2, "Its last master was Ida Moen."),
    "born": (3, "Ida Moen was born in Skarv."),
    "depth": (1, "The lake is 40 m deep."),
    "staff": (2, "It employed 200 people."),
}
RULES = Rules(
    compare=lambda answer, reply, question: compare(spec_of_answer(answer), reply, question),
    final=lambda reply: final_answer(reply).text,
    checks=check_form,
)


def cluster(texts: dict[str, str] = TEXTS, name: str = "cluster-orm") -> Cluster:
    """Return a cluster of documents of one section each."""
    documents = tuple(
        ClusterDocument(
            document_id=f"doc-{number}", series=f"series-{number}", title=title,
            sections=(ClusterSection(section_id=f"sec-{number}", lead=f"[Document: {title}]\n", text=text, start=0),),
        )
        for number, (title, text) in enumerate(texts.items(), start=1)
    )  # fmt: skip
    return Cluster(
        id=name, split="train", category="general", documents=documents, shared=("halden yard",), tokens=120
    )  # fmt: skip


def proposal(question: str, answer: str, *quotes: str, kind: str = "text", **fields) -> str:
    """Return a proposer's reply with quotes named in `QUOTES`."""
    evidence = [
        {"document": QUOTES[q][0], "quote": QUOTES[q][1]} for q in quotes or ("ferry", "born")
    ]
    data = {
        "question": question,
        "answer_kind": kind,
        "answer": answer,
        "items": [],
        "unit": "",
        "evidence": evidence,
    }
    return json.dumps(data | fields)


HARDER = (
    proposal("In which place was the last master of the yard that built the ferry of Lake Orm born?", "Skarv",
             "ferry", "master", "born"),
    proposal("How many people did the yard employ that built the only ferry of a lake 40 m deep?", "200",
             "ferry", "staff", "depth", kind="number"),
    proposal("Which yard had as its last master the author of a book on the ferries of a northern lake?", "Halden yard",
             "master", "born"),
    proposal("Who was the last master of the yard that had built a ferry in the year 1911?", "Ida Moen",
             "ferry", "master"),
)  # fmt: skip
"""Four questions, each with another answer."""


@dataclass
class Exam:
    """Models by plan: the proposer gives its next proposal, each solver is right in its first so many attempts."""

    proposals: Iterable[str] = HARDER
    right: dict[str, int] = field(default_factory=dict)
    """Answer → attempts of the solver that give it."""
    strong: dict[str, int] = field(default_factory=dict)
    """The same for the strong solver."""
    wrong: str = "Therefore, the answer is Oslo."
    vote: Callable[[str], str] = lambda asked: "different"
    attempts: int = 8
    requests: list[ScriptedRequest] = field(default_factory=list)

    def __call__(self, request: ScriptedRequest) -> ScriptedReply:
        """Reply as the role that the request is for."""
        self.requests.append(request)
        return ScriptedReply(text=self.said(request))

    def said(self, request: ScriptedRequest) -> str:
        role = role_of(request)
        if role == "proposer":
            proposals = list(self.proposals)
            return proposals[min(request.asked.count("What became of it:"), len(proposals) - 1)]
        if role == "verifier":
            return json.dumps({"reason": "by plan", "verdict": self.vote(request.asked)})
        known = {
            json.loads(p)["question"]: json.loads(p)["answer"]
            for p in self.proposals
            if p.startswith("{")
        }
        answer = next(a for q, a in known.items() if q in request.asked)
        plan = self.strong if request.model == "strong" else self.right
        if attempt_of(request, self.attempts) < plan.get(answer, 0):
            return f"The documents say so.\nTherefore, the answer is {answer}."
        return self.wrong


def role_of(request: ScriptedRequest) -> str:
    """Return which role a request is for, by its system message."""
    system = request.messages[0][1]
    return (
        "proposer"
        if "exam questions" in system
        else "verifier"
        if "two answers" in system
        else "solver"
    )


def attempt_of(request: ScriptedRequest, attempts: int = 64, seed: int = 0) -> int:
    """Return the attempt's number, which the sent seed gives away."""
    sent = {Call(model="", messages=(), seed=seed, attempt=n).sent_seed: n for n in range(attempts)}
    return sent[request.seed]


def models(
    server: LoopbackServer | str,
    *roles: RoleName,
    strong: bool = False,
    retry: RetryOptions = QUICK,
) -> Models:
    """Return the models of a scripted server; the roles are those that MASE needs, and the strong solver if asked."""
    address = server if isinstance(server, str) else server.address
    servers = {
        name: ModelServer(model=name, address=address, retry=retry, structured="none")
        for name in ("scripted", "strong")
    }
    played = {
        role: RoleOptions(model="scripted", sampling=Sampling(temperature=0.7))
        for role in roles or ROLES
    }
    if strong:
        played["strong_solver"] = RoleOptions(model="strong", sampling=Sampling(temperature=0.7))
    return Models(servers=servers, roles=played)


def outside_marks(text: str) -> str:
    """Return a prompt's text without what stands between marks: what gives a model its orders."""
    return re.sub(r"<([a-z ]+ \d+ mark=[0-9a-f]{12})>\n.*?\n</\1>", "", text, flags=re.DOTALL)


__all__ = ["Script"]
