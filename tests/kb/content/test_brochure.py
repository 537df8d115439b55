"""The content of a brochure: the right articles in the right order, with the provider's facts, ready for printing."""

from __future__ import annotations

import dataclasses

import pytest

from kb.content.article_files import Article, ArticleTranslation
from kb.content.brochure_selection import (
    NO_BREAK_SPACE,
    BrochureFact,
    BrochurePart,
    FormattedSpan,
    PrintBlock,
    build_article,
    contact_rows,
    plain_with_facts,
    select_articles,
    setting_rows,
    with_no_break_spaces,
)

FACTS = {"support_phone": "+7 000 555", "cabinet": "https://my.sever.test/", "pppoe": "True", "imap": "imap.test"}


def brochure_article(id: str, provider: str = "", language: str = "ru", body: str = "Слово.", **other: str) -> Article:
    fields = {"confidence": "validated", "audience": "external"} | other
    edition = ArticleTranslation(language=language, title=f"{id} {language}", phrasings=(), body=body, **fields)  # type: ignore[arg-type]
    return Article(id, provider, {language: edition})


def with_editions_of(one: Article, other: Article) -> Article:
    return dataclasses.replace(one, editions={**one.editions, **other.editions})


def selected_ids(
    *articles: Article, reused: dict[str, int] | None = None, facts: dict[str, str] = FACTS, top: int = 12
) -> list[str]:
    return [one.id for one in select_articles(articles, "sever", "ru", facts, reused or {}, top)]


def test_only_what_a_subscriber_may_see_is_printed() -> None:
    assert selected_ids(
        brochure_article("seen"),
        brochure_article("inner", audience="internal"),
        brochure_article("draft", confidence="not_validated"),
        brochure_article("gone", confidence="archived"),
        brochure_article("theirs", provider="volga"),
    ) == ["seen"]


def test_a_providers_own_article_stands_in_the_place_of_the_shared_one_and_may_hide_it() -> None:
    own = brochure_article("moving", provider="sever", body="У нас так.")
    hidden = brochure_article("spam", provider="sever", confidence="archived")
    for shelf in (
        [brochure_article("moving"), own, brochure_article("spam"), hidden],
        [own, brochure_article("moving"), hidden, brochure_article("spam")],
    ):
        (only,) = select_articles(shelf, "sever", "ru", FACTS, {}, 12)
        assert [span.text for span in only.sections[0].blocks[0].lines[0]] == [f"У{NO_BREAK_SPACE}нас так."]


def test_what_helped_most_comes_first_and_the_rest_in_the_usual_order() -> None:
    shelf = [brochure_article(id) for id in ("zebra", "drops", "wan-off", "no-internet", "slow-wifi")]
    assert selected_ids(*shelf) == ["no-internet", "slow-wifi", "wan-off", "drops", "zebra"]
    assert selected_ids(*shelf, reused={"drops": 2, "zebra": 7}, top=3) == ["zebra", "drops", "no-internet"]


def test_a_providers_own_articles_come_right_after_what_everybody_needs() -> None:
    shelf = [brochure_article("drops"), brochure_article("our-tv", provider="sever"), brochure_article("no-internet")]
    assert selected_ids(*shelf) == ["no-internet", "our-tv", "drops"]


def test_what_needs_a_fact_that_is_not_given_waits_until_the_end() -> None:
    shelf = [brochure_article("pppoe-691"), brochure_article("drops"), brochure_article("zebra")]
    assert selected_ids(*shelf) == ["pppoe-691", "drops", "zebra"]
    assert selected_ids(*shelf, facts={"pppoe": "False"}) == ["drops", "zebra", "pppoe-691"]


def test_an_article_without_the_language_is_printed_in_the_other_as_far_as_that_may_be_seen() -> None:
    english = brochure_article("fiber", language="en")
    shelf = [
        english,
        with_editions_of(brochure_article("dsl", confidence="archived"), brochure_article("dsl", language="en")),
    ]
    told = select_articles(shelf, "sever", "ru", FACTS, {}, 12)
    assert [(one.id, one.language) for one in told] == [("dsl", "en"), ("fiber", "en")]


BODY = """Посмотрите на роутер.

![Лампочки](../shared/lamps.png)
1. **Баланс.** Проверьте его.
   {{ cabinet }}
![Окно](a.png) {{ if dhcp }}
![Кабинет](b.png)
2. Почта: {{ webmail }}
3. Наберите `ping -t 1`.
Ещё слово.

# Если {{ support_phone }} молчит
Строка
и ещё одна.

# Когда остановиться и позвонить нам
Телефон: {{ support_phone }}
"""


@pytest.fixture
def printed() -> BrochurePart:
    (made,) = select_articles(
        [dataclasses.replace(brochure_article("x", body=BODY), editions={"ru": _edition_with_pictures()})],
        "sever",
        "ru",
        FACTS,
        {},
        1,
    )
    return made


def _edition_with_pictures() -> ArticleTranslation:
    edition = brochure_article("x", body=BODY).editions["ru"]
    return dataclasses.replace(edition, pictures=("shared/lamps.png", "x/a.png", "x/b.png"))


def test_steps_pictures_and_words_stand_in_their_order_with_the_facts_in_them(printed: BrochurePart) -> None:
    first = printed.sections[0]
    assert [(one.kind, one.number, one.picture) for one in first.blocks] == [
        ("text", 0, ""),
        ("picture", 0, "shared/lamps.png"),
        ("step", 1, ""),
        ("picture", 0, "x/b.png"),
        ("step", 2, ""),
        ("text", 0, ""),
    ]
    assert first.blocks[2].lines == (
        (FormattedSpan("Баланс.", "bold"), FormattedSpan(" Проверьте его.")),
        (FormattedSpan("my.sever.test"),),
    )
    assert FormattedSpan("ping -t 1", "code") in first.blocks[4].lines[0]
    assert first.blocks[3] == PrintBlock("picture", picture="x/b.png", caption="Кабинет")


def test_a_heading_is_a_section_and_the_last_says_when_to_call(printed: BrochurePart) -> None:
    assert [(one.heading, one.is_stop) for one in printed.sections] == [
        ("", False),
        (f"Если +7{NO_BREAK_SPACE}000{NO_BREAK_SPACE}555{NO_BREAK_SPACE}молчит", False),
        (f"Когда остановиться и{NO_BREAK_SPACE}позвонить нам", True),
    ]
    assert len(printed.sections[1].blocks[0].lines) == 2


def test_a_picture_that_was_shown_before_is_not_shown_again(printed: BrochurePart) -> None:
    assert printed.pictures == ("shared/lamps.png", "x/b.png")
    assert printed.without_pictures(["shared/lamps.png"]).pictures == ("x/b.png",)


def test_a_body_of_ours_names_its_pictures_by_their_folder() -> None:
    assert build_article("first", "Сначала", "![Шаги](no-internet/check.png)", "ru", {}).pictures == (
        "no-internet/check.png",
    )


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("и в доме", "и~в~доме"),
        ("через 30 секунд", "через 30~секунд"),
        ("Wi-Fi — это радио", "Wi-Fi~— это радио"),
        ("ошибка (код 691)", "ошибка (код~691)"),
        ("снизу: 192.0.2.1 или 11.", "снизу: 192.0.2.1~или~11."),
        ("it is a test", "it is a~test"),
    ],
)
def test_short_words_numbers_and_dashes_are_tied_to_their_neighbours(written: str, printed: str) -> None:
    assert with_no_break_spaces(written) == printed.replace("~", NO_BREAK_SPACE)


def test_ways_to_reach_the_provider_are_those_it_has() -> None:
    labels = {"support_phone": "Phone", "bot": "Telegram", "mail": "Mail", "site": "Site", "cabinet": "Account"}
    assert contact_rows(labels, FACTS, "sever_bot", "") == (
        BrochureFact("Phone", f"+7{NO_BREAK_SPACE}000{NO_BREAK_SPACE}555", "tel:+7000555"),
        BrochureFact("Telegram", "@sever_bot", "https://t.me/sever_bot"),
        BrochureFact("Account", "my.sever.test", "https://my.sever.test/"),
    )
    assert contact_rows(labels, {}, "", "help@a.test") == (BrochureFact("Mail", "help@a.test", "mailto:help@a.test"),)


def test_settings_are_those_that_are_given() -> None:
    labels = {"kind": "Type", "pppoe": "PPPoE", "dhcp": "DHCP", "dns": "DNS", "imap": "IMAP", "smtp": "SMTP"}
    rows = setting_rows(labels, FACTS | {"dns1": "192.0.2.1", "dns2": "192.0.2.2", "dhcp": "False"})
    assert rows == (
        BrochureFact("Type", "PPPoE"),
        BrochureFact("DNS", "192.0.2.1, 192.0.2.2"),
        BrochureFact("IMAP", "imap.test"),
    )
    assert setting_rows(labels, {}) == ()


def test_a_facts_own_marks_stay_characters() -> None:
    assert plain_with_facts("**{{ provider_title }}**", {"provider_title": "AB*CD [DE]"}) == "AB*CD [DE]"
