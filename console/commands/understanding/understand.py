"""``understand``: what the desk makes of a sentence or a file of sentences, and how well it does on labelled ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from console.commands.understanding.evaluation import EvaluationTallies, score_lines
from console.commands.understanding.json_lines import numbered_objects
from console.runtime.content_folders import DIALOGS, ContentSearchPath
from console.terminal.command_context import USAGE, CommandError, DeskFolder, json_option, pass_folder, refuse
from desk.language.translatable import sentence
from desk.model.key_shapes import KeyShape
from desk.understanding.reading.observations import Situation, TalkStage, Understanding
from desk.understanding.understand import understand as understand_text
from intake.engine.dialog_set import DialogSet

KeyPatterns = tuple[tuple[str, ...], tuple[KeyShape, ...]]
"""The patterns of contract numbers, and the shapes of other keys."""
DEFAULT_SHAPE = "99-9999"
"""The contract numbers of the demo provider: used where no desk tells others."""


@click.command()
@click.argument("text", required=False)
@click.option(
    "--context",
    type=click.Choice([one.value for one in TalkStage]),
    default=TalkStage.FIRST.value,
    help="What the desk had asked.",
)
@click.option("--question", default="", help="The meaning of the open question (since, scope, lamps), or its id.")
@click.option("--provider", default="", help="Whose shapes of keys are looked for.")
@click.option("--dialog", "dialog_id", default="", help="The dialog that --question is an id of.")
@click.option(
    "--file", "path", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="JSON Lines to read."
)
@click.option(
    "--evaluate", "labelled", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Labelled JSON Lines."
)
@json_option
@pass_folder
def understand(
    folder: DeskFolder,
    /,
    text: str | None,
    context: str,
    question: str,
    provider: str,
    dialog_id: str,
    path: Path | None,
    labelled: Path | None,
    as_json: bool,
) -> None:
    """Show what the desk understands: acts, values, keys, and whether it would close the case on these words.

    A line of --file has "text" and, if need be, "context", "question" and "now" (ISO); --evaluate takes the same with
    "acts" (or "not_acts"), "closes" and "slots" as they should be, and prints recall and precision for each.

    \b
    Examples:
      firstline understand "второй день нет интернета, договор 40-1187"
      firstline understand "всё работает кроме тв" --context consent --json
      firstline understand --file sentences.jsonl --json
      firstline understand --evaluate tests/understanding/sets/consent_held.jsonl
    """
    given = [one for one in (text, path, labelled) if one is not None]
    if len(given) != 1:
        refuse(sentence("give one TEXT, or --file FILE, or --evaluate FILE"), USAGE)
    dialogs, shapes = _dialogs(folder), _shapes(folder, provider)
    if labelled is not None:
        _print_scores(score_lines(_lines(labelled), lambda line: _understood(line, dialogs, shapes)), as_json)
        return
    if path is not None:
        for line in _lines(path):
            click.echo(json.dumps(_understood(line, dialogs, shapes), ensure_ascii=False))
        return
    line = {"text": text, "context": context, "question": _meaning(dialogs, dialog_id, question)}
    found = _understood({**line, "now": datetime.now(UTC).isoformat()}, dialogs, shapes)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        click.echo(f"{name:9} {shown}")


def _shapes(folder: DeskFolder, provider: str) -> KeyPatterns:
    """The shapes of a provider's keys; without one a usual shape of contract numbers."""
    if not provider:
        return (DEFAULT_SHAPE,), ()
    folder.require_provider(provider)
    known = folder.providers()[provider]
    return known.contract_shapes, known.other_key_shapes


def _dialogs(folder: DeskFolder) -> DialogSet:
    """Those of the desk; outside a desk folder the packaged ones, so that a sentence can be tried anywhere."""
    in_desk = (folder.root / "firstline.toml").exists()
    folders = ContentSearchPath(folder.settings()).of("", DIALOGS) if in_desk else [DIALOGS]
    return DialogSet.of([one for one in folders if one.is_dir()])


def _meaning(dialogs: DialogSet, dialog_id: str, question: str) -> str:
    """What a question asks for: ``question`` is its id in the dialog, or its meaning already."""
    dialog = dialogs.in_use.get(dialog_id)
    if dialog_id and dialog is None:
        refuse(
            sentence(
                "there is no dialog {dialog_id}: there are {names}",
                dialog_id=repr(dialog_id),
                names=", ".join(dialogs.in_use),
            ),
            USAGE,
        )
    asked = dialog.question(question) if dialog else None
    if dialog and question and asked is None:
        named = ", ".join(one.id for one in dialog.questions)
        refuse(
            sentence(
                "the dialog {dialog_id} has no question {question}: it has {named}",
                dialog_id=repr(dialog_id),
                question=repr(question),
                named=named,
            ),
            USAGE,
        )
    return asked.means if asked else question


def _lines(path: Path) -> Sequence[Mapping[str, Any]]:
    found = []
    for number, line in numbered_objects(path, "text"):
        if line.get("context") not in (None, "", *TalkStage):
            raise CommandError(f"{path.name}, line {number}: context is one of {', '.join(TalkStage)}")
        found.append(line)
    return found


def _understood(line: Mapping[str, Any], dialogs: DialogSet, patterns: KeyPatterns) -> dict[str, Any]:
    """What one line says, as the command prints it."""
    try:
        now = datetime.fromisoformat(line["now"]) if line.get("now") else datetime.now(UTC)
    except ValueError:
        raise CommandError(f"{line['now']!r} is no instant: write it as 2026-11-30T12:00:00+03:00") from None
    now = now if now.tzinfo else now.replace(tzinfo=UTC)
    context = TalkStage(line.get("context") or TalkStage.FIRST)
    shapes = tuple(line.get("shapes") or patterns[0])
    situation = Situation(context, line.get("question") or "", now, now.tzinfo or UTC, shapes, patterns[1])
    found = understand_text(line["text"], situation)
    return as_json(found, dialogs)


def as_json(found: Understanding, dialogs: DialogSet) -> dict[str, Any]:
    """The understanding of a message as ``understand --json`` prints it."""
    dialog = dialogs.match(found.text)
    slots: dict[str, Any] = {}
    for one in found.values:
        moment = {name: one.parsed[name] for name in ("from", "to") if name in one.parsed}
        slots.setdefault(one.slot, moment or one.value)
    keys: dict[str, str] = {}
    for key in found.keys:
        keys.setdefault(key.kind, key.value)
    return {
        "text": found.text,
        "acts": list(dict.fromkeys(one.act.value for one in found.acts)),
        "closes": found.closes,
        "slots": slots,
        "keys": keys,
        "dialog": dialog.id if dialog else None,
        "leftover": found.leftover,
        "spans": [
            *({"act": one.act.value, "start": one.start, "end": one.end} for one in found.acts),
            *({"slot": one.slot, "start": one.start, "end": one.end} for one in found.values),
            *({"key": one.kind, "start": one.start, "end": one.end} for one in found.keys),
        ],
    }


def _print_scores(scores: EvaluationTallies, as_json_: bool) -> None:
    if as_json_:
        click.echo(json.dumps(scores.as_json(), ensure_ascii=False))
        return
    for line in scores.lines():
        click.echo(line)
