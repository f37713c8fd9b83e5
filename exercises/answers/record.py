"""A decision as a Markdown file that a team can put beside its code: what was asked, weighed, decided and rejected.

Everything in it was typed by a learner. It is escaped so that no Markdown reader makes more of it than text in lines
and paragraphs: no HTML, no image, no link with words that hide its address, no mention, no heading, no table cell of
its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from exercises.answers.ranking import HIGHEST, Rank, ranking
from exercises.answers.reading import Answers

# Characters that mean something inside a line, to one reader of Markdown or another: @ and # mention somebody or link
# an issue where the file is put into a repository or a comment. < > & are written as entities, which all of them know.
INLINE = re.compile(r"[\\`*_{}\[\]|~^$@#]")
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# What begins a list or a rule at the start of a line, or makes the line before it a heading.
LINE_START = re.compile(r"^(?P<mark>[-+=:]|\d{1,9}(?=[.)]))")


def record_of(answers: Answers, *, fallback_title: str, day: date) -> str:
    """The whole file. *day* is when the decision was handed in."""
    ranks = ranking(answers["criteria"], answers["candidates"])
    sections = [
        ("Context", paragraphs(answers["context"])),
        ("Criteria", _criteria(answers)),
        ("Scores", _scores(answers, ranks)),
        ("Ranking", _ranking(ranks)),
        ("Decision", _decision(answers, ranks)),
        ("Rejected alternatives", _rejected(answers, ranks)),
    ]
    head = f"# {line(answers['title'] or fallback_title)}\n\nDate: {day.isoformat()}\n"
    return head + "".join(f"\n## {title}\n\n{body}\n" for title, body in sections if body)


def line(text: str) -> str:
    """*text* on one line, as nothing but text."""
    return LINE_START.sub(_escaped_start, _inline(" ".join(text.split())))


def paragraphs(text: str) -> str:
    """*text* with its blank lines and line ends, as nothing but text."""
    lines = [line(each) for each in text.strip().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _inline(text: str) -> str:
    return INLINE.sub(lambda match: "\\" + match[0], text.translate(ENTITIES))


def _escaped_start(match: re.Match[str]) -> str:
    mark = match["mark"]
    return f"{mark}\\" if mark.isdigit() else f"\\{mark}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells that are Markdown already; all columns but the first are numbers."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, rule, *rows])


def _criteria(answers: Answers) -> str:
    rows = [[line(criterion["name"]), str(criterion["weight"])] for criterion in answers["criteria"]]
    return table(["Criterion", f"Weight (0 to {HIGHEST})"], rows)


def _scores(answers: Answers, ranks: Sequence[Rank]) -> str:
    candidates = answers["candidates"]
    points = {rank.name: rank.points for rank in ranks}
    rows = [
        [line(criterion["name"]), *(str(candidate["scores"][index]) for candidate in candidates)]
        for index, criterion in enumerate(answers["criteria"])
    ]
    total = ["Points (score times weight)", *(str(points[candidate["name"]]) for candidate in candidates)]
    return table([f"Score (0 to {HIGHEST})", *(line(candidate["name"]) for candidate in candidates)], [*rows, total])


def _ranking(ranks: Sequence[Rank]) -> str:
    return "\n".join(f"{number}. {line(rank.name)}: {rank.points} of {rank.of}" for number, rank in enumerate(ranks, 1))


def _decision(answers: Answers, ranks: Sequence[Rank]) -> str:
    parts = [f"**{line(answers['pick'])}**", paragraphs(answers["reasons"]) or "No reasons are given yet."]
    if answers["deviation_reason"]:
        best = [rank.name for rank in ranks if rank.place == 1]
        if answers["pick"] not in best:
            parts.append(f"More points, and not picked: {', '.join(map(line, best))}.")
        parts.append(paragraphs(answers["deviation_reason"]))
    return "\n\n".join(parts)


def _rejected(answers: Answers, ranks: Sequence[Rank]) -> str:
    return "\n".join(
        f"- **{line(rank.name)}** ({rank.points} of {rank.of} points){_behind(answers, rank.name)}"
        for rank in ranks
        if rank.name != answers["pick"]
    )


def _behind(answers: Answers, name: str) -> str:
    """Where the candidate scored lower than the pick, and where higher."""
    scores = {candidate["name"]: candidate["scores"] for candidate in answers["candidates"]}
    pairs = list(zip(answers["criteria"], scores[name], scores[answers["pick"]], strict=True))
    lower = [line(criterion["name"]) for criterion, score, picked in pairs if score < picked]
    higher = [line(criterion["name"]) for criterion, score, picked in pairs if score > picked]
    return "".join(_compared(lower, higher))


def _compared(lower: list[str], higher: list[str]) -> Iterator[str]:
    if lower:
        yield f": scored lower on {', '.join(lower)}"
    if higher:
        yield f"{';' if lower else ': scored'} higher on {', '.join(higher)}"
    yield "."
