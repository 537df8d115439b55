"""``kb brochure``: the articles a provider's subscribers need most, printed to be put beside a contract."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.terminal.command_context import (
    USAGE,
    WRONG,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
)
from console.terminal.extras import require_extra
from desk.clock import now
from desk.error_reasons import describe_file_error
from desk.language.translatable import sentence
from desk.model.media_types import PICTURES

if TYPE_CHECKING:
    from console.commands.brochure_file import Brochure, QrCodeContent
    from desk.model.provider_files import Provider
    from desk.model.settings import Settings
    from kb.content.article_files import Article
    from kb.content.brochure_selection import BrochurePart

FILE_TYPES = (".pdf", ".html")
LOGOS = tuple(f"logo{ending}" for ending in PICTURES)
LOOK_BACK = timedelta(days=365)
"""What helped longer ago counts no more: routers and people's troubles change."""
MAGIC = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff"}
TELEGRAM_TIMEOUT = 10.0
"""Seconds that Telegram has to say what the bot is called."""
_BOT = re.compile(r"(?:https?://t\.me/|@)?([A-Za-z][A-Za-z0-9_]{3,31})/?")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@click.command()
@click.option("--provider", default="", help="Whose brochure it is; may be left out where there is but one.")
@click.option("--language", type=click.Choice(["ru", "en"]), help="In this language.  [default: the provider's]")
@click.option("--top", default=12, show_default=True, type=click.IntRange(1, 60), help="How many articles.")
@click.option("--bot", default="", help="The bot's @name, where Telegram is not to be asked for it.")
@click.option(
    "--output",
    default="brochure.pdf",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write, .pdf or .html.",
)
@json_option
@pass_folder
def brochure(
    folder: DeskFolder, provider: str, language: str | None, top: int, bot: str, output: Path, as_json: bool
) -> None:
    """Print a brochure for subscribers: first steps, the most reused articles with pictures, how to reach you.

    The pages are A5 and fill whole folded sheets: print them as a booklet on A4. It has your name, facts and a QR code
    to the bot, to the mailbox where there is no bot. Colour and logo are those of policy.toml; without one, a logo.png
    in the provider's folder stands on the cover. templates/LANGUAGE/brochure.toml there may replace any of the words,
    and the colour.

    \b
    Examples:
      firstline kb brochure --provider sever --output brochure.pdf
      firstline kb brochure --language en --top 6 --output brochure.html
    """
    if output.suffix.lower() not in FILE_TYPES:
        refuse(sentence("{name} must end in .pdf or .html", name=output.name), USAGE)
    if bot and not _BOT.fullmatch(bot):
        refuse(sentence("{bot} is not a bot's name: write it as @name", bot=repr(bot)), USAGE)
    require_extra("brochure")
    made = run(_build(folder, provider, language, top, bot))
    _write_file(made, output)
    articles = [one.id for one in made.leaves]
    if as_json:
        print_json({"output": str(output), "language": made.language, "articles": articles})
    else:
        click.echo(f"{output}: {', '.join(articles)}")


async def _build(folder: DeskFolder, name: str, language: str | None, top: int, bot: str) -> Brochure:
    from console.commands.brochure_file import Brochure  # noqa: PLC0415
    from console.runtime.content_folders import ARTICLES, TEMPLATES, ContentSearchPath  # noqa: PLC0415
    from kb.content import brochure_selection as making  # noqa: PLC0415

    settings, providers = folder.settings(), folder.providers()
    folder.require_provider(name)
    provider = _choose_provider(name, providers)
    language = language or provider.language
    facts = {**provider.facts, "provider_title": provider.title(language)}
    articles, reused = await _articles_and_uses(settings, providers, provider.name)
    leaves = making.select_articles(articles, provider.name, language, facts, reused, top)
    if not leaves:
        refuse(
            sentence(
                "there is no article yet that subscribers of {name} may see: 'firstline kb import'", name=provider.name
            ),
            WRONG,
        )
    folders = ContentSearchPath(settings)
    of_provider = reversed(folders.of(provider.name, TEMPLATES))
    words = BrochureWords.read([TEMPLATES, *of_provider], language, provider.brand.colour)
    mail = next((one.address for one in _own_then_shared(settings.mailboxes, provider.name)), "")
    reach = making.contact_rows(
        words.without_title("reach"), facts, _bot_name(bot) or await ask_bot_name(settings, provider.name), mail
    )
    if not reach:
        hint = "say in [facts] of policy.toml how people reach you"
        tell(
            sentence("{name} has no phone, site, bot or mailbox to be printed: {hint}", name=provider.name, hint=hint),
            err=True,
        )
    first, call = (words.leaf(part, language, facts) for part in ("first", "call"))
    pictures = _find_pictures((first, *leaves, call), folders.of(provider.name, ARTICLES))
    shown = [one for one in first.pictures if one in pictures]
    return Brochure(
        provider=provider.title(language),
        language=language,
        words={key: making.plain_with_facts(one, facts) for key, one in words.table.items() if isinstance(one, str)},
        first=first,
        leaves=tuple(one.without_pictures(shown) for one in leaves),
        call=call,
        yours=(words.title("yours"), tuple(words.table["yours"]["fields"])),
        reach=(words.title("reach"), reach),
        settings=(words.title("settings"), making.setting_rows(words.without_title("settings"), facts)),
        code=_qr_code({row.label: row for row in reach}, words),
        pictures=pictures,
        logo=next((_require_picture(one) for one in _logos(settings, provider) if one.is_file()), None),
    )


@dataclass(frozen=True, slots=True)
class BrochureWords:
    """The words of a brochure, as templates/<language>/brochure.toml has them."""

    table: Mapping[str, Any]

    @classmethod
    def read(cls, folders: Iterable[Path], language: str, colour: str = "") -> BrochureWords:
        """Those of the first folder, the packaged one, with what each of the later ones has in their place. A
        provider's ``colour`` stands in for the packaged one."""
        table: dict[str, Any] = {}
        for path in dict.fromkeys(one / language / "brochure.toml" for one in folders):
            try:
                own = tomllib.loads(path.read_text("utf-8"))
            except FileNotFoundError:
                continue
            except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
                refuse(sentence("{path} cannot be read: {error}", path=path, error=error), WRONG)
            table = _merge(table, own, path) if table else {**own, **({"colour": colour} if colour else {})}
        if not _COLOUR.fullmatch(table["colour"]):
            refuse(
                sentence("colour = {value} in brochure.toml must be like #2f6fed", value=repr(table["colour"])), WRONG
            )
        return cls(table)

    def title(self, part: str) -> str:
        """What stands above a part."""
        return str(self.table[part]["title"])

    def without_title(self, part: str) -> Mapping[str, str]:
        """The other words of a part."""
        return {key: str(one) for key, one in self.table[part].items() if key != "title"}

    def leaf(self, part: str, language: str, facts: Mapping[str, str]) -> BrochurePart:
        """A part that has a body."""
        from kb.content.brochure_selection import build_article  # noqa: PLC0415

        return build_article(f"brochure-{part}", self.title(part), self.table[part]["body"], language, facts)


def _merge(table: Mapping[str, Any], own: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The words with a provider's own in their places; it can name no others."""
    merged = dict(table)
    for key, value in own.items():
        if key not in table or type(value) is not type(table[key]):
            refuse(sentence("{path}: {key} is not one of the brochure's words", path=path, key=repr(key)), WRONG)
        if isinstance(value, dict):
            merged[key] = _merge(table[key], value, path)
        elif isinstance(value, list) and not all(isinstance(one, str) for one in value):
            refuse(sentence("{path}: {key} must be a list of texts", path=path, key=key), WRONG)
        else:
            merged[key] = value
    return merged


def _choose_provider(name: str, providers: Mapping[str, Provider]) -> Provider:
    if not name and len(providers) != 1:
        refuse(
            sentence(
                "say whose brochure it is with --provider: there are {known}",
                known=", ".join(sorted(providers)) or "none",
            ),
            USAGE,
        )
    return providers[name or next(iter(providers))]


async def _articles_and_uses(
    settings: Settings, providers: Mapping[str, Provider], provider: str
) -> tuple[list[Article], Mapping[str, int]]:
    """Every article as the database has it, and how often each was reused."""
    from console.runtime.knowledge_loader import KnowledgeLoader  # noqa: PLC0415
    from kb.content.article_files import InvalidArticle, with_shared_languages  # noqa: PLC0415
    from kb.learning.suggestion_outcomes import tally_by_article  # noqa: PLC0415
    from kb.storage import article_store, usage_queries  # noqa: PLC0415

    async with open_database(settings) as database:
        try:
            await KnowledgeLoader(database, settings, providers).import_files()
        except InvalidArticle as error:
            refuse(str(error), WRONG)
        async with database.look() as connection:
            articles = with_shared_languages(await article_store.load_articles(connection))
        at = now()
        async with database.read(provider) as session:
            outcomes = await usage_queries.load_outcomes(session, at - LOOK_BACK, at)
            links = [
                (one.article, "", one.kind) for one in await usage_queries.load_agent_links(session, at - LOOK_BACK)
            ]
    tallies = tally_by_article(outcomes, links, by_language=False)
    return articles, {one.article: one.uses for one in tallies.values() if one.uses}


def _own_then_shared(channels: Iterable[Any], provider: str) -> list[Any]:
    """The provider's own channels, then the shared ones."""
    from desk.model.messages import FRONT  # noqa: PLC0415

    return sorted((one for one in channels if one.provider in (provider, FRONT)), key=lambda one: one.provider == FRONT)


def _bot_name(bot: str) -> str:
    found = _BOT.fullmatch(bot)
    return found[1] if found else ""


async def ask_bot_name(settings: Settings, provider: str) -> str:
    """The name of the provider's bot, as Telegram tells it; "" where there is no bot, or no answer, which is said."""
    import asyncio  # noqa: PLC0415

    from bots.bot_api_client import BotApiClient, BotApiError  # noqa: PLC0415

    for bot in _own_then_shared(settings.telegram, provider):
        client = BotApiClient(bot)
        try:
            async with asyncio.timeout(TELEGRAM_TIMEOUT):
                me = await client.call("getMe")
            if isinstance(me, dict) and _bot_name(str(me.get("username", ""))):
                return str(me["username"])
            why = "it gives no name"
        except (BotApiError, TimeoutError) as error:
            why = str(error) or "no answer"
        finally:
            await client.close()
        tell(
            sentence(
                "Telegram did not say what {channel} is called ({why}): give it with --bot @name",
                channel=bot.channel,
                why=why,
            ),
            err=True,
        )
    return ""


def _qr_code(rows: Mapping[str, Any], words: BrochureWords) -> QrCodeContent | None:
    """To the bot; to the mailbox where there is none; else to the site."""
    from console.commands.brochure_file import QrCodeContent  # noqa: PLC0415
    from kb.content.brochure_selection import with_no_break_spaces  # noqa: PLC0415

    for kind in ("bot", "mail", "site"):
        if row := rows.get(words.table["reach"][kind]):
            return QrCodeContent(row.url, row.value, with_no_break_spaces(words.table["codes"][kind]))
    return None


def _find_pictures(leaves: Sequence[BrochurePart], folders: Sequence[Path]) -> dict[str, Path]:
    from kb.content.article_files import find_picture  # noqa: PLC0415

    found: dict[str, Path] = {}
    for name in (name for leaf in leaves for name in leaf.pictures):
        try:
            found[name] = _require_picture(find_picture(name, folders))
        except LookupError:
            continue
    return found


def _require_picture(path: Path) -> Path:
    """The same file, if it is what its name says."""
    with path.open("rb") as file:
        if not file.read(8).startswith(MAGIC[path.suffix]):
            refuse(sentence("{path} is not a {value} picture", path=path, value=path.suffix[1:].upper()), WRONG)
    return path


def _logos(settings: Settings, provider: Provider) -> list[Path]:
    """Where the logo may lie: the one that the policy names comes first, if a brochure can show its kind."""
    logo = provider.brand.logo
    named = [logo.name] if logo and Path(logo.name).suffix in MAGIC else []
    return [settings.root / "providers" / provider.name / name for name in (*named, *LOGOS)]


def _write_file(brochure: Brochure, output: Path) -> None:
    from console.commands.brochure_file import TypesettingRefused, as_html, as_pdf  # noqa: PLC0415

    html = output.suffix.lower() == ".html"
    try:
        output.write_bytes(as_html(brochure).encode() if html else as_pdf(brochure))
    except TypesettingRefused as error:
        refuse(sentence("the brochure cannot be printed: {error}", error=error), WRONG)
    except OSError as error:
        why = describe_file_error(error)
        refuse(sentence("{output} cannot be written: {strerror}", output=output, strerror=why), WRONG)
