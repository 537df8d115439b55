"""Entries of the journal in words, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from desk.language.templates import Templates
from desk.model.journal import ClocksMoved, JournalEntry, LevelRaised, PeerMuted, SendingSuppressed
from desk.model.operations.journal_of_moves import CaseClassified, CaseMoved, Consulted, MoveUndone
from desk.model.provider_files import Provider

_OF_MOVES = (CaseMoved.kind, MoveUndone.kind, CaseClassified.kind, Consulted.kind)


class JournalText:
    """Puts entries into words. ``labels`` names states, their reasons and kinds of machines in that language."""

    def __init__(self, templates: Templates, language: str, labels: Mapping[str, str]) -> None:
        self._templates = templates
        self._language = language
        self._labels = labels

    def of(self, entry: JournalEntry, provider: Provider | None) -> str:
        """One entry as a sentence; what was said stands as it was said."""
        home = provider.name if provider else ""
        values: dict[str, str] = {"text": entry.text}
        for name, value in entry.data.items():
            values[name] = ("1" if value else "") if isinstance(value, bool) else str(value)
        values |= self._named(entry, provider, home)
        return self._templates.say(home, self._language, f"journal_{entry.kind}", values).plain

    def _named(self, entry: JournalEntry, provider: Provider | None, home: str) -> dict[str, str]:
        """What data names by a code, in words."""
        data = entry.data
        named: dict[str, str] = {one: _moment(data[one]) for one in ("begins", "ends") if data.get(one)}
        if "state" in data:
            named |= {name: self._labels.get(data[name], data[name]) for name in ("state", "reason")}
        elif entry.kind in (PeerMuted.kind, SendingSuppressed.kind):
            named["why"] = self._suppression(home, data)
        if "option" in data:
            named["label"] = self._label(home, f"button_{data['option']}", data["option"])
        if entry.kind in ("consent_given", "change_answered"):
            named["words"] = self._label(home, f"button_{data['words']}", data["words"])
        if "target" in data and provider is not None:
            named["target"] = provider.team_title(data["target"], self._language) or data["target"]
        if entry.kind in _OF_MOVES:
            named |= self._of_move(entry.kind, data, provider)
        if "machine" in data:
            named["machine"] = self._labels.get(f"machine_{data['machine']}", data["machine"])
        if entry.kind == "article_declined":
            named["why"] = self._label(home, f"button_why_{data['why']}", data["why"])
        if entry.kind == ClocksMoved.kind:
            taken = (step.partition("/")[0] for step in data.get("steps", ()))
            moved = [*map(self._clock_move, data["moves"]), *(self._step_taken(one) for one in dict.fromkeys(taken))]
            named["moves"] = "; ".join(moved)
        if entry.kind == LevelRaised.kind:
            named["clock"] = self._labels.get(f"clock_{data['clock']}", data["clock"])
        if entry.kind in ("eta_promised", "callback_promised") and data["at"]:
            named["at"] = _moment(data["at"])
        return named

    def _of_move(self, kind: str, data: Mapping[str, Any], provider: Provider | None) -> dict[str, str]:
        """Who had a case and has it, what it is classed as, and how it is related, in words."""
        if kind == CaseClassified.kind:
            values = {name: self._labels.get(data[name], data[name]) for name in ("value", "before")}
            return {**values, "what": self._labels.get(f"class_{data['what']}", data["what"])}
        found = {name: self._called(str(data[name]), provider) for name in ("source", "target", "whom") if name in data}
        if kind == MoveUndone.kind:
            found["operation"] = self._labels.get(f"move_{data['operation']}", data["operation"])
        return found

    def _called(self, target: str, provider: Provider | None) -> str:
        agent = provider.agent(target) if provider else None
        if agent is not None:
            return agent.names.get(self._language) or next(iter(agent.names.values()), agent.id)
        if provider is not None and (":" in target or provider.team(target)):
            return provider.team_title(target, self._language)
        return self._labels.get(target, target)

    def _clock_move(self, move: Mapping[str, str]) -> str:
        """One move of a clock: "first response: started, 30m"."""
        clock = self._labels.get(f"clock_{move['clock']}", move["clock"])
        happened = self._labels.get(f"clock_move_{move['move']}", move["move"])
        target = move.get("target", "")
        return f"{clock}: {happened}" + (f", {target}" if target and "T" not in target else "")

    def _step_taken(self, clock: str) -> str:
        """An escalation step of a clock."""
        return f"{self._labels.get(f'clock_{clock}', clock)}: {self._labels.get('clock_step', 'escalated')}"

    def _suppression(self, home: str, data: Mapping[str, Any]) -> str:
        values = {"count": str(data.get("count") or ""), "domain": str(data.get("domain", ""))}
        return self._templates.say(home, self._language, f"suppressed_{data['reason']}", values).plain

    def _label(self, home: str, name: str, otherwise: str) -> str:
        try:
            return self._templates.label(home, self._language, name)
        except KeyError:
            return otherwise


def _moment(local: str) -> str:
    """A moment in ISO 8601, as it reads by the clock there."""
    return f"{datetime.fromisoformat(local):%d.%m.%Y %H:%M}"
