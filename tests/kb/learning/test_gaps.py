"""Similar solved cases form a gap, with the most typical one first."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from kb.learning.gaps import UnlinkedSolvedCase, find_gaps

EVALUATION = Path(__file__).parent.parent / "evaluation"


def solved_case(
    number: int, text: str, *facts: str, provider: str = "sever", language: str = "ru", person: int = 0
) -> UnlinkedSolvedCase:
    return UnlinkedSolvedCase(provider, number, f"SN-{number}", person or number, language, text, facts)


SIMILAR_CASES = (
    solved_case(1, "приставка показывает ошибку 1402 и чёрный экран"),
    solved_case(2, "у меня на приставке ошибка 1402"),
    solved_case(3, "чёрный экран на приставке, ошибка 1402 какая-то"),
)
OTHER_CASES = (
    solved_case(4, "не приходит почта на телефон"),
    solved_case(5, "сколько стоит переезд на новую квартиру"),
    solved_case(6, "кот перегрыз кабель в подъезде"),
)


def test_cases_alike_are_one_gap_and_the_others_none() -> None:
    (gap,) = find_gaps([*SIMILAR_CASES, *OTHER_CASES])
    assert {one.case_id for one in gap.cases} == {1, 2, 3}
    assert gap.people == 3


def test_slips_and_endings_do_not_part_them() -> None:
    (gap,) = find_gaps(
        [solved_case(1, "приставка пишет ошибка 1402"), solved_case(2, "преставку ошибкой 1402 накрыло"), *OTHER_CASES]
    )
    assert {one.case_id for one in gap.cases} == {1, 2}


def test_one_person_asking_twice_is_no_pattern() -> None:
    those = [
        solved_case(1, SIMILAR_CASES[0].text, person=7),
        solved_case(2, SIMILAR_CASES[0].text, person=7),
        *OTHER_CASES,
    ]
    assert find_gaps(those) == []
    assert len(find_gaps(those, min_people=1)) == 1


def test_the_answers_of_a_dialog_bring_together_what_few_words_do_not() -> None:
    facts = ("горит LOS (нет оптики)", "не работает на всех устройствах")
    short = [solved_case(1, "беда совсем", *facts), solved_case(2, "помогите срочно", *facts)]
    assert len(find_gaps([*short, *OTHER_CASES])) == 1
    assert find_gaps([solved_case(1, "беда совсем"), solved_case(2, "помогите срочно"), *OTHER_CASES]) == []


def test_providers_and_languages_are_kept_apart() -> None:
    assert (
        find_gaps([solved_case(1, SIMILAR_CASES[0].text), solved_case(2, SIMILAR_CASES[0].text, provider="volga")])
        == []
    )
    assert find_gaps([solved_case(1, "error 1402"), solved_case(2, "error 1402", language="en")]) == []


def test_nothing_is_made_of_nothing() -> None:
    assert find_gaps([]) == []
    assert find_gaps([solved_case(1, ""), solved_case(2, "")]) == []
    assert find_gaps([solved_case(1, "спасибо")]) == []


def test_on_people_of_many_kinds_a_gap_is_mostly_one_matter() -> None:
    """Of the groups of three and more in the evaluation phrases, three quarters and more speak of one article."""
    for language in ("ru", "en"):
        lines = [json.loads(line) for line in (EVALUATION / f"{language}.jsonl").read_text("utf-8").splitlines()]
        of = {at: one["id"] if isinstance(one["id"], str) else one["id"][0] for at, one in enumerate(lines)}
        found = find_gaps(
            [solved_case(at, one["q"], language=language, person=at + 1) for at, one in enumerate(lines)], min_people=3
        )
        assert len(found) > 10
        shares = [Counter(of[one.case_id] for one in gap.cases).most_common(1)[0][1] / len(gap.cases) for gap in found]
        assert sum(shares) / len(shares) >= 0.75
