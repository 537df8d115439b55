"""Articles are suggested with the provider's own facts and pictures in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import console
import kb
from desk.language.rich_text import TextSpan
from desk.model import provider_files
from desk.model.messages import FRONT
from desk.model.shared_facts import ArticleSuggestion
from kb.content.article_files import Article, read_folders
from kb.search.knowledge_of_all_providers import KnowledgeOfAllProviders
from tests.kb.article_factory import make_article

PACKAGED = Path(kb.__file__).parent / "articles"
PROVIDERS = provider_files.load_all(Path(console.__file__).parent / "sample" / "providers")
ARTICLES = list(read_folders([PACKAGED]).values())


def packaged_folder(_provider: str) -> Sequence[Path]:
    return [PACKAGED]


def packaged_knowledge(*more: Article) -> KnowledgeOfAllProviders:
    return KnowledgeOfAllProviders(PROVIDERS, packaged_folder, [*ARTICLES, *more])


def best_suggestion(
    known: KnowledgeOfAllProviders, provider: str, text: str, language: str = "ru"
) -> ArticleSuggestion:
    return known.suggest(provider, text, language).best[0]


def test_each_provider_tells_its_own_dns_addresses() -> None:
    known = packaged_knowledge()
    sever, volga = (best_suggestion(known, name, "какие у вас днс адреса") for name in ("sever", "volga"))
    assert sever.article == volga.article == "dns-addresses"
    assert "192.0.2.53\n" in sever.text.plain
    assert "192.0.2.153\n" in volga.text.plain
    assert "192.0.2.153" not in sever.text.plain


def test_an_article_comes_with_its_title_in_bold_and_its_pictures_as_files() -> None:
    best = best_suggestion(packaged_knowledge(), "sever", "второй день нет интернета")
    assert best.text.plain.startswith("Нет интернета: быстрая проверка за 5 минут\n\nЧаще всего")
    assert best.text.marks[0] == TextSpan("bold", 0, len(best.title))
    assert [one.source for one in best.pictures] == [
        f"content:{PACKAGED}/no-internet/check.png",
        f"content:{PACKAGED}/shared/lamps.png",
    ]
    assert all(one.kind == "photo" and one.media_type == "image/png" and one.size > 1000 for one in best.pictures)
    assert (best.dialog, best.category, best.sure) == ("no_internet", "technical", True)


def test_a_shared_front_desk_tells_no_providers_facts() -> None:
    best = best_suggestion(packaged_knowledge(), FRONT, "какие у вас smtp и imap сервера")
    assert best.article == "mail-settings"
    assert ".test" not in best.text.plain
    assert "+7" not in best.text.plain
    assert "{{" not in best.text.plain


def test_a_providers_own_article_serves_only_its_subscribers() -> None:
    known = packaged_knowledge(
        make_article("no-internet", "нет интернета", provider="volga", language="ru", body="Наш совет.")
    )
    assert best_suggestion(known, "volga", "нет интернета").text.plain == "нет интернета\n\nНаш совет."
    assert best_suggestion(known, "sever", "нет интернета").title == "Нет интернета: быстрая проверка за 5 минут"
    assert best_suggestion(known, "volga", "горит красный лос").article == "los-red"


def test_what_is_not_validated_or_not_for_outside_is_never_shown() -> None:
    draft = make_article("samovar", "самовар не кипит", language="ru")
    for change in ({"confidence": "work_in_progress"}, {"audience": "internal"}, {"confidence": "archived"}):
        edition = dataclasses.replace(draft.editions["ru"], **change)  # type: ignore[arg-type]
        hidden = dataclasses.replace(draft, editions={"ru": edition})
        assert packaged_knowledge(hidden).suggest("sever", "самовар не кипит", "ru").best == ()
    assert best_suggestion(packaged_knowledge(draft), "sever", "самовар не кипит").article == "samovar"


def test_a_provider_withdraws_a_shared_article_by_archiving_its_own() -> None:
    own = make_article("los-red", "горит красный лос", provider="sever", language="ru")
    archived = dataclasses.replace(own.editions["ru"], confidence="archived")
    known = packaged_knowledge(dataclasses.replace(own, editions={"ru": archived}))
    assert "los-red" not in [one.article for one in known.suggest("sever", "горит красный лос", "ru").best]
    assert best_suggestion(known, "volga", "горит красный лос").article == "los-red"


def test_a_refresh_takes_the_new_articles_in_place_of_all() -> None:
    known = packaged_knowledge()
    known.refresh([make_article("samovar", "самовар не кипит", language="ru")])
    assert best_suggestion(known, "sever", "самовар не кипит").article == "samovar"
    assert known.suggest("sever", "нет интернета", "ru").best == ()


def test_a_picture_that_was_taken_away_does_not_keep_the_words_from_being_said() -> None:
    known = KnowledgeOfAllProviders(PROVIDERS, lambda provider: [], ARTICLES)
    best = best_suggestion(known, "sever", "нет интернета")
    assert best.pictures == ()
    assert best.text


def test_nothing_is_offered_when_nothing_fits() -> None:
    assert packaged_knowledge().suggest("sever", "закажите мне пиццу", "ru").best == ()


def test_a_contract_number_of_any_provider_leaves_the_sentence() -> None:
    volga = dataclasses.replace(PROVIDERS["volga"], contract_shape="ЛС-AA-999")
    known = KnowledgeOfAllProviders(dict(PROVIDERS) | {"volga": volga}, packaged_folder, ARTICLES)
    plain = known.suggest("sever", "какие у вас днс адреса", "ru")
    numbered = known.suggest("sever", "какие у вас днс адреса, договор ЛС-AB-691", "ru")
    assert [(one.article, one.score) for one in numbered.best] == [(one.article, one.score) for one in plain.best]
