"""Which option a person means: its number, its label, a part that only one label has, yes or no in their own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from desk.language.layout_and_transliteration import swap_layout, to_cyrillic_by_sound
from desk.language.normalize import letter_shape, normalized
from desk.understanding.reading.normalized_message import read
from desk.understanding.reading.observations import Act, Situation, TalkStage
from desk.understanding.slots.works_or_not import plain_answer
from desk.understanding.understand import understand
from intake.engine.model import Question, QuestionOption

_DIGIT = re.compile(
    r"\s*(?:(?:№|#|пункт|вариант|номер|ответ|option|number|answer|no\.?)\s{0,3})?([1-9]{1,2})\s*[).:,!]?\s*",
    re.IGNORECASE,
)
_NOT_KNOWING_WHY = re.compile(
    r"\b(?:не (?:понимаю|пойму|понял\w?|знаю|ясно|понятно)|(?:dont|do not|cant) (?:know|understand|see|get))\b"
)
"""Words that deny to know why, and not what they speak of: "списали деньги, не понимаю за что"."""
_NUMBER_SIGN = re.compile(r"\b(?:contract|account|customer|phone|telephone|apartment|apt|flat|house) no\b|\bno (?=\d)")
"""A "no" that is short for number: "contract no 40-1187"."""
_LETTER = re.compile(r"\s*([A-Za-zА-Яа-яЁё])\s*[).:!]?\s*")
_NEGATIONS = frozenset({"не", "нет", "ни", "no", "not", "without", "без", "кроме", "except", "dont", "doesnt", "isnt"})
_STOP_WORDS = frozenset(
    {"у", "на", "в", "и", "с", "по", "за", "к", "а", "то", "это", "мне", "меня", "нас", "все", "всё", "только", "они"}
    | {"the", "a", "an", "on", "in", "is", "it", "at", "of", "only", "to", "my", "and", "they", "are", "i"}
)


def parse_choice(question: Question, text: str, number: int = 0) -> QuestionOption | None:
    """The one option meant by the words, or None where none or several could be.

    ``number`` is the question's own number in a mail, whose options were shown as 11, 12, 13: "12" is then the
    second option of the first question.
    """
    if found := is_choice_by_name(question, text, number):
        return found
    return next((option for one in _readings(text) if (option := _by_mention(question, one))), None)


def is_choice_by_name(question: Question, text: str, number: int = 0) -> QuestionOption | None:
    """The option whose number, letter, name, or part of a name the whole text is; yes and no are names too."""
    if found := parse_marked_choice(question, text, number):
        return found
    for one in _readings(text):
        for matcher in (_by_label, _by_yes_or_no, _by_part):
            if option := matcher(question, one):
                return option
    if (
        understand(text, Situation(TalkStage.QUESTION)).says(Act.DONT_KNOW)
        and len(text.split()) <= _LONGEST_NOT_KNOWING
    ):
        return question.option("unknown")
    return None


def parse_marked_choice(question: Question, text: str, number: int = 0) -> QuestionOption | None:
    """The option whose number, letter or whole name the text is."""
    return _by_digit(question, text, number) or _by_letter(question, text) or _by_label(question, text)


_LONGEST_NOT_KNOWING = 7


def _readings(text: str) -> Iterable[str]:
    """The text; with slips mended; in the other keyboard layout; and as if written by ear in Latin letters."""
    yield text
    if (mended := read(text).text) != text:
        yield mended
    if len(text) <= 80 and re.search("[a-z]", text.lower()) and not re.search("[а-яё]", text.lower()):
        yield swap_layout(text.lower())
        yield to_cyrillic_by_sound(text.lower())


def parse_choices(question: Question, text: str, number: int = 0) -> tuple[QuestionOption, ...]:
    """All options meant: "1, 3", "11 и 13", labels with commas. Empty as soon as one part is not understood."""
    parts = [part for part in re.split(r"[,;\n+]|\s(?:и|and)\s", text) if part.strip()]
    if len(parts) == 1 and all(word.isdecimal() for word in text.split()):
        parts = text.split()
    whole = _by_label(question, text)
    found = [whole] if whole else [parse_choice(question, part, number) for part in parts]
    chosen = {option.id: option for option in found if option is not None}
    return tuple(chosen.values()) if all(found) else ()


def option_named(question: Question, text: str) -> QuestionOption | None:
    """The one option whose label or other name the whole text is; by its words, not by a number."""
    return _by_label(question, text)


def option_told_of(question: Question, text: str) -> QuestionOption | None:
    """The one option that words said before it was asked for name wholly, and deny nothing of."""
    padded = f" {letter_shape(text)} "
    hits = [one for one in question.options if any(len(name) > 3 and f" {name} " in padded for name in _labels(one))]
    return _the_only_one(hits) if not _is_negated(text, hits) else None


def option_named_in_passing(question: Question, text: str) -> QuestionOption | None:
    """The one option of which the text is half the name at least, or whose name it has with a word or a few more.

    The latter only where nothing else in the desk knows what the question asks for.
    """
    words = [word for word in letter_shape(text).split() if word not in _STOP_WORD_SHAPES]
    return _the_only_one([one for one in question.options if words and _is_half_named(question, one, words)])


def _is_half_named(question: Question, option: QuestionOption, words: Sequence[str]) -> bool:
    names = [[word for word in name.split() if word not in _STOP_WORD_SHAPES] for name in _labels(option)]
    if any(name and _contains_all_words(words, name) and 2 * len(words) >= len(name) for name in names):
        return True
    within = [name for name in names if len("".join(name)) > 3 and _contains_all_words(name, words)]
    one_more = any(len(words) - len(name) == 1 or len(name) > 1 for name in within)
    return not question.means and one_more and not _is_negated_in([one for one in words if one not in within[0]])


def _is_negated_in(words: Sequence[str]) -> bool:
    return not _NEGATION_SHAPES.isdisjoint(words)


def _by_digit(question: Question, text: str, number: int) -> QuestionOption | None:
    found = _DIGIT.fullmatch(text)
    if not found:
        return None
    digits = found.group(1)
    if len(digits) == 2:
        if not number or int(digits[0]) != number:
            return None
        digits = digits[1]
    return question.options[int(digits) - 1] if int(digits) <= len(question.options) else None


# Where a letter stands in its own alphabet, and where the letter stands that it looks like in the other one. Cyrillic
# "в" is the third, but its capital is the second of the Latin ones: nobody can tell which was meant.
_CYRILLIC, _LATIN = "абвгдежзи", "abcdefghi"
_LOOK_ALIKES = {"а": "a", "в": "b", "с": "c", "е": "e", "н": "h"}
_LOOKS_LIKE = {**_LOOK_ALIKES, **{latin: cyrillic for cyrillic, latin in _LOOK_ALIKES.items()}}


def _by_letter(question: Question, text: str) -> QuestionOption | None:
    found = _LETTER.fullmatch(text)
    if not found:
        return None
    letter = found.group(1).casefold()
    places = {
        alphabet.index(one)
        for one in (letter, _LOOKS_LIKE.get(letter, ""))
        for alphabet in (_CYRILLIC, _LATIN)
        if one and one in alphabet
    }
    place = places.pop() if len(places) == 1 else len(question.options)
    return question.options[place] if place < len(question.options) else None


def _labels(option: QuestionOption) -> Iterable[str]:
    """An option's names as `letter_shape` gives them; both languages, for people answer in either."""
    return (letter_shape(label) for label in (*option.label.values(), *option.synonyms))


def _the_only_one(options: Sequence[QuestionOption]) -> QuestionOption | None:
    return options[0] if len(options) == 1 else None


def _by_label(question: Question, text: str) -> QuestionOption | None:
    words = letter_shape(text)
    return _the_only_one([option for option in question.options if words in set(_labels(option))])


def _by_yes_or_no(question: Question, text: str) -> QuestionOption | None:
    answer = plain_answer(read(text), longest=8)
    return None if answer is None else question.option("yes" if answer else "no")


def _by_part(question: Question, text: str) -> QuestionOption | None:
    """The words are a part of one label only, word by word with endings free; a bare "не" is no part of any."""
    words = _significant_words(letter_shape(text))
    if _NEGATION_SHAPES.issuperset(words):
        return None
    labels = {
        option.id: [letter_shape(label).split() for label in option.label.values()] for option in question.options
    }
    return (
        _the_only_one(
            [
                option
                for option in question.options
                if any(_contains_all_words(words, label) for label in labels[option.id])
            ]
        )
        if words
        else None
    )


def _by_mention(question: Question, text: str) -> QuestionOption | None:
    """A longer answer mentions one option only, by a name of it or by words no other label has; nothing denied."""
    padded, words = f" {letter_shape(text)} ", letter_shape(text).split()
    hits = []
    for option in question.options:
        others = {word for other in question.options if other is not option for word in _label_words(other)}
        own = [
            word
            for word in _significant_words(" ".join(_label_words(option)))
            if word not in _NEGATION_SHAPES and not _contains_word(word, others)
        ]
        if any(f" {label} " in padded for label in _labels(option)) or any(_contains_word(word, words) for word in own):
            hits.append(option)
    return _the_only_one(hits) if not _is_negated(text, hits) else None


def _label_words(option: QuestionOption) -> list[str]:
    return [word for label in option.label.values() for word in letter_shape(label).split()]


def _is_negated(text: str, options: Sequence[QuestionOption]) -> bool:
    """Whether the words deny something that the option's own label does not: "LOS не горит" is not "LOS"."""
    said = _NUMBER_SIGN.sub(" ", _NOT_KNOWING_WHY.sub(" ", normalized(text)))
    negations = _NEGATIONS & set(said.split())
    return any(
        negations - set(" ".join(normalized(label) for label in option.label.values()).split()) for option in options
    )


def _significant_words(words: str) -> list[str]:
    every = words.split()
    return [word for word in every if word not in _STOP_WORD_SHAPES] or every


_STOP_WORD_SHAPES = frozenset(letter_shape(word) for word in _STOP_WORDS)
_NEGATION_SHAPES = frozenset(letter_shape(word) for word in _NEGATIONS)


def _contains_all_words(words: Iterable[str], label: Sequence[str]) -> bool:
    return all(_contains_word(word, label) for word in words)


def _contains_word(word: str, others: Iterable[str]) -> bool:
    return any(_same_stem(word, other) for other in others)


def _same_stem(one: str, other: str) -> bool:
    """Equal but for an ending of up to three letters ("устройстве", "устройствах") or a slip of the finger."""
    if one == other or _is_slip_of(one, other):
        return True
    kept = max(4, min(len(one), len(other)) - 2)
    return abs(len(one) - len(other)) <= 3 and len(one) >= 4 and len(other) >= 4 and one[:kept] == other[:kept]


def _is_slip_of(one: str, other: str) -> bool:
    """Whether one word is the other but for a letter, in a long one two: wrong, left out, put in, or exchanged."""
    shorter = min(len(one), len(other))
    if shorter < 5 or one[0] != other[0]:
        return False
    return OSA.distance(one, other, score_cutoff=2) <= (2 if shorter >= 9 else 1)
