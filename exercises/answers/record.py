"""A decision as a Markdown file that a team can put beside its code: what was asked, weighed, decided and rejected.

Everything in it was typed by a learner. It is escaped so that no Markdown reader makes more of it than text in lines
and paragraphs, in which addresses are links: no HTML, no image, no link with words that hide its address, no mention,
no heading, no table cell of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext

from exercises.answers.ranking import HIGHEST, Rank, ranking
from exercises.answers.reading import Answers

# Characters that mean something inside a line, to one reader of Markdown or another. < > & are written as entities,
# which all of them know.
INLINE = re.compile(r"[\\`*_{}\[\]|~^$@#]")
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# GitHub looks for accounts and issues when Markdown has been read and no backslash is left; only a character between
# keeps it from naming @somebody or linking #1.
MENTION = re.compile(r"((?<![A-Za-z0-9_])\\@(?=[A-Za-z0-9])|\\#(?=[0-9]))")
NOTHING = "&ZeroWidthSpace;"
# Readers find addresses by themselves, and take backslashes in them for a part of them. In <> an address is left as it
# is, and what only resembles one is kept from them.
ADDRESS = re.compile(r"\b(?:https?|ftp)://[^\s<>|\\`\x00-\x1f\x7f]+", re.IGNORECASE)
AFTER_ADDRESS = ".,:;!?\"'*_~([]{}"
ENTITY = re.compile(r"&#?\w+;")
RESEMBLES_ADDRESS = re.compile(r"(?<=ftp|ttp|tps)(?=://)|(?<=www)(?=\.)", re.IGNORECASE)
# What begins a list or a rule at the start of a line, or makes the line before it a heading.
LINE_START = re.compile(r"^(?P<mark>[-+=:]|\d{1,9}(?=[.)]))")


def record_of(answers: Answers, *, fallback_title: str, day: date) -> str:
    """The whole file. *day* is when the decision was handed in."""
    ranks = ranking(answers["criteria"], answers["candidates"])
    sections = [
        (gettext("Context"), paragraphs(answers["context"])),
        (gettext("Criteria"), _criteria(answers)),
        (gettext("Scores"), _scores(answers, ranks)),
        (gettext("Ranking"), _ranking(ranks)),
        (gettext("Decision"), _decision(answers, ranks)),
        (gettext("Rejected alternatives"), _rejected(answers, ranks)),
    ]
    date_line = gettext("Date: %(day)s") % {"day": day.isoformat()}
    head = f"# {line(answers['title'] or fallback_title)}\n\n{date_line}\n"
    return head + "".join(f"\n## {title}\n\n{body}\n" for title, body in sections if body)


def line(text: str) -> str:
    """*text* on one line, as nothing but text."""
    return LINE_START.sub(_escaped_start, _inline(" ".join(text.split())))


def paragraphs(text: str) -> str:
    """*text* with its blank lines and line ends, as nothing but text."""
    lines = [line(each) for each in text.strip().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _inline(text: str) -> str:
    parts, done = [], 0
    for match in ADDRESS.finditer(text):
        if address := _address_in(match[0]):
            parts += [_escaped(text[done : match.start()]), f"<{address}>"]
            done = match.start() + len(address)
    return "".join([*parts, _escaped(text[done:])])


def _address_in(found: str) -> str:
    """*found* without the punctuation that ends a sentence around it; "" when it is no address to be written in <>."""
    while found[-1] in AFTER_ADDRESS or (found[-1] == ")" and found.count(")") > found.count("(")):
        found = found[:-1]
    return "" if found.endswith("//") or ENTITY.search(found) else found


def _escaped(text: str) -> str:
    escaped = INLINE.sub(lambda match: "\\" + match[0], text.translate(ENTITIES))
    return RESEMBLES_ADDRESS.sub(r"\\", MENTION.sub(rf"\g<1>{NOTHING}", escaped))


def _escaped_start(match: re.Match[str]) -> str:
    mark = match["mark"]
    return f"{mark}\\" if mark.isdigit() else f"\\{mark}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells that are Markdown already; all columns but the first are numbers."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, rule, *rows])


def _criteria(answers: Answers) -> str:
    rows = [[line(criterion["name"]), str(criterion["weight"])] for criterion in answers["criteria"]]
    return table([gettext("Criterion"), gettext("Weight (0 to %(highest)s)") % {"highest": HIGHEST}], rows)


def _scores(answers: Answers, ranks: Sequence[Rank]) -> str:
    candidates = answers["candidates"]
    points = {rank.name: rank.points for rank in ranks}
    rows = [
        [line(criterion["name"]), *(str(candidate["scores"][index]) for candidate in candidates)]
        for index, criterion in enumerate(answers["criteria"])
    ]
    total = [gettext("Points (score times weight)"), *(str(points[candidate["name"]]) for candidate in candidates)]
    head = gettext("Score (0 to %(highest)s)") % {"highest": HIGHEST}
    return table([head, *(line(candidate["name"]) for candidate in candidates)], [*rows, total])


def _ranking(ranks: Sequence[Rank]) -> str:
    return "\n".join(
        f"{number}. " + gettext("%(name)s: %(points)s of %(of)s") % {"name": line(rank.name), **rank_points(rank)}
        for number, rank in enumerate(ranks, 1)
    )


def rank_points(rank: Rank) -> dict[str, int]:
    return {"points": rank.points, "of": rank.of}


def _decision(answers: Answers, ranks: Sequence[Rank]) -> str:
    parts = [f"**{line(answers['pick'])}**", paragraphs(answers["reasons"]) or gettext("No reasons are given yet.")]
    if answers["deviation_reason"]:
        best = [rank.name for rank in ranks if rank.place == 1]
        if answers["pick"] not in best:
            parts.append(gettext("More points, and not picked: %(names)s.") % {"names": ", ".join(map(line, best))})
        parts.append(paragraphs(answers["deviation_reason"]))
    return "\n\n".join(parts)


def _rejected(answers: Answers, ranks: Sequence[Rank]) -> str:
    return "\n".join(f"- {_behind(answers, rank)}" for rank in ranks if rank.name != answers["pick"])


def _behind(answers: Answers, rank: Rank) -> str:
    """Where the candidate scored lower than the pick, and where higher."""
    scores = {candidate["name"]: candidate["scores"] for candidate in answers["candidates"]}
    pairs = list(zip(answers["criteria"], scores[rank.name], scores[answers["pick"]], strict=True))
    lower = ", ".join(line(criterion["name"]) for criterion, score, picked in pairs if score < picked)
    higher = ", ".join(line(criterion["name"]) for criterion, score, picked in pairs if score > picked)
    if lower and higher:
        sentence = gettext(
            "**%(name)s** (%(points)s of %(of)s points): scored lower on %(lower)s; higher on %(higher)s."
        )
    elif lower:
        sentence = gettext("**%(name)s** (%(points)s of %(of)s points): scored lower on %(lower)s.")
    elif higher:
        sentence = gettext("**%(name)s** (%(points)s of %(of)s points): scored higher on %(higher)s.")
    else:
        sentence = gettext("**%(name)s** (%(points)s of %(of)s points).")
    return sentence % {"name": line(rank.name), "lower": lower, "higher": higher, **rank_points(rank)}
