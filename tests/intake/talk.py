"""A talk with a dialog, by the desk's own rules and nothing else: no channel, no database, no words of the
templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from console.runtime.rule_order import RULEBOOK
from desk.language.rich_text import RichText
from desk.model.acts import AddJournalEntry, Facts, RuleAct, SayReadyText, SayTemplate
from desk.model.case import Case
from desk.model.channel_interface import ChannelCapabilities
from desk.model.core_facts import CaseContacts, CaseMatch, Now
from desk.model.dialog_state import IDENTIFIER
from desk.model.events import Event, Inbound, Pressed, Said
from desk.model.journal_data import JournalEntryData
from desk.model.messages import Address
from desk.model.provider_files import Provider
from desk.model.provider_sections.members import Team
from desk.model.shared_facts import Account, ArticlesNamedByDialog, ArticleSuggestion, Identification
from desk.pipeline.decide import RoundDecision, apply_rules, is_case_saved
from desk.understanding.contract_numbers import contract_told
from intake.engine.dialog_set import DialogSet
from intake.engine.model import Dialog

AT = datetime(2026, 11, 21, 12, 40, tzinfo=UTC)
ANNA = Address("telegram", "telegram:main", "5001")
TEAMS = (Team("l1", "queue", {"ru": "Первая линия"}), Team("noc", "group", {"ru": "Сеть"}))
ACCOUNT = Account("sever", "40-1187", name="Анна", address="Озёрная, 12")


@dataclass(slots=True)
class Talk:
    """One person and one provider. ``articles`` are those the knowledge base has; ``batch`` is a talk by mail.

    With a ``contract_shape`` numbers of that shape are found in what is said.
    """

    dialog: Dialog
    articles: Sequence[str] = ()
    batch: bool = False
    provider: Provider = field(default_factory=lambda: Provider("sever", {"ru": "Север"}, teams=TEAMS))
    identified: Identification = field(default_factory=Identification)
    dialogs: DialogSet | None = None
    contract_shape: str = ""
    case: Case = field(init=False)
    acts: list[RuleAct] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    decision: RoundDecision = field(default_factory=RoundDecision)
    _is_new: bool = True
    _count: int = 0

    def __post_init__(self) -> None:
        self.case = Case(provider="sever", id=1, person_id=1, language="ru", opened_at=AT, updated_at=AT)
        for name, column in Case.__table__.columns.items():
            if getattr(self.case, name) is None and column.default is not None:
                value = column.default.arg
                setattr(self.case, name, value(None) if callable(value) else value)

    def says(self, text: str) -> Talk:
        """Writes something."""
        shapes = (self.contract_shape,) if self.contract_shape else ()
        if told := contract_told(text, shapes, asked=self.case.expecting.owner == IDENTIFIER):
            self.identified = Identification(None, told.number)
        else:
            self.identified = replace(self.identified, contract="")
        return self._hears(Said(text=text, full_text=text))

    def presses(self, option: str) -> Talk:
        """Presses a button of the last prompt."""
        return self._hears(Pressed(1, self.case.dialog_state.prompt, option))

    def _hears(self, event: Event) -> Talk:
        self._count += 1
        inbound = Inbound("telegram:main", ANNA, AT, event, message=str(self._count))
        pressed = isinstance(event, Pressed)
        case_match = CaseMatch("new" if self._is_new else "button" if pressed else "only")
        dialogs = self.dialogs or DialogSet({self.dialog.id: self.dialog}, {self.dialog.hash: self.dialog})
        contact, capabilities = CaseContacts(ANNA, None, None), ChannelCapabilities(not self.batch, self.batch)
        named = ArticlesNamedByDialog(
            {one: ArticleSuggestion(one, one, 1.0, True, RichText(f"article {one}")) for one in self.articles}
        )
        facts = Facts(
            [
                Now(AT),
                case_match,
                self.provider,
                dialogs,
                contact,
                capabilities,
                named,
                self.identified,
                *self.more_facts(),
            ]
        )
        deciding = apply_rules(RULEBOOK, self.case, inbound, facts, AT)
        try:
            while True:
                next(deciding)
        except StopIteration as stop:
            self.decision = stop.value
            self.acts = self.decision.acts
        if is_case_saved(self.acts):
            self._is_new = False
            self.case.number = "SN-1" if self.case.registered else None
        self.said += self.words
        return self

    def more_facts(self) -> list[object]:
        """What else the look-ups of such a talk would find."""
        return []

    @property
    def shown(self) -> str:
        """Every text of the last answer that stands already: questions and articles."""
        return "\n".join(act.text.plain for act in self.acts if isinstance(act, SayReadyText))

    @property
    def words(self) -> list[str]:
        """The sentences of the last answer, by their names."""
        return [act.template for act in self.acts if isinstance(act, SayTemplate)]

    @property
    def files(self) -> list[str]:
        """The names of the pictures shown."""
        return [file.name for act in self.acts if isinstance(act, SayReadyText) for file in act.files]

    @property
    def records(self) -> list[JournalEntryData]:
        """What the last answer wrote into the journal besides."""
        return [act.event for act in self.acts if isinstance(act, AddJournalEntry)]
