"""A scripted proposer, solver and verifier for any documents, and a program that serves them until it is ended.

The proposer joins the first lines of two documents; its third question of a cluster is the hardest. The solver gives
the answer in as many attempts as the question's number allows, so that pass rates fall from round to round.
"""

import re

from serving.calls import Call
from serving.scripted import ScriptedReply, ScriptedRequest
from warehouse.identity import canonical, digest

BLOCK = re.compile(
    r"<document (\d+) mark=[0-9a-f]{12}>\n(.*?)\n</document \1 mark=[0-9a-f]{12}>", re.DOTALL
)
RIGHT = (4, 2, 0)
"""Attempts of 4 that are right, by round."""
WORDS = "alder birch cedar damson elm fir gorse hazel ivy juniper".split()


def reader(request: ScriptedRequest) -> ScriptedReply:
    """Reply as the role that a request is for."""
    system = request.messages[0][1]
    if "exam questions" in system:
        return ScriptedReply(text=proposed(request.asked))
    if "two answers" in system:
        return ScriptedReply(text='{"reason": "by plan", "verdict": "different"}')
    return ScriptedReply(text=solved(request))


def proposed(asked: str) -> str:
    """Return the next question about the first two documents."""
    number = asked.count("What became of it:")
    lines = [(int(n), line(text)) for n, text in BLOCK.findall(asked)[:2]]
    evidence = [{"document": n, "quote": quote} for n, quote in lines]
    about = digest(evidence)[:12]
    question = (
        f"Which tree stands for step {number} of what is told of the matter {about} and its end?"
    )
    return canonical(
        {"question": question, "answer_kind": "text", "answer": name(question), "items": [], "unit": "",
         "evidence": evidence}
    )  # fmt: skip


def line(text: str) -> str:
    """Return the first long line of a document's own text."""
    return max((part for part in text.split("\n")[2:] if not part.startswith("[")), key=len)[:200]


def name(question: str) -> str:
    """Return the answer that a question has by plan."""
    number = int(digest(question)[:8], 16)
    return f"{WORDS[number % 10]} {WORDS[number // 10 % 10]} {number % 997}".title()


def solved(request: ScriptedRequest) -> str:
    """Return an attempt, right by the number of question and attempt."""
    question = re.search(r"Which tree stands for step (\d).*", request.asked)
    if question is None:
        return "Therefore, the answer is nothing."
    sent = {Call(model="", messages=(), attempt=n).sent_seed: n for n in range(8)}
    right = sent[request.seed] < RIGHT[int(question[1])]
    return f"It is so.\nTherefore, the answer is {name(question[0]) if right else 'Oslo'}."
