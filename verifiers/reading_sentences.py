"""Sentences of numerical questions, by operation, as a reader of English takes them (method 2.2).

`OPENINGS` say what a question is about, `SENTENCES` what it asks. Parts are read by `question_reading`. A sentence that
is none of these is not understood, and every word of a question has to be.
"""

from collections.abc import Mapping

from warehouse.numeric import Operation

OPENINGS = (
    "(consider|take|look at) all {size:count} {noun} (on|for) each of which {documents:given} given. ",
    "(consider|take|look at) the {size:count} {noun} (on|for) each of which {documents:given} given. ",
    "(consider|take|look at) [the {noun} ]{names}(, going by|, according to| as described in) (their|the) "
    "{documents}. ",
    "(going by|according to) the {documents}, ",
)
THE_UNIT = "[, {unit:in_unit}]"
ASKED = "(what is|find|give|work out)"
WORK_OUT = "(work out|find|calculate|determine)"
EACH = "(take|work out|find|calculate|determine) the {quantity} (of|for) each of {group}"
ORDER = "(order {group}|take {group}, and order them)"
RANK = "(rank {group}|take {group}, and rank them)"
AVERAGE = "(average|mean|arithmetic mean)"
COMPARED = {
    ">": "(greater than|more than|larger than|higher than|above|over)",
    "<": "(less than|smaller than|lower than|fewer than|below|under)",
}
CONDITION = "the {column} (is|are) {sign} {bound}"
THE_SERIES = "the {measure} of {focus:name} {series}"
IN_TIME = "(in order of time|from the earliest to the latest)"
THE_YEAR = "{year_asked}?{later}"
PAST = "{sign} {bound}"

SENTENCES: Mapping[Operation, tuple[str, ...]] = {
    "count": (
        "(for how many of {them} is it true that|for how many of {them} is it the case that) {conditions}?",
        "how many of {them} have figures such that {conditions}?",
        "count those of {them} for which {conditions}. how many are there?",
    ),
    "count_above_mean": (
        f"for how many of {{them}} (is|are) the {{quantity}} (greater|higher|larger) than the {AVERAGE} over all "
        "{size:count} of them?",
        f"{WORK_OUT} the {AVERAGE} {{quantity}} of all {{size:count}} of them. how many of {{them}} have a "
        "(higher|greater|larger) figure than that?",
        f"{WORK_OUT} the {AVERAGE} {{quantity}} of all {{size:count}} of them. how many of {{them}} are above it?",
        f"how many of {{them}} are above the {AVERAGE} {{quantity}} of all {{size:count}} of them[, each counting "
        "once]?",
    ),
    "count_rising": (
        "for how many of {them} (was|were) the {measure} (higher|greater|larger) {later:time} than {earlier:time}?",
        "how many of {them} show an increase in the {measure} {span}?",
        "count those of {them} whose {measure} (rose|increased|grew) {span}. how many are there?",
    ),
    "nth": (
        "among {group}, which one has the {nth}{order} {quantity}?",
        "which of {them} has the {nth}{order} {quantity}?",
        f"{ORDER} by the {{quantity}}, {{order}} first. which one (comes|is) {{nth:place}}?",
        f"{RANK} from the {{order}} {{quantity}} to the {{opposite}}. which one (comes|is) {{nth:place}}?",
    ),
    "which": (
        "(name|list|give) all of {them} for which {conditions}.",
        "(name|list|give) every one of {them} for which {conditions}.",
        "for which of {them} is it true that {conditions}? (give|name|list) all of them.",
    ),
    "top": (
        "among {group}, which {number:count} have the {order} {quantity}? list them in order, {order} first.",
        "which {number:count} of {them} have the {order} {quantity}? list them in order, {order} first.",
        f"{ORDER} by the {{quantity}}, {{order}} first, and list the first {{number:count}} in that order.",
        "of {group}, list the {number:count} with the {order} {quantity}, beginning with the {order}.",
    ),
    "rank": (
        "ranked from the {order} {quantity} to the {opposite}, which place does {focus:name} take among {them}?",
        "order {them} by the {quantity}, {order} first. in which place is {focus:name}?",
        "what is the rank of {focus:name} among {them} by the {quantity}, if rank 1 is the {order}?",
    ),
    "rank_shift": (
        "rank {them} twice, largest first: by the {quantity} and by the {second:quantity}. what is the rank of "
        "{focus:name} in the first ranking minus its rank in the second?",
        "find the rank of {focus:name} among {them} by the {quantity}, and subtract from it its rank by the "
        "{second:quantity}, rank 1 being the largest in both. what is the result?",
        "among {them}, {focus:name} has one rank by the {quantity} and one by the {second:quantity}, counted from the "
        "largest. what is the former minus the latter?",
    ),
    "total": (
        f"{ASKED} the (sum|total) of the {{quantity}} (over|of) {{group}}{THE_UNIT}(?|.)",
        f"summed over {{group}}, what (is|are) the {{quantity}}{THE_UNIT}?",
        f"add up the {{quantity}} of {{group}}. what is the (sum|total){THE_UNIT}?",
        f"what (do|does) the {{quantity}} of {{group}} come to in total{THE_UNIT}?",
        f"taking {{group}} together, what (do|does) the {{quantity}} come to{THE_UNIT}?",
    ),
    "mean": (
        f"{ASKED} the {AVERAGE} of the {{quantity}} (over|of) {{group}}{THE_UNIT}[, each counting once](?|.)",
        f"averaged over {{group}}, what (is|are) the {{quantity}}{THE_UNIT}?",
        f"taking {{group}} together, each counting once, {ASKED} the {AVERAGE} of the {{quantity}}{THE_UNIT}?",
        f"{EACH}. what is the {AVERAGE}{THE_UNIT}?",
    ),
    "median": (
        f"{ASKED} the median of the {{quantity}} (over|of) {{group}}{THE_UNIT}(?|.)",
        f"{ORDER} by the {{quantity}}. what is the median[ figure]{THE_UNIT}?",
        f"{EACH}. what is the median[ figure]{THE_UNIT}?",
    ),
    "spread": (
        f"by how much does the largest {{quantity}} among {{them}} exceed the smallest{THE_UNIT}?",
        f"{ASKED} the range of the {{quantity}} (over|of) {{them}}{THE_UNIT}, that is, the largest minus the smallest?",
        f"subtract the smallest {{quantity}} among {{them}} from the largest. what is the result{THE_UNIT}?",
    ),
    "lead": (
        f"by how much does the largest {{quantity}} among {{them}} exceed the second largest{THE_UNIT}?",
        "take the two of {them} with the largest {quantity}. what is the larger figure minus the smaller"
        f"{THE_UNIT}?",
        f"how far ahead of the runner-up is the one of {{them}} with the largest {{quantity}}{THE_UNIT}?",
    ),
    "top_total": (
        f"take the {{number:count}} of {{them}} with the largest {{quantity}}. what is the (sum|total) of their "
        f"figures{THE_UNIT}?",
        "what do [the figures of ]the {number:count} of {them} with the largest {quantity} (have together|add up to)"
        f"{THE_UNIT}?",
        f"order {{them}} by the {{quantity}}, largest first. what do the figures of the first {{number:count}} add up "
        f"to{THE_UNIT}?",
    ),
    "share": (
        "among {them}, what percentage of the (total|combined) {quantity} (is|are) (that|those) of {focus:name}?",
        "for {them}, add up the {quantity}. what share of the (sum|total), in percent, does {focus:name} have?",
        "taking {them} together, what share of the (total|combined) {quantity}, in percent, is held by {focus:name}?",
    ),
    "share_where": (
        "among {them}, what percentage of the (total|combined) {quantity} belongs to those for which {conditions}?",
        "for {them}, add up the {quantity}. what percentage of the (sum|total) comes from those for which "
        "{conditions}?",
        "taking {them} together, what share of the (total|combined) {quantity}, in percent, is held by those for "
        "which {conditions}?",
    ),
    "gap": (
        f"by how much (do|does) the {{quantity}} of {{first:name}} exceed (that|those) of {{other:name}}{THE_UNIT}?",
        "subtract the {quantity} of {other:name} from (that|those) of {first:name}. what is the result"
        f"{THE_UNIT}?",
        "how much (greater|higher|larger) (is|are) the {quantity} of {first:name} than (that|those) of {other:name}"
        f"{THE_UNIT}?",
    ),
    "times": (
        "how many times the {quantity} of {other:name} (is|are) (that|those) of {first:name}?",
        "divide the {quantity} of {first:name} by (that|those) of {other:name}. what is the (quotient|result)?",
        "what is the ratio of the {quantity} of {first:name} to (that|those) of {other:name}?",
    ),
    "group_gap": (
        f"divide {{them}} into those for which {{conditions}} and the rest. what is the {AVERAGE} {{quantity}} of the "
        f"former minus the {AVERAGE} of the latter{THE_UNIT}?",
        f"{WORK_OUT} the {AVERAGE} {{quantity}} of those of {{them}} for which {{conditions}}, and subtract from it "
        f"the {AVERAGE} of the others. what is the result{THE_UNIT}?",
        f"set apart those of {{them}} for which {{conditions}}. by how much does their {AVERAGE} {{quantity}} exceed "
        f"that of the others{THE_UNIT}? give a negative number if it is lower.",
    ),
    "weighted_mean": (
        f"{ASKED} the {AVERAGE} {{quantity}} of {{them}}, each weighted by its {{second:quantity}}{THE_UNIT}(?|.)",
        f"weight each of {{them}} by its {{second:quantity}}. what is the weighted {AVERAGE} of the {{quantity}}"
        f"{THE_UNIT}?",
        "multiply the {quantity} of each of {them} by its {second:quantity}, add up the products and divide them by "
        f"the sum of the weights. what is the result{THE_UNIT}?",
    ),
    "mean_without_best": (
        f"leave out the one of {{them}} with the {{order}} {{quantity}}. what is the {AVERAGE} {{quantity}} of the "
        f"others{THE_UNIT}?",
        f"{ASKED} the {AVERAGE} {{quantity}} of {{them}} without the one that has the {{order}}{THE_UNIT}(?|.)",
        f"strike out the {{order}} {{quantity}} among {{them}}. what is the {AVERAGE} of the rest{THE_UNIT}?",
    ),
    "total_if": (
        "suppose the {quantity} of {focus:name} were {percent} than stated. what would the figures of "
        f"{{them}} then add up to{THE_UNIT}?",
        "if the {quantity} of {focus:name} were {percent} and all else stayed as stated, what would the figures of "
        f"{{them}} add up to{THE_UNIT}?",
        "imagine that the {quantity} of {focus:name} were {percent} than the documents say. to what would the figures "
        f"of {{them}} then add up{THE_UNIT}?",
    ),
    "total_growth": (
        "taking {them} together, by what percentage did the (total|combined) {measure} change {span}?",
        "add up the {measure} of {them} at either time. what is the percentage change of the (sum|total) {span}?",
        "for {them} together, what is the percentage change in the (total|combined) {measure} {span}?",
    ),
    "compound_growth": (
        "what was the compound annual growth rate of the {measure} of {focus:name} {span}, in percent, over "
        "{number:count} year[s]?",
        "at what constant yearly rate, in percent, would the {measure} of {focus:name} have grown {span} in "
        "{number:count} year[s]?",
        "over the {number:count} year[s] {span}, what was the compound growth per year, in percent, of the {measure} "
        "of {focus:name}?",
    ),
    "first_past": (
        f"take {THE_SERIES} {IN_TIME}, and find the first figure that is {PAST}. {THE_YEAR}",
        f"in order of time, look for the first figure {PAST} among those for {THE_SERIES}. {THE_YEAR}",
        f"line up {THE_SERIES} {IN_TIME}, and go through the figures until one is {PAST}. {THE_YEAR}",
    ),
    "longest_run": (
        f"take {THE_SERIES} {IN_TIME}. what is the greatest number of times in a row that the figure {{order:moved}} "
        "from one to the next?{later}",
        f"take {THE_SERIES} {IN_TIME}. what is the greatest number of figures in a row that are {PAST}?{{later}}",
        f"line up {THE_SERIES} {IN_TIME}. how long is the longest unbroken run of {{order:moves}}, each "
        "{order:moves} from one figure to the next counting as one?{later}",
        f"line up {THE_SERIES} {IN_TIME}. how long is the longest unbroken run of figures {PAST}, each counting as "
        "one?{later}",
        f"in order of time, go through {THE_SERIES}. at most how many {{order:moves}} from one figure to the next "
        "follow each other without a break?{later}",
        f"in order of time, go through {THE_SERIES}. at most how many figures {PAST} follow each other without a "
        "break?{later}",
    ),
}  # fmt: skip
