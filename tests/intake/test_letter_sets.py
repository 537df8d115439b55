"""Whole sets of letters, arranged as people arrange them: no answer is wrong, and no word of theirs is lost."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from console.commands.understanding.dialog_letter_preview import answer_as_json
from console.runtime.content_folders import TEMPLATES
from desk.language.normalize import normalized
from intake.desk_sentences import read_sentences
from intake.engine.letters.questions import first_letter_questions
from intake.engine.letters.reading import read_letter
from tests.intake.examples import MOSCOW, NOW, PACKAGED
from tests.intake.letter_bodies import letter_body, letters_of

SENTENCES = read_sentences(TEMPLATES).sentences


@dataclass
class Score:
    """What came of a set."""

    right: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def note(self, row: dict[str, Any]) -> None:
        """Reads one letter. Where ``any`` names an answer, each of several is right; None there means that none is."""
        dialog = PACKAGED.in_use[row["dialog"]]
        asked = first_letter_questions(dialog)
        reading = read_letter(dialog, asked, letter_body(row), NOW, zone=MOSCOW, sentences=SENTENCES)
        named = ((dialog.question(name), one) for name, one in reading.answers.items())
        found = {one.id: normalized(str(answer_as_json(one, answer))) for one, answer in named if one is not None}
        expected = {name: normalized(value) for name, value in row["answers"].items()}
        also = {name: [normalized(one) for one in values if one] for name, values in row.get("any", {}).items()}
        for name, value in expected.items():
            if found.get(name) == value or (row.get("within") and value in found.get(name, "")):
                self.right += 1
            elif name not in found:
                self.missed.append(f"{name}: {row['body']}")
            else:
                self.wrong.append(f"{name} is {found[name]!r}: {row['body']}")
        more = {name: one for name, one in found.items() if name not in expected and one not in also.get(name, ())}
        self.wrong += [f"{name} is {one!r}: {row['body']}" for name, one in more.items()]
        left = normalized(reading.leftover)
        self.lost += [f"{words!r}: {row['body']}" for words in row["leftover"] if normalized(words) not in left]
        self.wrong += [
            f"{words!r} is no word of theirs" for words in row.get("absent", ()) if normalized(words) in left
        ]


def score(name: str) -> Score:
    found = Score()
    for row in letters_of(name):
        found.note(row)
    return found


@pytest.mark.parametrize("name", ["letters_held.jsonl", "letters_dev.jsonl", "letters_dev2.jsonl"])
def test_a_set_of_letters_is_read_without_a_wrong_answer_or_a_lost_word(name: str) -> None:
    found = score(name)
    assert found.wrong == []
    assert found.lost == []
    assert found.right >= 0.95 * (found.right + len(found.missed)), found.missed
