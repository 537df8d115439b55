"""The sentences that may stand in the desk's letters, read from its templates: what it wrote itself is no answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from desk.language.detect import LANGUAGES
from desk.model.provider_files import Provider
from desk.pipeline.arrival_round import Round
from intake.engine.letters.desk_text_in_answer import DeskSentences

_INSIDE = ("agent", "journal_", "button_", "card", "refused_", "suppressed_", "command_", "story")
"""How the names of templates begin that no subscriber's letter has."""
_SHORTEST = 4
"""Words of a sentence that a person would not write by chance."""
_VALUE = re.compile(r"\{\{\s*(\w+)[^}]*\}\}")
_TAG = re.compile(r"\{[%#].*?[%#]\}", re.DOTALL)
_FRAME_WORDS = re.compile(r'": "([^"]+)"')


class LetterSentencesLookup:
    """The sentences of each provider, read once."""

    def __init__(self, packaged: Path, folders: Mapping[str, Sequence[Path]]) -> None:
        """``folders`` lists for each provider its own template folders."""
        shared = read_sentences(packaged).sentences
        self._sentences = {
            provider: DeskSentences((*(one for path in paths for one in read_sentences(path).sentences), *shared))
            for provider, paths in folders.items()
        }

    async def __call__(self, round_: Round) -> object | None:
        """The provider's `DeskSentences`."""
        return self._sentences.get(round_.facts.need(Provider).name)


def read_sentences(folder: Path) -> DeskSentences:
    """Those of one folder of templates."""
    return DeskSentences(tuple(dict.fromkeys(_sentences_in(folder))))


def _sentences_in(folder: Path) -> Iterator[str]:
    for path in sorted(path for language in LANGUAGES for path in (folder / language).glob("*.txt")):
        if not path.stem.startswith(_INSIDE):
            yield from sentences_of_template(path.read_text("utf-8"))
    frame = folder / "letter_words.jinja"
    if frame.is_file():
        yield from (one for one in _FRAME_WORDS.findall(frame.read_text("utf-8")) if _is_long(one))


def sentences_of_template(source: str) -> Iterator[str]:
    """Its lines and its sentences, without marks and tags."""
    plain = _TAG.sub("\n", _VALUE.sub(r"{\1}", source)).replace("**", "")
    yield from (line.strip() for line in plain.split("\n") if _is_long(line))
    for piece in re.split(r"(?<=[.!?])\s+|(?<=:)\s+(?!\{)|\n", plain):
        if _is_long(piece):
            yield piece.strip()


def _is_long(sentence: str) -> bool:
    """Whether it has enough words of its own, beside what is put in, and begins with one."""
    own = re.sub(r"\{\w+\}", " ", sentence)
    return len(re.findall(r"\w+", own)) >= _SHORTEST and not sentence.lstrip().startswith(("{", ",", ";"))
