"""The dialogs of a provider: which one the words of a message begin, and whether two are of one matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desk.error_reasons import describe_file_error
from desk.language.operator_file_faults import Fault
from desk.language.toml_lines import line_of, toml_lines
from desk.language.translatable import sentence
from desk.understanding.reading.observations import Situation
from desk.understanding.understand import understand
from intake.engine.dialog_file import InvalidDialog, parse_dialog
from intake.engine.model import Dialog
from intake.engine.phrase_matching import LOOKED_THROUGH, PhraseMatcher, sentences_of

PACKAGED_DIALOGS = Path(__file__).resolve().parents[1] / "dialogs"
"""The dialogs that every desk has; any other is of the desk or of a provider."""
_BARELY_MORE = 5
"""Words of a text that only names a matter: "нет интернета, договор"."""


@dataclass(frozen=True, slots=True)
class DialogSet:
    """The dialogs of one provider: those in use by id, and by hash also those that running cases began with."""

    in_use: Mapping[str, Dialog]
    by_hash: Mapping[str, Dialog]
    _matcher: PhraseMatcher[Dialog] = field(init=False, repr=False, compare=False)
    """What the dialogs in use are recognised by."""

    def __post_init__(self) -> None:
        phrases = ((match, dialog) for dialog in self.in_use.values() for match in dialog.match)
        object.__setattr__(self, "_matcher", PhraseMatcher(phrases, _is_own))

    @classmethod
    def of(cls, folders: Sequence[Path]) -> DialogSet:
        """Reads every ``*.toml`` of the folders: the provider's first, then the desk's, then the packaged one.

        Of two dialogs with one id the earlier folder's is in use. A folder that does not exist holds none. Raises
        `InvalidDialog` with the faults of all files.
        """
        dialogs, faults = cls.with_faults(folders)
        if faults:
            raise InvalidDialog(faults)
        return dialogs

    @classmethod
    def with_faults(cls, folders: Sequence[Path]) -> tuple[DialogSet, list[Fault]]:
        """The same of those dialogs that can be used, and all that is wrong with the others."""
        found: list[Dialog] = []
        faults: list[Fault] = []
        for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
            try:
                found.append(parse_dialog(path.read_bytes(), str(path), path.parent))
            except OSError as error:
                faults.append(Fault(str(path), 0, sentence("cannot be read: {why}", why=describe_file_error(error))))
            except InvalidDialog as error:
                faults += error.faults
        faults += _duplicate_ids(found)
        in_use = {dialog.id: dialog for dialog in reversed(found)}
        return cls(in_use, {dialog.hash: dialog for dialog in found}), faults

    def with_former_versions(self, old: Iterable[Dialog]) -> DialogSet:
        """The same with earlier versions, known by their hash only."""
        return DialogSet(self.in_use, {**{dialog.hash: dialog for dialog in old}, **self.by_hash})

    def get(self, dialog: str, digest: str = "") -> Dialog | None:
        """The dialog of that hash; where none was given, or nobody has it any more, the one in use of that id."""
        return self.by_hash.get(digest) or self.in_use.get(dialog)

    def match(self, text: str) -> Dialog | None:
        """The dialog one of whose ``match`` phrases occurs in the text as whole words; the longest phrase wins, but one
        of a dialog that is not packaged before all others. Typos are mended, and words that tell nothing may stand
        between. Without a phrase a question of a charge or a plan begins the dialog that asks what such a question is
        about; who speaks of a payment may only say why it should work."""
        return self._matcher.match(text) or self.of_money_matter(text, "charge", "plan")

    def of_money_matter(self, text: str, *matters: str) -> Dialog | None:
        """The dialog that asks for a ``money_matter``, where the text tells one; of these ``matters``, if any."""
        told = understand(text, Situation()).value("money_matter")
        if told is None or (matters and told.value not in matters):
            return None
        return next((one for one in self.in_use.values() if any(ask.means == told.slot for ask in one.questions)), None)

    @property
    def has_own(self) -> bool:
        """Whether any of them is the provider's or the desk's, not a packaged one."""
        return any(map(_is_own, self.in_use.values()))

    def match_own(self, text: str) -> Dialog | None:
        """The dialog of the provider or the desk, not a packaged one, whose phrase the text says word for word."""
        return self._matcher.match_preferred(text)

    def is_another_matter(self, other: Dialog | None, than: Dialog | None) -> bool:
        """Whether two dialogs are of two matters. Packaged ones of one category are of the same: an internet that is
        back but slow is no second trouble."""
        if other is None or than is None or other.id == than.id:
            return False
        return other.category != than.category or _is_own(other) or _is_own(than)

    def says_only(self, text: str, dialog: str) -> bool:
        """Whether a text is hardly more than a phrase of this dialog: what such a matter is, and nothing else."""
        named = self.match(text)
        return named is not None and named.id == dialog and len(text.split()) <= _BARELY_MORE

    def matters(self, text: str) -> list[tuple[str, Dialog | None]]:
        """The sentences of a text, each with the dialog that takes it; none of a text so long that it is one story."""
        if len(text) > LOOKED_THROUGH:
            return []
        return [
            part for piece in sentences_of(text) for part in self._two_matters(piece) or [(piece, self.match(piece))]
        ]

    def _two_matters(self, sentence: str) -> list[tuple[str, Dialog | None]]:
        """The halves of "списали два раза и инет не работает", where one asks of a charge or a plan; none of others."""
        for joint in _AND.finditer(sentence):
            parts = [(half, self.match(half)) for half in (sentence[: joint.start()], sentence[joint.end() :])]
            of_money = [self.of_money_matter(half, "charge", "plan") for half, _ in parts]
            if self.is_another_matter(parts[0][1], parts[1][1]) and of_money.count(None) == 1:
                return parts
        return []


_AND = re.compile(r",?\s+(?:и|а|and)\s+", re.IGNORECASE)


def _is_own(dialog: Dialog) -> bool:
    return dialog.folder is not None and dialog.folder != PACKAGED_DIALOGS


def _duplicate_ids(dialogs: Sequence[Dialog]) -> list[Fault]:
    seen: dict[tuple[Path | None, str], Dialog] = {}
    faults = []
    for dialog in dialogs:
        if first := seen.get((dialog.folder, dialog.id)):
            line = line_of(toml_lines(dialog.source), ("form", "id"))
            what = sentence("two dialogs have the id {id}: this one, and {file}", id=repr(dialog.id), file=first.file)
            faults.append(Fault(dialog.file, line, what, sentence("give one another id")))
        seen[dialog.folder, dialog.id] = dialog
    return faults
