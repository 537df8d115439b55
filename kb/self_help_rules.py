"""Self-help: an article is suggested when one surely fits, and what is said of it is heard. Rules, pure."""

from __future__ import annotations

import re

from desk.language.plain_answers import tells_of_no_number
from desk.language.rich_text import parse_markdown
from desk.model.acts import (
    AddJournalEntry,
    Button,
    Buttons,
    Decision,
    Expect,
    Facts,
    RuleAct,
    SayReadyText,
    SayTemplate,
    SetDialogState,
    SetFields,
    decide,
)
from desk.model.case import Case
from desk.model.channel_interface import ChannelCapabilities
from desk.model.core_facts import Now
from desk.model.dialog_state import ARTICLE, SELF_HELP
from desk.model.events import Inbound, OpenedChat, Pressed, Said
from desk.model.journal import ArticleShown, ArticleTried
from desk.model.messages import kind_seen
from desk.model.shared_facts import ArticlesNamedByDialog, ArticleSuggestion, ArticleSuggestions
from desk.model.unrepeated_acknowledgement import acknowledge
from desk.understanding.closing_by_consent import may_consent, settling_acts
from desk.understanding.explained_terms import term_asked
from desk.understanding.message import understood
from desk.understanding.own_or_other_matter import says_again
from desk.understanding.reading.normalized_message import read
from desk.understanding.reading.observations import Act, Understanding
from desk.understanding.substance import has_substance
from kb.content.article_steps import passage_about
from kb.learning.article_use_acts import RecordArticleShown, RecordSuggestionOutcome

Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]

_BACK = re.compile(r"(?<!не )(?:появил|верну[лв]|заработал)|(?<!not )\bback\b", re.IGNORECASE)
_SLOW = re.compile(r"медлен|тормоз|скорост|еле|лага|slow|speed|lag", re.IGNORECASE)
PLAIN_ANSWER = 3
"""Words of an answer that says yes or no and nothing else."""
HELPED_BUTTONS: Buttons = (
    (Button("helped", "button_helped"), Button("not_helped", "button_not_helped")),
    (Button("operator", "button_operator"),),
)
MORE_STEPS: Buttons = ((Button("more_steps", "button_more_steps"),),)
CLOSE_BUTTONS: Buttons = (
    (Button("helped", "button_close_it"), Button("not_helped", "button_still_open")),
    (Button("operator", "button_operator"),),
)


def suggest_article(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """The best article, once a case and only where it surely fits; otherwise the questions come at once. Nobody upset
    gets one unasked, nor who has the same trouble again."""
    if case.expecting or case.articles or case.dialog or case.upset or says_again(case.description):
        return None
    suggestions = facts.get(ArticleSuggestions)
    best = suggestions.best[0] if suggestions and suggestions.best else None
    if best is None or not best.sure:
        return None
    begun = SetFields({"articles": [best.article], "dialog": best.dialog, "category": best.category})
    return decide(begun, *_suggestion_acts(best, facts, "did_it_help"))


def _suggestion_acts(best: ArticleSuggestion, facts: Facts, question: str, *before: RuleAct) -> tuple[RuleAct, ...]:
    """The article, after what is said ``before`` it, and the question whether it helped. In a chat its first steps."""
    capabilities = facts.get(ChannelCapabilities)
    in_short = bool(best.short) and capabilities is not None and not capabilities.letters
    buttons = (*HELPED_BUTTONS[:1], *MORE_STEPS, *HELPED_BUTTONS[1:]) if in_short else HELPED_BUTTONS
    text, files = (best.short, best.pictures[: best.short_pictures]) if in_short else (best.text, best.pictures)
    recorded = RecordArticleShown(best.article, best.score), AddJournalEntry(ArticleShown(best.article))
    shown = (SayReadyText(text, files=files), SayTemplate(question, buttons=buttons))
    return Expect(SELF_HELP), *recorded, *before, *shown


def show_dialog_article(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """The article that the dialog names here, in the midst of its questions or behind the last one."""
    if case.expecting.owner != ARTICLE:
        return None
    article = _last_article(case, facts)
    if article is None:
        return None
    return decide(*_suggestion_acts(article, facts, "did_this_help", SayTemplate("try_this")))


def _last_article(case: Case, facts: Facts) -> ArticleSuggestion | None:
    known = facts.get(ArticlesNamedByDialog)
    return known.articles.get(case.articles[-1]) if known and case.articles else None


def self_help_outcome(case: Case, inbound: Inbound[Said] | Inbound[Pressed], facts: Facts) -> Decision | None:
    """ "It helped" settles the matter, and is consent; "it did not" lets the questions begin. Who asks for time has it,
    and a question about a step is answered from the article."""
    if not may_consent(case, inbound):
        return None
    if inbound.option == "more_steps":
        return _more_steps(case, facts)
    if inbound.option:
        return _close_as_solved(case, inbound, facts) if inbound.option == "helped" else _goes_on(case, inbound)
    if not case.contract and tells_of_no_number(inbound.text):
        return decide(
            SayTemplate("unverified_ok"), SayTemplate("helped_unclear", buttons=HELPED_BUTTONS), words_used=True
        )
    found = understood(case, inbound, facts)
    if found.closes:
        return _close_as_solved(case, inbound, facts)
    return _talked_of(case, inbound, facts, found) or _unclear(case, inbound)


def _talked_of(case: Case, inbound: Spoken, facts: Facts, found: Understanding) -> Decision | None:
    """What is said of the article beside a plain yes; None where nobody can tell."""
    if _is_back_but_slow(found):
        return _goes_on(case, inbound, "back_but_slow")
    told = any(one.slot != "language" for one in found.values) and not found.says(Act.WORKS_ALREADY)
    if told or found.says(Act.RESERVED):
        return _goes_on(case, inbound, "thanks_noted" if told else "reserved_go_on")
    if found.says(Act.WAIT):
        return _waits(case)
    if found.says(Act.DENY):
        return _goes_on(case, inbound)
    if found.says(Act.WORKS_ALREADY, Act.AGREE):
        return decide(SayTemplate("glad_may_close", buttons=CLOSE_BUTTONS), words_used=True)
    return _asked_of(case, inbound, facts, found)


def _is_back_but_slow(found: Understanding) -> bool:
    """Whether the line is back, and what is left is its speed: that did help, though not wholly."""
    return found.says(Act.DENY, Act.RESERVED) and bool(_BACK.search(found.text) and _SLOW.search(found.text))


def _asked_of(case: Case, inbound: Spoken, facts: Facts, found: Understanding) -> Decision | None:
    """A question, a picture, or thanks: the question whether it helped stays open."""
    if found.says(Act.CONFUSED) or any(one.asks for one in read(inbound.text).clauses):
        return _explains(case, facts, found)
    if inbound.files:
        return decide(SayTemplate("seen", {"kind": kind_seen(inbound.files)}))
    thanks = found.says(Act.THANKS) and not has_substance(found.leftover)
    return _waits(case) if thanks or _says_nothing(found) else None


def _says_nothing(found: Understanding) -> bool:
    """Whether it is a word that says nothing of the article: "ок", "понятно". Who says that goes and tries it."""
    return any(map(str.isalpha, found.text)) and not found.acts and not has_substance(found.text)


def _unclear(case: Case, inbound: Spoken) -> Decision:
    """Nobody can tell: it is asked once in other words, and then the questions begin."""
    if case.dialog_state.tries:
        return _goes_on(case, inbound)
    return decide(SetDialogState({"tries": 1}), SayTemplate("helped_unclear", buttons=HELPED_BUTTONS))


def _more_steps(case: Case, facts: Facts) -> Decision:
    """The rest of the article."""
    article = _last_article(case, facts)
    if article is None or not article.rest:
        return decide(SayTemplate("helped_unclear", buttons=HELPED_BUTTONS))
    rest = SayReadyText(article.rest, files=article.pictures[article.short_pictures :])
    return decide(SayTemplate("more_steps"), rest, SayTemplate("did_this_help", buttons=HELPED_BUTTONS))


def _waits(case: Case) -> Decision:
    """Who tries it has all the time; the question stays open, and no two answers in a row are alike."""
    said = "still_here" if case.dialog_state.waits % 2 else "take_your_time"
    return decide(
        SetDialogState({"waits": case.dialog_state.waits + 1}), SayTemplate(said, {"again": ""}), words_used=True
    )


def _explains(case: Case, facts: Facts, found: Understanding) -> Decision:
    """A question about a word or a step is answered; whether it helped stays open."""
    if term := term_asked(found):
        return decide(SayTemplate("explain", {"term": term, "again": ""}), words_used=True)
    article = _last_article(case, facts)
    passage = passage_about(article.source, found.text) if article else ""
    if not passage:
        return decide(*acknowledge(case, "ask_differently"))
    return decide(SayTemplate("article_question"), SayReadyText(parse_markdown(passage)), words_used=True)


def _close_as_solved(case: Case, inbound: Inbound[Said] | Inbound[Pressed], facts: Facts) -> Decision:
    settled = settling_acts(inbound, facts.need(Now).at, "self_help")
    return decide(*_tried(case, helped=True), *settled, done=False, words_used=True)


def _goes_on(case: Case, inbound: Spoken, said: str = "") -> Decision:
    """It did not help, or not wholly: the questions go on, with what was said."""
    lead = said or ("sorry_once_more" if case.articles[1:] else "sorry_go_on")
    return decide(
        *_tried(case, helped=False),
        Expect(),
        SetDialogState({"tries": 0}),
        SayTemplate(lead),
        done=False,
        # Whoever adds something to a plain no has it kept with the case.
        words_used=len(inbound.text.split()) <= PLAIN_ANSWER,
    )


def _tried(case: Case, helped: bool) -> list[RuleAct]:
    """What the last article did, for the figures and for the journal."""
    acts: list[RuleAct] = []
    for article in case.articles[-1:]:
        acts.append(RecordSuggestionOutcome(article, "helped" if helped else "not_helped"))
        acts.append(AddJournalEntry(ArticleTried(article, helped)))
    return acts
