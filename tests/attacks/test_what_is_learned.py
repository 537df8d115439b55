"""What people type about themselves is learned by nobody, and nobody talks the base into nonsense."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner

from console.main import cli
from desk.storage.database import Database
from kb.learning.anonymise import anonymise_phrase, anonymise_text
from kb.learning.pii import ordinary_word_check
from kb.storage.phrase_store import LearnedPhrase, load_learned_phrasings, load_phrases
from tests.stories.desk import Desk, eventually
from tests.stories.subscribers import TelegramSubscriber

T = TypeVar("T")
TROUBLE = "второй день нет интернета"
ARTICLE = ordinary_word_check(
    "нет интернета второй день роутер моргает, не открываются сайты, почта, скорость, пароль вай-фая"
)

LEAKS = (
    # names
    ("{}, я анна петрова", "петров"),
    ("{}, это валентина сергеевна из 45 квартиры", "сергеевн"),
    ("у кати {}", "кат"),
    ("{} пишет иван", "иван"),
    ("{} у бабушки зинаиды павловны", "зинаид"),
    ("НЕТ ИНТЕРНЕТА У ПЕТРОВОЙ", "петров"),
    ("{}. С уважением, Пётр", "тр"),
    ("{}, my internet is down, this is john smith", "smith"),
    ("{}, у соседа джанибекяна есть", "джанибекян"),
    ("{} у шмидта", "шмидт"),
    ("{}, абоненту дюма тоже", "дюма"),
    ("{}, my neighbour tkachenko too", "tkachenko"),
    ("{} у А\u200bнны", "нны"),
    # where they live
    ("{} на ленина 45", "ленина"),
    ("{}, живу на тверской 12 к 3", "тверской"),
    ("{}, г. Тихоборск, ул. Озёрная 12", "озёрн"),
    ("{}, 3 подъезд 2 этаж кв. 15", "15"),
    # numbers
    ("{}, мой номер 8912, 345, 67, 89", "345"),
    ("{} 8 - 9 1 2 - 3 4 5", "9 1"),
    ("{}, тел восемь девятьсот двенадцать триста сорок пять", "девятьсот"),
    ("{} ４０-１１８７", "1187"),
    ("{} ⁴⁰⁻¹¹⁸⁷", "1187"),
    ("{} ٤٠-١١٨٧", "١١٨٧"),
    ("{} ④⓪-①①⑧⑦", "①"),
    ("{}, родился 12.05.1980", "1980"),
    ("{}, контракт 4О-1187", "1187"),
    ("{}, мой айпи 95.24.11.7", "95"),
    ("{}, мак a4:b1:c2:d3:e4:f5", "a4"),
    # codes and secrets
    ("{}, код из смс 4821", "4821"),
    ("{}, пин 482", "482"),
    ("{}, пароль: солнышко", "солнышк"),
    ("{}, пароль солнышко не подходит", "солнышк"),
    ("{}, my password is sunshine", "sunshine"),
    ("{}, логин anna_k", "anna"),
    ("{}, пароль qwerty не подходит", "qwerty"),
    ("{}, карта 4276 3800", "4276"),
    ("{}, серийник hwtc a1b2 c3d4", "a1b2"),
    # addresses of the net
    ("{}, пишите на anna＠mail.test", "anna"),
    ("{}, почта anna собака mail точка ру", "anna"),
    ("{}, anna (at) mail.test", "anna"),
    ("{}, anna at mail dot com", "anna"),
    ("{}, телеграм annapetrova", "annapetrova"),
    ("{}, www.annapetrova.test", "anna"),
)


@pytest.mark.parametrize(("said", "leak"), LEAKS)
def test_what_could_tell_who_it_was_is_not_learned(said: str, leak: str) -> None:
    """Nothing of the account is known here: a stranger types it about themselves, or about somebody else."""
    text = said.format(TROUBLE)
    for kept in (anonymise_phrase(text), anonymise_phrase(text, (), ARTICLE), anonymise_text(text)):
        assert leak not in kept.casefold(), kept


@pytest.mark.parametrize(
    "said",
    [
        "ошибка 691 при подключении",
        "второй день нет интернета",
        "роутер TP-Link моргает оранжевым",
        "не открывается 192.168.0.1",
        "ошибка шестьсот девяносто один при подключении",
        "собака перегрызла кабель",
        "неправильный логин или пароль",
        "my password does not work",
        "на телевизоре код ошибки 1402 и экран чёрный",
        "скорость 20 мбит вместо 100",
    ],
)
def test_a_trouble_without_a_person_in_it_is_learned_whole(said: str) -> None:
    """A base that learns nothing would leak nothing either."""
    assert anonymise_phrase(said) == said


@pytest.mark.parametrize("said", ["\x1b нет интернета второй день\x07", "нет\u202e интернета\u2066 второй день\x00"])
def test_nothing_invisible_is_learned(said: str) -> None:
    assert anonymise_phrase(said).isprintable()
    assert "интернета" in anonymise_phrase(said)


async def test_a_persons_words_show_nowhere_but_in_their_own_case(
    desk: Desk, anna: TelegramSubscriber, tmp_path: Path
) -> None:
    """Search, export, the agents' commands, the other provider: what was left out of the phrase is in none of them."""
    canary, own = "зябликова", "второй день нет интернета"
    await anna.says(f"{own}. {canary}, договор 40-1187")
    await anna.hears("did_it_help")
    await anna.answers("helped")
    await anna.hears("settled_thanks")
    await eventually(lambda: taught(desk))
    folder = written_down(desk)
    asked = (
        ("phrases",), ("phrases", "--json"), ("articles", "--json"), ("gaps", "--json"), ("drafts", "--json"),
        ("search", own, "--provider", "sever", "--json"), ("search", canary, "--provider", "sever", "--json"),
        ("check", "--json"), ("history", "no-internet", "--json"),
        ("export", str(tmp_path / "own"), "--provider", "sever", "--learned"),
        ("export", str(tmp_path / "volga"), "--provider", "volga", "--learned"),
        ("export", str(tmp_path / "all.jsonl")),
    )  # fmt: skip
    printed = [await kb(folder, *words) for words in asked]
    printed[6] = ""  # it says what was asked for
    everything = "".join((*printed, *await asyncio.to_thread(written, tmp_path)))
    assert own in printed[0]
    assert canary not in everything
    assert "40-1187" not in everything
    assert own in (tmp_path / "own" / "no-internet" / "ru.md").read_text("utf-8")
    assert own not in (tmp_path / "all.jsonl").read_text("utf-8"), "what is shared by all has nobody's words"
    assert not (tmp_path / "volga" / "no-internet").exists()
    assert own not in await kb(folder, "phrases", "--provider", "volga")


async def test_what_is_forgotten_is_in_no_file_and_no_answer(desk: Desk, anna: TelegramSubscriber) -> None:
    """By its id, while the desk serves: database, index and running worker know it no more."""
    await anna.says("второй день нет интернета, дети воют, договор 40-1187")
    await anna.hears("did_it_help")
    await anna.answers("helped")
    await anna.hears("settled_thanks")
    (one,) = await eventually(lambda: taught(desk))
    index = desk.settings.data / "knowledge" / "sever.index"
    await eventually(lambda: asyncio.to_thread(index.exists))
    assert "1 фраза забыта" in await kb(written_down(desk), "forget", one.id)
    assert await taught(desk) == []
    assert not index.exists()
    await has_looked_again(desk)
    assert await taught(desk) == []
    assert not index.exists()


async def has_looked_again(desk: Desk) -> None:
    """Waits until the worker has looked twice more for what to learn and for changed articles."""
    assert desk.application
    looks: Counter[str] = Counter()

    def counted(name: str, look: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        async def looking(*given: object) -> T:
            found = await look(*given)
            looks[name] += 1
            return found

        return looking

    phrase_learner, article_loader = desk.application.phrase_learner, desk.application.article_loader
    phrase_learner.learn = counted("learn", phrase_learner.learn)  # type: ignore[assignment, method-assign]
    article_loader.refresh = counted("refresh", article_loader.refresh)  # type: ignore[assignment, method-assign]

    async def twice() -> bool:
        return looks["learn"] >= 2 and looks["refresh"] >= 2

    await eventually(twice)


async def taught(desk: Desk, *providers: str) -> list[LearnedPhrase]:
    database = Database(desk.settings.database)
    try:
        async with database.read(*(providers or ("sever",))) as session:
            kept, told = await load_learned_phrasings(session), await load_phrases(session)
            if len(kept) != len(told):
                raise LookupError("what is kept and what is told of differ, or were read at two moments")
            return told
    finally:
        await database.close()


def written(folder: Path) -> list[str]:
    """What was exported."""
    return [path.read_text("utf-8") for path in (*folder.glob("own/*/*.md"), *folder.glob("*.jsonl"))]


def written_down(desk: Desk) -> Path:
    """The desk's folder with the settings that this desk runs by, for a command."""
    folder, url = desk.settings.root, desk.settings.database.replace("+aiosqlite", "").replace("+asyncpg", "")
    (folder / "secret").write_text("a secret for tests", "ascii")
    (folder / "secret").chmod(0o600)
    (folder / "firstline.toml").write_text(f'[desk]\ndatabase = "{url}"\nsecret = "file:secret"\n', "utf-8")
    return folder


async def kb(folder: Path, *words: str) -> str:
    """What a command of the knowledge base prints, asked from another thread as from another process."""
    done = await asyncio.to_thread(CliRunner().invoke, cli, ["kb", words[0], "-C", str(folder), *words[1:]])
    assert done.exit_code in (0, 1), done.output
    return done.output
