"""A brochure to go with a contract: which articles are in it, in which order, and the text of its pages. Pure.

It says what the desk would say: only what a subscriber may see, with the provider's facts filled in, an article without
the wanted language in the other one. Its layout is another matter (`console.commands.brochure_file`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from desk.language.rich_text import parse_markdown
from kb.content.article_body import fill_facts, is_stop_heading, parse_picture_line
from kb.content.article_files import Article, ArticleTranslation

FIRST_ARTICLES = ("no-internet", "router-lights", "router-restart", "slow-wifi", "wifi-password")
"""What everybody needs one day; a provider's own articles come next, and then `LATER_ARTICLES`."""
LATER_ARTICLES = (
    *("balance-block", "wan-off", "los-red", "pppoe-691", "drops", "one-device", "speed-test", "no-address"),
    *("new-router", "cable-not-wifi", "charges", "mail-settings", "moving"),
)
NEEDED_FACT = {"pppoe-691": "pppoe", "mail-settings": "imap"}
"""Articles that are of little use where the provider has not given this fact."""

_STEP_RE = re.compile(r"([0-9]{1,2})\. ")
NO_BREAK_SPACE = "\u00a0"
_NO_BREAK_RULES = (
    (re.compile(r"(?<!\w)([А-Яа-яЁё]{1,2}|[A-Za-z]|[0-9]{1,4}) (?=\S)"), rf"\1{NO_BREAK_SPACE}"),
    (re.compile(r" (?=[—–] )"), NO_BREAK_SPACE),
    (re.compile(r" (?=[0-9]{1,4}[).](?![0-9]))"), NO_BREAK_SPACE),
)


@dataclass(frozen=True, slots=True)
class FormattedSpan:
    """A part of a line with one format; ``kind`` is "", bold, code or link."""

    text: str
    kind: str = ""
    url: str = ""


SpanLine = tuple[FormattedSpan, ...]


@dataclass(frozen=True, slots=True)
class PrintBlock:
    """What must stay together on paper. ``kind`` is text, step (with its number) or picture (with its
    ``<folder>/<name>`` and its caption)."""

    kind: str
    lines: tuple[SpanLine, ...] = ()
    number: int = 0
    picture: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class PrintSection:
    """One heading and what stands under it. ``is_stop`` for the last, which says when to call."""

    heading: str
    blocks: tuple[PrintBlock, ...]
    is_stop: bool = False


@dataclass(frozen=True, slots=True)
class BrochurePart:
    """One article, or another part of the brochure with a title of its own. ``language`` is that of its text."""

    id: str
    title: str
    language: str
    sections: tuple[PrintSection, ...]

    def without_pictures(self, pictures: Collection[str]) -> BrochurePart:
        """The same without pictures that were shown before."""
        kept = (
            replace(one, blocks=tuple(block for block in one.blocks if block.picture not in pictures))
            for one in self.sections
        )
        return replace(self, sections=tuple(kept))

    @property
    def pictures(self) -> tuple[str, ...]:
        """The pictures it shows, in their order."""
        return tuple(block.picture for one in self.sections for block in one.blocks if block.picture)


@dataclass(frozen=True, slots=True)
class BrochureFact:
    """One way to reach the provider, or one of its settings. ``url`` is "" where nothing can be opened."""

    label: str
    value: str
    url: str = ""


def public_articles(
    articles: Iterable[Article], provider: str
) -> list[tuple[Article, Mapping[str, ArticleTranslation]]]:
    """The articles this provider's subscribers may see, each with its public editions.

    A provider's own article replaces the shared one, even where it hides it.
    """
    chosen: dict[str, Article] = {}
    for article in articles:
        if article.provider in ("", provider) and (article.provider or article.id not in chosen):
            chosen[article.id] = article
    seen = ((one, {name: kept for name, kept in one.editions.items() if kept.is_public}) for one in chosen.values())
    return [(article, editions) for article, editions in seen if editions]


def select_articles(
    articles: Iterable[Article],
    provider: str,
    language: str,
    facts: Mapping[str, str],
    reuse_counts: Mapping[str, int],
    limit: int,
) -> tuple[BrochurePart, ...]:
    """The ``limit`` articles of a provider's brochure: those first that helped most often (``reuse_counts``), then in
    the order of `_rank`.

    Addresses are printed as people type them.
    """
    facts = {name: without_scheme(value) for name, value in facts.items()}
    public = public_articles(articles, provider)
    public.sort(key=lambda one: (-reuse_counts.get(one[0].id, 0), _rank(one[0], facts), one[0].id))
    return tuple(
        build_article(article.id, edition.title, edition.body, edition.language, facts, edition.pictures)
        for article, editions in public[:limit]
        for edition in (editions.get(language) or next(iter(editions.values())),)
    )


def _rank(article: Article, facts: Mapping[str, str]) -> int:
    """The rank of an article that has not helped anybody yet."""
    if article.id in FIRST_ARTICLES:
        return FIRST_ARTICLES.index(article.id)
    needed = NEEDED_FACT.get(article.id)
    if needed and not fill_facts(f".{{{{ if {needed} }}}}", facts):
        return 1000
    if article.id in LATER_ARTICLES:
        return 200 + LATER_ARTICLES.index(article.id)
    return 100 if article.provider else 900


def build_article(
    id: str, title: str, body: str, language: str, facts: Mapping[str, str], pictures: Sequence[str] = ()
) -> BrochurePart:
    """Splits a body in `kb.content.article_body`'s Markdown into blocks for printing.

    ``pictures`` are the files of the body's pictures, in its order; without them a picture's file is what its line
    says.
    """
    places = _picture_files(body, pictures)
    sections: list[PrintSection] = []
    heading, lines = "", list[str]()
    for line in (*fill_facts(body, facts, pictures=True).split("\n"), "# "):
        if line.startswith("# "):
            blocks = _print_blocks(lines, places)
            if heading or blocks:
                sections.append(PrintSection(with_no_break_spaces(heading), blocks, is_stop_heading(heading, language)))
            heading, lines = parse_markdown(line).plain, []
        else:
            lines.append(line)
    return BrochurePart(id, with_no_break_spaces(title), language, tuple(sections))


def contact_rows(labels: Mapping[str, str], facts: Mapping[str, str], bot: str, mail: str) -> tuple[BrochureFact, ...]:
    """The ways to reach the provider, in the order of the labels. ``bot`` is a name without its @."""
    known = {name: plain_with_facts(f"{{{{ {name} }}}}", facts) for name in ("support_phone", "site", "cabinet")}
    known |= {"bot": f"@{bot}" if bot else "", "mail": mail}
    urls = {
        "support_phone": "tel:" + re.sub(r"[^0-9+]", "", known["support_phone"]),
        "bot": f"https://t.me/{bot}",
        "mail": f"mailto:{mail}",
    }
    return tuple(
        BrochureFact(label, without_scheme(known[name]), urls.get(name, known[name]))
        for name, label in labels.items()
        if known.get(name)
    )


def setting_rows(labels: Mapping[str, str], facts: Mapping[str, str]) -> tuple[BrochureFact, ...]:
    """What a subscriber may have to type into a router or a mail program, in the order of the labels."""
    told = {name: plain_with_facts(f"{{{{ {name} }}}}", facts) for name in ("dns1", "dns2", *labels)}
    kinds = [labels[name] for name in ("pppoe", "dhcp") if told.get(name) and name in labels]
    told["kind"] = kinds[0] if kinds else ""
    told["dns"] = ", ".join(filter(None, (told["dns1"], told["dns2"])))
    rows = {name: label for name, label in labels.items() if name not in ("pppoe", "dhcp")}
    return tuple(
        BrochureFact(label, without_scheme(told[name]), told[name] if told[name].startswith("http") else "")
        for name, label in rows.items()
        if told[name]
    )


def without_scheme(address: str) -> str:
    """An address as people read it."""
    return re.sub(r"^https?://(?:www\.)?", "", address).rstrip("/")


def plain_with_facts(words: str, facts: Mapping[str, str]) -> str:
    """One short text with the facts filled in, without marks."""
    return with_no_break_spaces(parse_markdown(fill_facts(words, facts)).plain)


def with_no_break_spaces(text: str) -> str:
    """The text with no-break spaces: no line ends in a short word or begins with a dash. No other character changes."""
    for pattern, instead in _NO_BREAK_RULES:
        text = pattern.sub(instead, text)
    return text


def _picture_files(body: str, pictures: Sequence[str]) -> Mapping[str, str]:
    """The file of each picture, by its name in the body."""
    called = [place for _, place in filter(None, map(parse_picture_line, body.split("\n")))]
    return dict(zip(called, pictures or called, strict=False))


def _print_blocks(lines: Sequence[str], places: Mapping[str, str]) -> tuple[PrintBlock, ...]:
    blocks: list[PrintBlock] = []
    grows = False
    for line in lines:
        found, step = parse_picture_line(line), _STEP_RE.match(line)
        if found:
            blocks.append(
                PrintBlock("picture", picture=places.get(found[1], found[1]), caption=parse_markdown(found[0]).plain)
            )
        elif step:
            blocks.append(PrintBlock("step", (_text_spans(line[step.end() :]),), number=int(step[1])))
        elif line.strip() and grows and (line.startswith(" ") or blocks[-1].kind == "text"):
            blocks[-1] = PrintBlock(blocks[-1].kind, (*blocks[-1].lines, _text_spans(line.strip())), blocks[-1].number)
        elif line.strip():
            blocks.append(PrintBlock("text", (_text_spans(line),)))
        grows = bool(line.strip()) and not found
    return tuple(blocks)


def _text_spans(source: str) -> SpanLine:
    text = parse_markdown(source)
    plain, at, spans = text.plain, 0, list[FormattedSpan]()
    looks = with_no_break_spaces(plain)
    for mark in text.marks:
        spans.append(FormattedSpan(looks[at : mark.start]))
        raw = mark.kind == "code"
        spans.append(FormattedSpan((plain if raw else looks)[mark.start : mark.end], mark.kind, mark.url))
        at = mark.end
    spans.append(FormattedSpan(looks[at:]))
    return tuple(one for one in spans if one.text)
