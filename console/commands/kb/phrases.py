"""``kb phrases`` and ``kb forget``: what subscribers taught the articles, and how it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from console.commands.command_actor import acting, actor_of
from console.terminal.command_context import (
    NO_SUCH,
    USAGE,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
)
from desk.clock import now
from desk.language.translatable import counted, sentence

if TYPE_CHECKING:
    from desk.storage.database import Database
    from kb.storage.phrase_store import LearnedPhrase


@dataclass(frozen=True, slots=True)
class ListedPhrase:
    """A phrase, and the number of its case, "" for one that self-help settled."""

    phrase: LearnedPhrase
    number: str

    @property
    def case(self) -> str:
        """What people call the case; one without a number by its id."""
        from desk.model.case import name_of_case  # noqa: PLC0415 (help and usage come at once)

        return name_of_case(self.number, self.phrase.case_id)


@click.command()
@click.argument("article", metavar="[ARTICLE]", required=False, default="")
@click.option("--provider", default="", help="Only what this provider's subscribers taught.")
@json_option
@pass_folder
def phrases(folder: DeskFolder, article: str, provider: str, as_json: bool) -> None:
    """List what was learned: subscribers' own words that led to an article which helped them.

    Each with its id, the case it came from, who confirmed it, and how many people said about the same. A phrase names
    nobody and serves its own provider only. 'firstline kb forget ID' takes it back.

    \b
    Examples:
      firstline kb phrases
      firstline kb phrases no-internet --provider sever --json
    """
    listed = run(_list_phrases(folder, _choose_providers(folder, provider), article))
    if as_json:
        print_json([_as_json(one) for one in listed])
    elif not listed:
        tell(sentence("Nothing was learned yet."))
    else:
        _print_phrases(listed)


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--person-of", metavar="N", default="", help="Everything learned from the person whose case N is.")
@click.option("--provider", default="", help="Only this provider's phrases, or its case N.")
@acting
@json_option
@pass_folder
def forget(folder: DeskFolder, ids: Sequence[str], person_of: str, provider: str, agent: str, as_json: bool) -> None:
    """Take back phrases that were learned, by their IDs in 'firstline kb phrases'; or all that one person taught.

    Their words are erased, here and in the saved index, and a running desk knows them no more after a few seconds.
    A phrase goes with all who said it. What one person taught stays in the words of others who said about the same.

    \b
    Examples:
      firstline kb forget 3f9a2c1d07
      firstline kb forget --person-of SN-2026-000012-3
    """
    if bool(ids) == bool(person_of):
        refuse(sentence("say which phrases to forget by their IDs, or whose with --person-of N"), USAGE)
    whose = _choose_providers(folder, provider)
    gone = run(_forget_person(folder, person_of, provider, agent) if person_of else _forget(folder, whose, ids, agent))
    if as_json:
        print_json({"forgotten": gone})
    else:
        forms = "{number} phrase forgotten.|{number} phrases forgotten.|Nothing of it was learned."
        tell(counted(forms, gone))


def _choose_providers(folder: DeskFolder, provider: str) -> tuple[str, ...]:
    from desk.model.messages import FRONT  # noqa: PLC0415

    providers = folder.providers()
    if provider != FRONT:
        folder.require_provider(provider)
    return (provider,) if provider else (*providers, FRONT)


async def _list_phrases(folder: DeskFolder, whose: Sequence[str], article: str) -> list[ListedPhrase]:
    from sqlalchemy import select  # noqa: PLC0415

    from desk.model.case import Case  # noqa: PLC0415
    from kb.storage import article_store, phrase_store  # noqa: PLC0415

    async with open_database(folder.settings()) as database:
        async with database.read(*whose) as session:
            found = await phrase_store.load_phrases(session, article)
            numbers = select(Case.id, Case.number).where(Case.id.in_([one.case_id for one in found]))
            known = {row.id: row.number for row in await session.execute(numbers)}
        if article and not found:
            async with database.look() as connection:
                if all(one.id != article for one in await article_store.load_articles(connection)):
                    refuse(
                        sentence("there is no article {article}: see 'firstline kb articles'", article=repr(article)),
                        NO_SUCH,
                    )
    return [ListedPhrase(one, known.get(one.case_id) or "") for one in found]


async def _forget(folder: DeskFolder, whose: Sequence[str], ids: Sequence[str], agent: str) -> int:
    from desk.storage import audit  # noqa: PLC0415
    from kb.storage import phrase_store  # noqa: PLC0415

    async with open_database(folder.settings()) as database:
        actor = await actor_of(folder, database, agent)
        async with database.write(*whose) as session:
            known = {one.id: one for one in await phrase_store.load_phrases(session)}
            if strange := [id for id in ids if id not in known]:
                refuse(sentence("no phrase has the id {value}: see 'firstline kb phrases'", value=strange[0]), NO_SUCH)
            chosen = [known[id] for id in dict.fromkeys(ids)]
            for one in chosen:
                await phrase_store.forget_phrase(session, one)
                row = {"actor": actor, "operation": "kb forget", "provider": one.provider, "case_id": one.case_id}
                await audit.record(session, at=now(), details={"phrase": one.id, "article": one.article}, **row)
        await _rebuild_index(folder, database, {one.provider for one in chosen})
    return len(chosen)


async def _forget_person(folder: DeskFolder, number: str, provider: str, agent: str) -> int:
    from console.commands.case_lookup import find  # noqa: PLC0415
    from desk.storage import audit  # noqa: PLC0415
    from kb.storage import phrase_store  # noqa: PLC0415

    async with open_database(folder.settings()) as database:
        case = await find(database, folder.providers(), number, provider)
        actor = await actor_of(folder, database, agent)
        async with database.write(case.provider) as session:
            gone = await phrase_store.forget_person(session, case.provider, case.person_id, case.contract)
            if gone:
                row = {"actor": actor, "operation": "kb forget", "case_id": case.id, "case_number": case.number}
                await audit.record(session, at=now(), provider=case.provider, details={"phrases": gone}, **row)
        await _rebuild_index(folder, database, {case.provider} if gone else set())
    return gone


async def _rebuild_index(folder: DeskFolder, database: Database, providers: set[str]) -> None:
    """The saved index holds the words too: it goes, and is made again without them."""
    from console.runtime.knowledge_loader import KnowledgeLoader  # noqa: PLC0415

    if not providers:
        return
    settings = folder.settings()
    article_loader = KnowledgeLoader(database, settings, folder.providers())
    article_loader.drop_indexes(providers)
    await article_loader.build_knowledge_base()


def _as_json(one: ListedPhrase) -> dict[str, Any]:
    phrase = one.phrase
    return {
        "id": phrase.id,
        "article": phrase.article,
        "provider": phrase.provider,
        "language": phrase.language,
        "text": phrase.text,
        "case": one.number or str(one.phrase.case_id),
        "at": phrase.at,
        "confirmed_by": phrase.author,
        "people": phrase.people,
    }


def _print_phrases(listed: Sequence[ListedPhrase]) -> None:
    from console.terminal.rich_output import Output, indented, labelled, text  # noqa: PLC0415

    output = Output()
    for article, group in groupby(listed, key=lambda one: f"{one.phrase.article} · {one.phrase.provider}"):
        output.print(text(article, "bold"))
        for one in group:
            phrase = one.phrase
            people = sentence(" · {number} people", number=phrase.people) if phrase.people > 1 else ""
            origin = sentence(
                "{id} · case {case} · {day} · {author}{people}",
                id=phrase.id,
                case=one.case,
                day=f"{phrase.at:%Y-%m-%d}",
                author=phrase.author,
                people=people,
            )
            output.print(indented(labelled([(phrase.language, phrase.text)])), indented(text(origin, "dim"), 6))
