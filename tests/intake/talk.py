"""A talk with a dialog, by the desk's own rules and nothing else: no channel, no database, no words of the
templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from console.runtime.wiring import RULES
from desk.language.rich_text import RichText
from desk.model.acts import Act, AddJournalEntry, Facts, SayTemplate, SayText
from desk.model.case import Case
from desk.model.channel import ChannelCapabilities
from desk.model.facts import CaseMatch, ContactAddresses, Now
from desk.model.messages import Address, ButtonPress, Inbound, Verb
from desk.model.policy import Provider, Team
from desk.model.shared_facts import Account, ArticleSuggestion, DialogArticles, Identification
from desk.pipeline.decide import apply_rules
from intake.engine.model import Dialog, DialogSet

AT = datetime(2026, 11, 21, 12, 40, tzinfo=UTC)
ANNA = Address("telegram", "telegram:main", "5001")
TEAMS = (Team("l1", "queue", {"ru": "Первая линия"}), Team("noc", "group", {"ru": "Сеть"}))
ACCOUNT = Account("sever", "40-1187", name="Анна", address="Озёрная, 12")


@dataclass(slots=True)
class Talk:
    """One person and one provider. ``articles`` are those the knowledge base has; ``batch`` is a talk by mail."""

    dialog: Dialog
    articles: Sequence[str] = ()
    batch: bool = False
    provider: Provider = field(default_factory=lambda: Provider("sever", {"ru": "Север"}, teams=TEAMS))
    identified: Identification = field(default_factory=Identification)
    dialogs: DialogSet | None = None
    case: Case = field(init=False)
    acts: list[Act] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.case = Case(provider="sever", id=1, person_id=1, language="ru", opened_at=AT, updated_at=AT)
        for name, column in Case.__table__.columns.items():
            if getattr(self.case, name) is None and column.default is not None:
                value = column.default.arg
                setattr(self.case, name, value(None) if callable(value) else value)

    def says(self, text: str) -> Talk:
        """Writes something."""
        return self._hears(Inbound("telegram:main", ANNA, AT, text=text, full_text=text))

    def presses(self, option: str) -> Talk:
        """Presses a button of the last prompt."""
        press = ButtonPress(1, self.case.prompt, option)
        return self._hears(Inbound("telegram:main", ANNA, AT, verb=Verb.PRESS, press=press))

    def _hears(self, inbound: Inbound) -> Talk:
        case_match = CaseMatch("new" if not self.case.description else "button" if inbound.press else "only")
        dialogs = self.dialogs or DialogSet({self.dialog.id: self.dialog}, {self.dialog.hash: self.dialog})
        contact, capabilities = ContactAddresses(ANNA, None, None), ChannelCapabilities(not self.batch, self.batch)
        named = DialogArticles(
            {one: ArticleSuggestion(one, one, 1.0, True, RichText(f"article {one}")) for one in self.articles}
        )
        facts = Facts([Now(AT), case_match, self.provider, dialogs, contact, capabilities, named, self.identified])
        thinking = apply_rules(RULES, self.case, inbound, facts, AT)
        try:
            while True:
                next(thinking)
        except StopIteration as stop:
            self.acts = list(stop.value)
        return self

    @property
    def shown(self) -> str:
        """Every text of the last answer that stands already: questions and articles."""
        return "\n".join(act.text.plain for act in self.acts if isinstance(act, SayText))

    @property
    def words(self) -> list[str]:
        """The sentences of the last answer, by their names."""
        return [act.word for act in self.acts if isinstance(act, SayTemplate)]

    @property
    def files(self) -> list[str]:
        """The names of the pictures shown."""
        return [file.name for act in self.acts if isinstance(act, SayText) for file in act.files]

    @property
    def records(self) -> list[str]:
        """What the last answer wrote into the journal besides."""
        return [act.text for act in self.acts if isinstance(act, AddJournalEntry)]
