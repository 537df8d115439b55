"""Rules that walk a dialog: questions one by one in a chat, a few in one letter by mail, then a summary. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desk.case import Case
from desk.decisions import Act, Button, Buttons, Decision, Facts, InPlace, Say, Set, Show, decide
from desk.doors import Traits
from desk.facts import Now
from desk.feelings import yes_no
from desk.knowledge import Identified, Standing
from desk.messages import File, Heard, Role, Verb
from desk.providers import Provider
from intake import script
from intake.answers import Answer, answer
from intake.forms import Ask, Form, Forms
from intake.letters import answers_from_letter
from intake.ready import ENOUGH, is_ready, more, ready

DIALOG, SUMMARY = "dialog", "summary"
_LAST_ROW = (Button("back", "button_back"), Button("operator", "button_operator"))
_CONFIRM: Buttons = (
    (Button("send", "button_send"),),
    (Button("change", "button_change"), Button("operator", "button_operator")),
)
_ROW_LENGTH = 26  # letters of two labels that still fit side by side on a phone


def walk(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Takes in what was answered and asks what comes next."""
    if is_ready(case) or case.awaiting not in ("", DIALOG) or heard.role is not Role.SUBSCRIBER:
        return None
    form = form_of(case, facts)
    if form is None:
        return None
    if case.awaiting == "":
        return _next(case, form, facts, dict(case.answers), [_begun(form)], first=True)
    if heard.press and heard.press.option == "back":
        return _back(case, form, facts)
    asked = script.asks_of(form, case.asked, case.answers)
    if not asked:
        return _next(case, form, facts, dict(case.answers), [])
    return _letter(case, heard, facts, form, asked) if is_batch(facts) else _reply(case, heard, facts, form, asked[0])


def summary(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """The subscriber looks over what was understood, and sends it or mends it."""
    if case.registered or case.awaiting != SUMMARY or heard.role is not Role.SUBSCRIBER:
        return None
    form, option = form_of(case, facts), heard.press.option if heard.press else ""
    if option.startswith("redo_") and form is not None:
        return _redo(case, form, facts, option.removeprefix("redo_"))
    agreed = yes_no(heard.text) if not heard.press else None
    if option == "change" or agreed is False:
        rows = tuple(
            (Button(f"redo_{ask.id}", label=_short(ask.text[case.language])),)
            for ask in (form.asks if form else ())
            if ask.id in case.answers
        )
        return decide(Say("what_to_change", buttons=(*rows, (Button("send", "button_send"),))))
    if heard.text and agreed is None:
        # A word more instead of a button is taken along; nothing said is ever lost.
        return decide(
            Set({"circumstances": _more(case.circumstances, heard.text), "awaiting": ""}), *ready(case), done=False
        )
    return decide(Set({"awaiting": ""}), *ready(case), done=False)


def form_of(case: Case, facts: Facts) -> Form | None:
    """The dialog of the case, in the version it began with."""
    forms = facts.get(Forms)
    return forms.get(case.dialog, case.dialog_hash) if forms and case.dialog else None


def values_of(case: Case, facts: Facts) -> dict[str, object]:
    """What conditions of a dialog may ask besides earlier answers."""
    identified = facts.get(Identified)
    account = identified.account if identified else None
    return {
        "outage_active": False,
        "account_blocked": case.entitlement == Standing.BLOCKED,
        "entitlement": case.entitlement,
        "service_level": account.service_level if account else "",
        "proved": case.proved,
        "upset": case.upset,
        "language": case.language,
    }


def _open_values(case: Case, facts: Facts) -> dict[str, object]:
    """`values_of` as far as the speaker may learn them: the choice of questions must not tell how an account stands."""
    values = values_of(case, facts)
    if not case.proved:
        values |= {"account_blocked": False, "entitlement": Standing.UNVERIFIED.value, "service_level": ""}
    return values


def _names(case: Case, facts: Facts) -> Mapping[str, str]:
    """What a question may show: of the account only to a person who proved to be its holder."""
    identified, provider = facts.get(Identified), facts.need(Provider)
    names = {"provider.name": provider.title(case.language)}
    account = identified.account if identified else None
    if account and case.proved:
        names |= {
            "service.address": account.address,
            "service.contract": account.contract,
            "service.level": account.service_level,
            "subscriber.name": account.name,
        }
    return names


def _begun(form: Form) -> Act:
    return Set(
        {
            "dialog": form.id,
            "dialog_hash": form.hash,
            "category": form.category,
            "ticket_type": form.ticket_type,
            "tries": 0,
        }
    )


def _reply(case: Case, heard: Heard, facts: Facts, form: Form, ask: Ask) -> Decision:
    """One answer in a chat."""
    now, zone = facts.need(Now).at, facts.need(Provider).timezone
    option = heard.press.option if heard.press else ""
    given = answer(ask, heard.text, now, option=option, files=heard.files, zone=zone)
    if not isinstance(given, Answer):
        if case.tries == 0:
            again = _shown(case, form, facts, (ask,), [Set({"tries": 1}), Say("not_understood")])
            return decide(*again)
        # Asked twice is enough: the words are kept as they are, and an agent will read them.
        given = Answer(None, heard.text)
    answers = {**case.answers, ask.id: given.stored()}
    echo: list[Act] = []
    if heard.verb is Verb.PRESS:
        said = _lines(case, form, facts, {ask.id: given.stored()})
        echo = [Say("answered", {"question": question, "answer": words}) for question, words in said]
    return _next(case, form, facts, answers, [Set({"tries": 0}), *echo])


def _letter(case: Case, heard: Heard, facts: Facts, form: Form, asked: Sequence[Ask]) -> Decision:
    """The answers of a letter. Where none can be made out they are asked for once more; what is missing is left."""
    now, zone = facts.need(Now).at, facts.need(Provider).timezone
    read = answers_from_letter(asked, heard.text, now, files=heard.files, zone=zone)
    if not read.answers and heard.full_text != heard.text:
        # Some programmes quote in a way nobody can tell from new words: the answers may stand below.
        read = answers_from_letter(asked, heard.full_text, now, files=heard.files, zone=zone)
    answers = {**case.answers, **{name: one.stored() for name, one in read.answers.items()}}
    acts: list[Act] = []
    if read.leftover:
        acts.append(Set({"circumstances": _more(case.circumstances, read.leftover)}))
    if not read.answers and case.tries == 0:
        return decide(*acts, *_shown(case, form, facts, asked, [Set({"tries": 1}), Say("letter_not_understood")]))
    return _finished(case, form, facts, answers, acts)


def _next(
    case: Case, form: Form, facts: Facts, answers: dict[str, Any], acts: list[Act], first: bool = False
) -> Decision:
    """Asks what comes next: one question in a chat, all of them in one letter by mail."""
    values = _open_values(case, facts)
    asks = script.letter_asks(form, answers, values) if is_batch(facts) else script.next_asks(form, answers, values, 1)
    if asks:
        intro: list[Act] = [Say("questions_by_mail" if is_batch(facts) else "questions_begin")] if first else []
        return decide(*_shown(case, form, facts, asks, [*acts, Set({"answers": answers}), *intro]))
    return _finished(case, form, facts, answers, acts)


def _finished(case: Case, form: Form, facts: Facts, answers: dict[str, Any], acts: list[Act]) -> Decision:
    """Nothing is left to ask: a chat shows the summary; by mail, where every letter costs a day, the case opens."""
    acts = [*acts, Set({"answers": answers}), Set(_found(case, form, facts, answers))]
    said = [f"{question} {words}" for question, words in _lines(case, form, facts, answers)]
    if is_batch(facts):
        told = [Say("summary_by_mail", {"lines": said})] if said else []
        return decide(*acts, Set({"awaiting": "", "asked": []}), *told, *ready(case), done=False)
    shown = Say("summary", {"lines": said}, buttons=_CONFIRM)
    return decide(*acts, Set({"awaiting": SUMMARY, "asked": []}), *_in_place(case), shown)


def _lines(case: Case, form: Form, facts: Facts, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was asked, with the answers as the person gave them."""
    zone = facts.need(Provider).timezone
    lines = script.findings(form, answers, _open_values(case, facts), case.language, zone=zone).lines
    return [(question, words) for question, words in lines if words != script.SKIPPED]


def found_so_far(case: Case, facts: Facts) -> dict[str, Any]:
    """The case data that the answers given until now come to: whoever asks for a human is not asked again."""
    form = form_of(case, facts)
    return _found(case, form, facts, case.answers) if form and case.answers else {}


def _found(case: Case, form: Form, facts: Facts, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The case data that the answers come to (B9)."""
    values, provider = values_of(case, facts), facts.need(Provider)
    identified = facts.get(Identified)
    address = identified.account.address if identified and identified.account else ""
    names = {"service.address": address} if address else {}
    found = script.findings(form, answers, values, provider.language, names, provider.timezone)
    outcome = script.outcome(form, answers, values)
    return {
        "present": list(found.present),
        "absent": list(found.absent),
        "occurred": found.occurred,
        "place": found.place,
        "circumstances": _both(case.circumstances, found.circumstances),
        "fault_zone": outcome.zone,
        "zone_sure": outcome.sure,
        "severity": outcome.severity,
    }


def _shown(case: Case, form: Form, facts: Facts, asks: Sequence[Ask], acts: Sequence[Act]) -> list[Act]:
    """The questions as this door shows them, and which they were."""
    names = _names(case, facts)
    kept = Set({"awaiting": DIALOG, "asked": [ask.id for ask in asks]})
    if is_batch(facts):
        settled = script.known(form, case.answers, _open_values(case, facts))
        return [*acts, kept, Show(script.letter(asks, case.language, names, settled))]
    prompt = script.shown(asks[0], case.language, names)
    options = [Button(one.id, label=one.label) for one in prompt.options]
    if prompt.can_skip:
        options.append(Button("skip", "button_skip"))
    last = _LAST_ROW if case.answers else _LAST_ROW[1:]
    picture = form.picture(asks[0])
    files = (File(picture.name, "photo", "image/png", 0, f"content:{picture}"),) if picture else ()
    return [*acts, kept, *_in_place(case), Show(prompt.text, buttons=(*_rows(options), last), files=files)]


def _in_place(case: Case) -> list[Act]:
    """One question takes the place of the other; an article or a greeting above them stays to be read again."""
    return [InPlace()] if case.awaiting in (DIALOG, SUMMARY) else []


def _back(case: Case, form: Form, facts: Facts) -> Decision:
    """The question before the last answer, once more."""
    order = [ask.id for ask in (*form.asks, *form.requests) if ask.id in case.answers]
    return _redo(case, form, facts, order[-1]) if order else _next(case, form, facts, {}, [])


def _redo(case: Case, form: Form, facts: Facts, name: str) -> Decision:
    ask = form.ask(name)
    if ask is None or name not in case.answers:
        return _next(case, form, facts, dict(case.answers), [])
    answers = {key: value for key, value in case.answers.items() if key != name}
    return decide(*_shown(case, form, facts, (ask,), [Set({"answers": answers, "tries": 0})]))


def _rows(options: Sequence[Button]) -> Buttons:
    """Short labels stand two in a row, longer ones alone."""
    rows: list[tuple[Button, ...]] = []
    for option in options:
        width = len(option.label) or 10
        if rows and len(rows[-1]) == 1 and len(rows[-1][0].label or "1234567890") + width <= _ROW_LENGTH:
            rows[-1] = (rows[-1][0], option)
        else:
            rows.append((option,))
    return tuple(rows)


def is_batch(facts: Facts) -> bool:
    """Whether the door takes many questions at once, as mail does."""
    traits = facts.get(Traits)
    return traits is not None and traits.batch


def _more(text: str, added: str) -> str:
    return more(text, added) if text != script.UNKNOWN else added[:ENOUGH]


def _both(said: str, found: str) -> str:
    """What was said beside the questions, and what was answered to them."""
    parts = [one for one in (found, said) if one and one != script.UNKNOWN]
    return "\n".join(dict.fromkeys(parts))[:ENOUGH] or script.UNKNOWN


def _short(text: str) -> str:
    line = text.strip().splitlines()[0]
    return line if len(line) <= 40 else line[:39].rstrip() + "…"
