"""``kb evaluate``: how often the knowledge base is right, by language and by what goes wrong in typing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

import click

from console.terminal.command_context import USAGE, DeskFolder, json_option, pass_folder, print_json, refuse, run
from desk.language.translatable import sentence

if TYPE_CHECKING:
    from kb.evaluation.metrics import EvaluationFigures, QuestionOutcome
    from kb.search.matcher import Matcher

COLUMNS = ("asked", "recall1", "recall3", "mrr", "shown", "sure", "sure_right", "strange", "rejected", "strange_f1")


@click.command()
@click.argument("queries", nargs=-1, required=True, type=click.File(encoding="utf-8-sig"))
@click.option("--provider", default="", help="As this provider's subscribers would be answered.")
@click.option("--noise/--no-noise", "noisy", default=True, help="Also with slips, wrong layout, transliteration.")
@click.option("--seed", default=1, show_default=True, help="Of the noise that is made.")
@json_option
@pass_folder
def evaluate(
    folder: DeskFolder, queries: tuple[TextIO, ...], provider: str, noisy: bool, seed: int, as_json: bool
) -> None:
    """Measure how often the base is right about QUERIES: lines {"q", "id"}, with "id" null where nothing fits.

    "id" may be a list where several articles serve; "lang" and "noise" name what a line is counted under. A line
    without "noise" is asked as it stands, and with one letter in ten mistyped, in the wrong layout and, if Russian, in
    Latin letters. Recall counts the nearest three whether they would be shown or not; "shown" is the share of
    questions with an answer for which anything would be, "sure" that for which an article would be shown unasked,
    "sure_right" that of these where it is the right one, "rejected" that of the others for which nothing would be.

    \b
    Examples:
      firstline kb evaluate queries.jsonl
      firstline kb evaluate ru.jsonl en.jsonl nothing.jsonl --json
    """
    from console.commands.kb.search import load_knowledge_base, questions  # noqa: PLC0415

    matcher = run(load_knowledge_base(folder, provider)).matcher(provider)
    outcomes = [
        outcome
        for file in queries
        for number, question in enumerate(questions(file, file.name))
        for outcome in _evaluate_question(matcher, question, noisy, seed + number)
    ]
    if not outcomes:
        refuse(sentence("there are no questions"), USAGE)
    rows = list(_by_group(outcomes))
    if as_json:
        print_json([{"lang": group[0], "noise": group[1], **asdict(one)} for group, one in rows])
    else:
        _print_table(rows)


def _evaluate_question(
    matcher: Matcher, question: Mapping[str, Any], noisy: bool, seed: int
) -> Iterator[QuestionOutcome]:
    from desk.language.detect import language_of  # noqa: PLC0415
    from kb.evaluation.metrics import QuestionOutcome  # noqa: PLC0415

    id = question.get("id")
    right = frozenset(map(str, id if isinstance(id, list) else [] if id in (None, "") else [id]))
    language = question.get("lang") or language_of(question["q"]) or "?"
    for noise, text in _variants(question, noisy, seed):
        answer = matcher.answer(text, language)
        found = tuple(one.article.id for one in answer.nearest)
        is_sure = any(one.sure for one in answer.nearest)
        yield QuestionOutcome(right, found, answer.fits, is_sure, (language, noise))


def _variants(question: Mapping[str, Any], noisy: bool, seed: int) -> Iterator[tuple[str, str]]:
    from kb.evaluation import typing_noise  # noqa: PLC0415

    text, named = question["q"], question.get("noise")
    yield str(named or "clean"), text
    if noisy and not named:
        yield "typos", typing_noise.with_typos(text, seed)
        yield "layout", typing_noise.in_wrong_layout(text)
        if typing_noise.is_russian(text):
            yield "translit", typing_noise.transliterate(text)


def _by_group(outcomes: list[QuestionOutcome]) -> Iterator[tuple[tuple[str, str], EvaluationFigures]]:
    """By language and noise, then all languages together where there are several."""
    from kb.evaluation.metrics import evaluation_figures  # noqa: PLC0415

    languages = list(dict.fromkeys(one.group[0] for one in outcomes))
    noises = list(dict.fromkeys(one.group[1] for one in outcomes))
    for language in [*languages, *(["all"] if len(languages) > 1 else [])]:
        for noise in noises:
            some = [one for one in outcomes if one.group[1] == noise and language in (one.group[0], "all")]
            if some:
                yield (language, noise), evaluation_figures(some)


def _print_table(rows: list[tuple[tuple[str, str], EvaluationFigures]]) -> None:
    from console.terminal.rich_output import Output, table  # noqa: PLC0415

    made = table(("lang", "noise", *COLUMNS), numbers=COLUMNS)
    for (language, noise), one in rows:
        made.add_row(language, noise, *(_cell(getattr(one, name)) for name in COLUMNS))
    Output().print(made)


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
