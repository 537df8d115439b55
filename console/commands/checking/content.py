"""A provider's dialogs, articles, facts and sentences, for `firstline check`."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from console.commands.checking.file_faults_as_findings import of_faults, shown_path
from console.runtime.content_folders import ARTICLES, DIALOGS, TEMPLATES, ContentSearchPath
from desk.language.detect import LANGUAGES
from desk.language.operator_file_faults import Fault
from desk.language.templates import InvalidTemplate, Templates
from desk.language.toml_lines import line_of, lines_with, toml_lines
from desk.language.translatable import counted, meant, sentence, write_instead
from desk.model.check_findings import CheckFinding
from desk.model.provider_files import Provider
from desk.model.settings import Settings
from intake.engine.dialog_set import DialogSet
from intake.engine.lint import CATEGORIES, ZONES
from intake.engine.model import Dialog
from kb.content.article_body import FACT_NAMES
from kb.content.article_files import Article, read_with_faults

ALWAYS_GIVEN = frozenset({"number", "provider_title", "name", "buttons", "letter"})
"""Names that every sentence may use (`desk.pipeline.compose`), beside the provider's facts."""

Findings = Iterator[CheckFinding]


class SharedContent:
    """Dialogs and articles as one run of the check reads them: those that many providers share, once."""

    def __init__(self) -> None:
        self._dialogs: dict[tuple[Path, ...], tuple[DialogSet, list[Fault]]] = {}
        self._articles: dict[tuple[Path, ...], tuple[Mapping[str, Article], list[Fault]]] = {}

    def dialogs(self, folders: Sequence[Path]) -> tuple[DialogSet, list[Fault]]:
        """The dialogs of these folders, and what is wrong with others."""
        key = tuple(one for one in folders if one.is_dir())
        if key not in self._dialogs:
            self._dialogs[key] = DialogSet.with_faults(key)
        return self._dialogs[key]

    def articles(self, folders: Sequence[Path]) -> tuple[Mapping[str, Article], list[Fault]]:
        """The articles of these folders, and what is wrong with others."""
        key = tuple(one for one in folders if one.is_dir())
        if key not in self._articles:
            self._articles[key] = read_with_faults(key)
        return self._articles[key]


def check_content(
    root: Path, search: ContentSearchPath, provider: Provider, shared: SharedContent
) -> Generator[CheckFinding, None, DialogSet | None]:
    """The dialogs and articles that a provider works with, its own, the desk's and the packaged ones. Returns the
    dialogs, where all of them can be read."""
    name, named = provider.name, dict[str, Dialog]()
    dialogs, faults = shared.dialogs(search.of(name, DIALOGS))
    yield from of_faults(faults, root, name)
    if dialogs.in_use or not faults:
        without = sentence("there are no dialogs: the desk asks nothing, and a person has to ask everything")
        yield _number_of(name, len(dialogs.in_use), "dialogs", "{number} dialog|{number} dialogs|no dialogs", without)
    for dialog in dialogs.by_hash.values():
        if dialog.folder != DIALOGS:
            yield from _check_teams(root, provider, dialog)
            yield from _check_phrases(root, dialogs, dialog)
            yield from _check_own_names(root, provider, dialog)
        named.update(dict.fromkeys(dialog.articles, dialog))
    articles, wrong = shared.articles(search.of(name, ARTICLES))
    yield from of_faults(wrong, root, name)
    if articles or not wrong:
        without = sentence("there are no articles: the desk cannot help people to help themselves")
        yield _number_of(name, len(articles), "articles", "{number} article|{number} articles|no articles", without)
    for one in articles.values():
        if one.category not in _known("category", provider):
            yield CheckFinding("warning", name, *_without_title("category", one.category, provider, one.id))
    unread = {Path(one.file).parent.name for one in wrong}
    for article, dialog in named.items():
        if article not in articles and article not in unread:
            what = sentence("no folder has the article {article} that the dialog names", article=repr(article))
            todo = sentence("correct the dialog, unless the database has it")
            if near := meant(article, articles):
                todo = sentence("write {near} instead of {typed}", near=near, typed=article)
            yield _at_value(root, dialog, f"kb:{article}", what, todo)
    return None if faults else dialogs


def _number_of(where: str, number: int, kind: str, forms: str, without: str) -> CheckFinding:
    if number:
        return CheckFinding("ok", where, counted(forms, number))
    todo = sentence("put some into providers/{name}/{kind}, or set packaged_content = true", name=where, kind=kind)
    return CheckFinding("warning", where, without, todo)


def _check_teams(root: Path, provider: Provider, dialog: Dialog) -> Findings:
    """Teams that a dialog proposes and the provider lacks. The packaged dialogs know nobody's teams, and need not."""
    known = {one.id for one in provider.teams}
    for team in dialog.teams:
        if team not in known:
            what = "dialog {id} routes to {team}, and teams.toml has no such team"
            todo = sentence("correct the dialog or add the team: its cases go to queue:l1")
            if near := meant(team, known):
                todo = sentence("write {near} instead of {typed}", near=near, typed=team)
            yield _at_value(root, dialog, team, sentence(what, id=dialog.id, team=repr(team)), todo)


def _check_phrases(root: Path, dialogs: DialogSet, dialog: Dialog) -> Findings:
    """Phrases of a dialog that begin another one."""
    for phrase in dialog.match:
        found = dialogs.match(phrase)
        if found is not None and found.id != dialog.id:
            what = sentence("the phrase {phrase} leads to the dialog {other}", phrase=repr(phrase), other=found.id)
            todo = sentence("write more of what people say, or take the phrase out of one of them")
            yield _at_value(root, dialog, phrase, what, todo)
        elif found is None and dialogs.in_use.get(dialog.id) is dialog:
            what = sentence("the phrase {phrase} is found in no message", phrase=repr(phrase))
            yield _at_value(root, dialog, phrase, what, sentence("write words that people say"))


def _check_own_names(root: Path, provider: Provider, dialog: Dialog) -> Findings:
    """Categories and zones that neither the desk nor the provider's policy knows: cards would show their bare ids."""
    zones = dict.fromkeys(one.id for one in dialog.fault_zones)
    for kind, named in (("category", [dialog.category]), ("zone", [*zones])):
        for name in named:
            if name not in _known(kind, provider):
                yield _at_value(root, dialog, name, *_without_title(kind, name, provider, dialog.id))


def _known(kind: str, provider: Provider) -> frozenset[str]:
    own = provider.categories if kind == "category" else provider.zones
    return (CATEGORIES if kind == "category" else ZONES) | own.keys()


def _without_title(kind: str, name: str, provider: Provider, where: str) -> tuple[str, str]:
    """What is wrong with a category or zone that nobody knows, and what to do."""
    what = "{id}: {kind} {name} is none of the desk's, and has no title"
    todo = sentence("write [[{kind}]] with id and title into policy.toml, or take another", kind=kind)
    if near := meant(name, _known(kind, provider)):
        todo = sentence("write {near} instead of {typed}", near=near, typed=name)
    return sentence(what, id=where, kind=kind, name=repr(name)), todo


def _at_value(root: Path, dialog: Dialog, value: str, what: str, todo: str) -> CheckFinding:
    lines = lines_with(dialog.source, value)
    return CheckFinding("warning", shown_path(dialog.file, root), what, todo, lines[0] if lines else 0)


def check_templates(settings: Settings) -> Findings:
    """Every packaged sentence stands in every language; the desk's own can be read."""
    try:
        packaged = packaged_templates().names()
    except InvalidTemplate as error:
        todo = sentence("install Firstline anew")
        yield from (CheckFinding("error", "templates", one, todo) for one in error.problems)
        return
    names = {name for _, name in packaged}
    missing = sorted(
        f"{language}/{name}" for language in LANGUAGES for name in names if (language, name) not in packaged
    )
    for one in missing:
        what = sentence("the sentence {file} is missing", file=f"{one}.txt")
        yield CheckFinding("error", "templates", what, sentence("install Firstline anew"))
    if not missing:
        what = sentence("{number} sentences in {languages} languages", number=len(names), languages=len(LANGUAGES))
        yield CheckFinding("ok", "templates", what)
    yield from _check_sentences(settings.root, settings.root / "templates", frozenset())


def check_own_templates(root: Path, folder: Path, provider: Provider) -> Generator[CheckFinding, None, frozenset[str]]:
    """A provider's own sentences: whether they can be read, replace one that there is, and name what the desk knows.
    Returns the names they use."""
    own = sorted(folder.glob("*/*.txt"))
    faulty = yield from _check_sentences(root, folder, frozenset(provider.facts))
    if own and not faulty:
        what = counted("{number} sentence of its own|{number} sentences of its own|no sentences of its own", len(own))
        yield CheckFinding("ok", provider.name, what)
    used = frozenset[str]()
    for path in own:
        used |= _names_in(path)
    return used


def _check_sentences(root: Path, folder: Path, facts: frozenset[str]) -> Generator[CheckFinding, None, bool]:
    packaged, faulty = packaged_templates(), False
    known = {name for _, name in packaged.names()}
    for path in sorted(folder.glob("*/*.txt")):
        where = shown_path(str(path), root)
        if path.parent.name not in LANGUAGES or path.stem not in known:
            what = sentence("{file} replaces no sentence of the desk's", file=f"{path.parent.name}/{path.name}")
            todo = sentence("compare its name with those in the packaged templates")
            if near := meant(path.stem, known):
                todo = sentence("write {near} instead of {typed}", near=f"{near}.txt", typed=path.name)
            yield CheckFinding("warning", where, what, todo)
            continue
        given = frozenset().union(*(packaged.names_in(language, path.stem) for language in LANGUAGES))
        allowed = given | ALWAYS_GIVEN | FACT_NAMES | facts
        try:
            names = Templates.lines_of_names(path)
        except InvalidTemplate as error:
            faulty = True
            yield from of_faults(error.faults, root, where)
            continue
        for name, line in names.items():
            if name not in allowed:
                faulty = True
                what = sentence("{braces} is nothing this sentence is given", braces=f"{{{{ {name} }}}}")
                yield CheckFinding("error", where, what, write_instead(name, given | ALWAYS_GIVEN | FACT_NAMES), line)
    return faulty


def _names_in(path: Path) -> frozenset[str]:
    try:
        return frozenset(Templates.lines_of_names(path))
    except InvalidTemplate:
        return frozenset()


@cache
def packaged_templates() -> Templates:
    """The sentences that come with Firstline."""
    return Templates(TEMPLATES)


def check_facts(root: Path, provider: Provider, own_names: Iterable[str]) -> Findings:
    """Facts that no article and no sentence asks for."""
    path = root / "providers" / provider.name / "policy.toml"
    known = (FACT_NAMES - {"provider_title"}) | frozenset(own_names)
    if strange := [one for one in provider.facts if one not in known]:
        lines = toml_lines(path.read_text("utf-8"))
        for name in strange:
            what = sentence("[facts] {name}: no article and no sentence asks for this fact", name=name)
            line = line_of(lines, ("facts", name))
            fault = Fault(str(path), line, what, write_instead(name, known))
            yield from of_faults([fault], root, provider.name, "warning")
