"""Agreement, reservation and denial: what closes a case, by accounting for every word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from desk.language.layout_and_transliteration import swap_layout
from desk.understanding.agreement.closing_another_thing import closes_another_thing
from desk.understanding.agreement.grammar import ChunkMeaning, accounted
from desk.understanding.agreement.leave_with_good_news import gives_leave_with_good_news
from desk.understanding.agreement.lexicon import UNKNOWN, ClassifiedPhrase, lexicon
from desk.understanding.agreement.objections import doubts
from desk.understanding.agreement.tokens import tokens
from desk.understanding.reading.observations import Act, ObservedAct, Situation, TalkStage

MAX_LENGTH = 600
"""Characters of a message that may close; nobody agrees at greater length."""
_MAX_LAYOUT = 200
"""Characters of a text that may have been typed in the other layout."""

_ASKED = (TalkStage.CONSENT, TalkStage.HELPED)
_ANSWERING_SOMETHING_ELSE = frozenset(
    {ChunkMeaning.SERVICED, ChunkMeaning.UNSURE, ChunkMeaning.CANCEL, ChunkMeaning.STEP}
)
"""Beside these a mere "yes" is none to closing: "да, перезагружал"."""
_QUESTION_SIGN = re.compile(r"[?¿؟？⁇⁈]")
_SWAPPED_QUESTION = re.compile(r"&|[?,]\s*\Z|\A\s*\?")
"""In the other layout: "&" is a question mark, and so may be what stands at either end."""
_SAD_SIGN = re.compile(r":-?[(\[/\\|]|=\(|\(\(")
_GLAD_SIGN = re.compile(r"(?<!\w)(?:[:;=xXхХ]-?[DPДРp](?!\w)|<3)|(?<![\w.,])(?:100\s?%|5/5|10/10)(?![\w.,]*\d)")
_HARMLESS_SIGNS = frozenset(
    " \t\r\n\u00a0.,;:!()-–—…*_'’`´👍👌🙏🤝👏💪✌🙌👐🤟🙋👋❤♥💕💖💙💚💛🧡💜🤍💗💓💐🌹🌷🌸🌺🌼"
    "🌻🌞☀⭐🌟✨💫🔥💯✅✔☑🎉🎊🥳🍀😊🙂😀😃😄😁😆😍🥰😘☺😇🤗😉😌😋😎🤩😻☘🎄❄⛄🆗🚀🏆🤘🤙🍾🥂🎈💃🕺🫶💞💝💟🏅🥇🤠+№#"
)
"""Signs that say nothing against closing; the rest, known or new, leave a message unaccounted for."""
_OF_FIGURES = re.compile(r"(?<=[tsтб])/(?=[sс]\b)|(?<=\d)/(?=\d)|(?<=\b0)\s?%")
"""Signs within figures: "95/95", "0 %"."""
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]")
"""Joiners, variants and colours of skin."""
_CLAUSE_SIGN = re.compile(r"[.,;:!\n()…—–]")
_QUOTED = re.compile(r"(?<!\w)['‘`](?!(?:tis|twas|er|em|cause|cos)\b)\w")
_UNFINISHED = frozenset(
    [
        "же",
        "ведь",
        "вот",
        "и",
        "а",
        "даже",
        "значит",
        "оказалось",
        "оказывается",
        "всетаки",
        "ох",
        "ого",
        "oh",
        "and",
        "the",
        "a",
        "an",
        "to",
        "my",
        "well",
        "hello",
        "алло",
        "господи",
        "боже",
    ]
)
"""Words at the end of which something is still to come, or which take back a bare "yes": "да ведь", "да ох"."""
_OF_WHAT_IS_WRITTEN = re.compile(
    r"\b(?:верно|правильно|так и есть|(?:все|всё|именно|точно) так|correct|right|true|accurate)\b", re.I
)
"""Words that find something written right. They answer a question of what is known, not whether something helped."""
_SIGNATURE = re.compile(
    r"\b(?i:с\s+уважением|(?:best|kind|warm)?\s*regards|(?:yours\s+)?(?:sincerely|faithfully|truly))\b[\s,.!]*"
    r"(?P<name>[A-ZА-ЯЁ][\w.-]*(?:\s+[A-ZА-ЯЁ][\w.-]*){0,2})\s*\Z"
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The words of a text in one keyboard layout."""

    text: str
    pieces: Sequence[ClassifiedPhrase]
    asks: bool

    @property
    def unknown(self) -> float:
        """The share of words that no class has."""
        return sum(piece.code == UNKNOWN for piece in self.pieces) / len(self.pieces) if self.pieces else 1.0


def closing_acts(text: str, situation: Situation) -> tuple[tuple[ObservedAct, ...], bool]:
    """The acts of agreeing, denying, waiting and "it works already", and whether the words close the matter."""
    reading, chunks = _read_and_accounted(text[: 4 * MAX_LENGTH])
    if chunks is None:
        return tuple(_doubts(reading, situation)), False
    closes = _closes(chunks, reading, situation)
    return tuple(_agreeing(text, chunks, closes, situation)), closes


def leave_with_good_news(text: str) -> ObservedAct | None:
    """The agreement of a message that gives leave to close beside good news, though not all of its words are known."""
    reading, chunks = _read_and_accounted(text[: 4 * MAX_LENGTH])
    plain = _GLAD_SIGN.sub(_blank, reading.text)
    if chunks is not None or len(text) > MAX_LENGTH or reading.asks or _stands_against(plain):
        return None
    starts = _clause_starts(plain, reading.pieces)
    if not gives_leave_with_good_news(plain, reading.pieces, starts):
        return None
    return ObservedAct(Act.AGREE, *_extent(text))


@lru_cache(maxsize=512)
def _read_and_accounted(text: str) -> tuple[_Reading, frozenset[ChunkMeaning] | None]:
    """What is the same in every situation; the last texts are remembered, as one is understood in several."""
    reading = _reading(text)
    return reading, _accounted(reading)


def _reading(text: str) -> _Reading:
    """The text in the layout of which more words are known."""
    plain = _Reading(text, _pieces(text), bool(_QUESTION_SIGN.search(text)))
    if plain.unknown < 0.5 or len(text) > _MAX_LAYOUT or any(lexicon().is_word(one.word) for one in tokens(text)):
        return plain
    if len(text) != len(text.lower()):  # spans would be of another text
        return plain
    swapped_text = _in_other_layout(text.lower())
    swapped = _Reading(swapped_text, _pieces(swapped_text), bool(_SWAPPED_QUESTION.search(text)))
    letters = sum(map(str.isalpha, swapped_text))
    return swapped if letters > 1 and swapped.pieces and swapped.unknown < plain.unknown / 2 else plain


def _in_other_layout(text: str) -> str:
    """The same keys in the other layout; a sign at the end of a word is a letter only if it makes a word."""
    swapped = list(swap_layout(text))
    for found in re.finditer(r"(\S+)[,.](?=\s|\Z)", text):
        start, end = found.span(1)
        known = lexicon().is_word
        if not known("".join(swapped[start : end + 1])) and known("".join(swapped[start:end])):
            swapped[end] = text[end]
    return "".join(swapped)


def _pieces(text: str) -> Sequence[ClassifiedPhrase]:
    return lexicon().pieces(tokens(_GLAD_SIGN.sub(_blank, _without_signature(text))))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _without_signature(text: str) -> str:
    """Without the name below "С уважением": it says nothing."""
    signed = _SIGNATURE.search(text)
    if signed is None or any(lexicon().kinds.get(one.word, "person") != "person" for one in tokens(signed["name"])):
        return text
    return text[: signed.start("name")]


def _accounted(reading: _Reading) -> frozenset[ChunkMeaning] | None:
    """What the message does, where each of its words is accounted for and no sign stands against it."""
    text = _GLAD_SIGN.sub(_blank, reading.text)
    if len(text) > MAX_LENGTH or reading.asks or any(piece.code == UNKNOWN for piece in reading.pieces):
        return None
    if _stands_against(text):
        return None
    starts = _clause_starts(text, reading.pieces)
    if closes_another_thing("".join(piece.code for piece in reading.pieces), starts):
        return None
    return accounted(reading.pieces, starts)


def _clause_starts(text: str, pieces: Sequence[ClassifiedPhrase]) -> list[bool]:
    """For each piece, whether a sign of punctuation stands before it."""
    starts = [False] * len(pieces)
    for at, (before, after) in enumerate(pairwise(pieces), 1):
        starts[at] = _CLAUSE_SIGN.search(text, before.end, after.start) is not None
    return starts


def _stands_against(text: str) -> bool:
    """Whether signs do: sad ones, unknown ones, quotation marks ("у вас всё «работает»" is not meant as it stands)."""
    if _SAD_SIGN.search(text) or _QUOTED.search(text) or text.count("(") > text.count(")"):
        return True
    return any(
        not sign.isalnum() and sign not in _HARMLESS_SIGNS for sign in _UNSEEN.sub("", _OF_FIGURES.sub("", text))
    )


def _closes(chunks: frozenset[ChunkMeaning], reading: _Reading, situation: Situation) -> bool:
    if situation.context not in _ASKED:
        return False
    consent = situation.context == TalkStage.CONSENT
    closing = {ChunkMeaning.CLOSE}
    if ChunkMeaning.UNSURE not in chunks:
        closing |= {ChunkMeaning.WORKS, ChunkMeaning.MENDED} | ({ChunkMeaning.SERVICED} if consent else set())
    if chunks & closing:
        return True
    if chunks & _ANSWERING_SOMETHING_ELSE:
        return False
    return _says_yes(chunks, reading, consent)


def _says_yes(chunks: frozenset[ChunkMeaning], reading: _Reading, consent: bool) -> bool:
    """Whether "yes" answers what was asked: "ага, понял" does not; "yes, please" does where leave was asked for, and
    "всё верно" is said of what the desk wrote, never of what an article did."""
    codes, said = lexicon().codes, {piece.code for piece in reading.pieces}
    if not consent and _OF_WHAT_IS_WRITTEN.search(reading.text):
        return False
    if codes["heard"] in said or tokens(reading.text)[-1].word in _UNFINISHED:
        return False
    agreeing = {ChunkMeaning.AGREEMENT, ChunkMeaning.PERMISSION} if consent else {ChunkMeaning.AGREEMENT}
    return bool(chunks & agreeing) and (consent or codes["please"] not in said)


def _agreeing(text: str, chunks: frozenset[ChunkMeaning], closes: bool, situation: Situation) -> Iterator[ObservedAct]:
    """Acts of a message that holds nothing but agreement, a story and courtesy: the whole of it is their words."""
    asked = situation.context in _ASKED
    strong = ChunkMeaning.MENDED in chunks or (ChunkMeaning.WORKS in chunks and situation.context == TalkStage.WAITING)
    if closes or (not asked and chunks & {ChunkMeaning.AGREEMENT, ChunkMeaning.CLOSE}):
        yield ObservedAct(Act.AGREE, *_extent(text))
    if strong and not asked:
        yield ObservedAct(Act.WORKS_ALREADY, *_extent(text))


def _extent(text: str) -> tuple[int, int]:
    return len(text) - len(text.lstrip()), len(text.rstrip())


def _doubts(reading: _Reading, situation: Situation) -> Iterator[ObservedAct]:
    asked = situation.context in _ASKED
    for one in doubts(reading.pieces, asked):
        if one.act == Act.WAIT or asked:
            yield one
