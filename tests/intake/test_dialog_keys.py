"""Every key of a dialog does what it says, over buttons and in letters, by the desk's own rules."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from desk.language.conditions import CompiledCondition
from desk.model.acts import Facts, SayTemplate
from desk.model.case import Case
from desk.model.dialog_state import DialogState
from desk.model.journal import CaseRouted, DialogStarted
from desk.model.messages import FRONT
from desk.model.provider_files import Provider, RoutingRule
from desk.model.shared_facts import Identification, Outage
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import contents
from intake.dialog_set_lookup import DialogSetLookup, store_dialog_sources
from intake.engine.dialog_context import dialog_of, values_of
from intake.engine.dialog_set import DialogSet
from intake.engine.letters.questions import MOST_QUESTIONS, first_letter_questions, letter_questions
from intake.engine.model import Dialog
from tests.intake.examples import DIALOG_FOLDER, NO_INTERNET, PACKAGED, small_dialog
from tests.intake.talk import ACCOUNT, TEAMS, Talk

TRIED = small_dialog(
    (
        '[[ask]]\nid = "note"',
        """[[ask]]
id = "tried"
type = "yesno"
text = { ru = "Пробовали?", en = "Tried?" }
selfhelp = "kb:restart"

[[ask]]
id = "note\"""",
    )
)
SUGGESTS = small_dialog(("[outcome]", '[outcome]\nsuggest = { unknown = ["kb:gone", "kb:cable"] }'))
PROVED = Identification(ACCOUNT, "", True)


def begun(talk: Talk) -> Talk:
    """The first words, and past the contract."""
    talk.says("проба")
    return talk.presses("no_contract") if talk.case.expecting.owner == "identifier" else talk


class TestSelfhelp:
    def test_no_shows_the_article_and_what_did_not_help_goes_on_with_the_next_question(self) -> None:
        talk = begun(Talk(TRIED, ["restart"])).presses("here").presses("no")
        assert talk.shown == "article restart"
        assert talk.words[-2:] == ["try_this", "did_this_help"]
        talk.presses("not_helped")
        assert (talk.words, talk.shown) == (["sorry_go_on"], "Что?")
        talk.says("не знаю").presses("send")
        assert talk.case.registered
        assert talk.case.articles == ["restart"]
        assert talk.case.answers["tried"]["value"] is False, "what was answered before is kept"
        assert any(one.endswith("пробовали, не помогло") for one in talk.case.present)

    def test_what_helped_settles_the_matter(self) -> None:
        talk = begun(Talk(TRIED, ["restart"])).presses("here").presses("no").presses("helped")
        assert (talk.case.state, talk.case.registered) == ("closed", False)

    @pytest.mark.parametrize(("answer", "articles"), [("yes", ["restart"]), ("unknown", ["restart"]), ("no", [])])
    def test_who_tried_it_or_cannot_be_shown_it_is_simply_asked_on(self, answer: str, articles: list[str]) -> None:
        assert begun(Talk(TRIED, articles)).presses("here").presses(answer).shown == "Что?"

    def test_a_no_in_a_letter_gets_the_article_in_the_next(self) -> None:
        talk = Talk(TRIED, ["restart"], batch=True).says("проба").says("1) там\n2) нет")
        assert (talk.shown, talk.case.expecting.owner) == ("article restart", "self_help")
        talk.says("не помогло")
        assert talk.case.registered

    @pytest.mark.parametrize("words", ["интернет появился, но медленный", "it's back but slow"])
    def test_a_line_that_is_back_but_slow_is_no_article_in_vain(self, words: str) -> None:
        talk = begun(Talk(TRIED, ["restart"])).presses("here").presses("no").says(words)
        assert talk.words == ["back_but_slow"]
        assert talk.case.open

    @pytest.mark.parametrize("words", ["не помогло, медленно", "не заработало, всё медленно"])
    def test_who_says_only_that_it_is_slow_is_not_told_that_it_is_back(self, words: str) -> None:
        talk = begun(Talk(TRIED, ["restart"])).presses("here").presses("no").says(words)
        assert "back_but_slow" not in talk.words

    def test_by_mail_one_article_is_enough(self) -> None:
        talk = Talk(TRIED, ["restart"], batch=True).says("проба")
        talk.case.articles = ["first"]
        assert talk.says("1) там\n2) нет").case.registered


class TestSuggest:
    def test_who_tried_one_more_is_thanked_for_it_and_not_pitied_again(self) -> None:
        talk = begun(Talk(SUGGESTS, ["cable"]))
        talk.case.articles = ["first"]
        assert talk.presses("there").presses("not_helped").words[0] == "sorry_once_more"

    def test_the_zones_article_is_offered_once_before_the_case_is_opened(self) -> None:
        talk = begun(Talk(SUGGESTS, ["cable"])).presses("there")
        assert (talk.shown, talk.case.expecting.owner, talk.case.registered) == ("article cable", "self_help", False)
        talk.presses("not_helped")
        assert (talk.case.expecting.owner, talk.words) == ("summary", ["sorry_go_on", "summary"])
        talk.presses("change").presses("redo_scope").presses("there")
        assert talk.case.expecting.owner == "summary", "not a second time"
        talk.presses("send")
        assert talk.case.registered

    def test_in_a_letter_too(self) -> None:
        talk = Talk(SUGGESTS, ["cable"], batch=True).says("проба").says("1) там")
        assert (talk.shown, talk.case.registered) == ("article cable", False)
        assert talk.says("помогло, спасибо").case.state == "closed"

    def test_an_article_declined_before_is_not_offered_again(self) -> None:
        talk = begun(Talk(SUGGESTS, ["gone", "cable"]))
        talk.case.articles = ["cable"]
        assert talk.presses("there").case.expecting.owner == "summary"

    def test_whoever_is_upset_goes_straight_on(self) -> None:
        talk = begun(Talk(SUGGESTS, ["cable"]))
        talk.case.upset = True
        talk.presses("there")
        assert talk.case.registered, "who is upset is not asked whether the summary is right"
        assert "summary_told" in talk.words

    def test_how_an_account_stands_is_not_told_by_an_article(self) -> None:
        """Somebody who typed another's contract must not learn from the article offered that it is blocked (G8)."""
        zone = '[[zone]]\nid = "debt"\nwhen = "account_blocked"\nsure = 1\n\n[[zone]]\nid = "unknown"'
        suggests = '[outcome]\nsuggest = { debt = ["kb:debt"] }'
        dialog = small_dialog(('[[zone]]\nid = "unknown"', zone), ("[outcome]", suggests))
        blocked = replace(ACCOUNT, status="blocked")
        stranger = Talk(dialog, ["debt"], identified=Identification(blocked)).says("проба").presses("there")
        assert (stranger.case.expecting.owner, stranger.case.fault_zone) == ("summary", "debt"), (
            "the agents do learn it"
        )
        holder = Talk(dialog, ["debt"], identified=Identification(blocked, "", True)).says("проба")
        assert "lane_blocked" in holder.words, "the balance comes before any question"
        holder.presses("balance_not").presses("there")
        assert holder.shown == "article debt"


class TestRoute:
    FORM = small_dialog(('queue = "l1"', 'queue = "noc"'))

    def routed(self, provider: Provider) -> tuple[str, str, str]:
        talk = begun(Talk(self.FORM, provider=provider)).presses("there").presses("send")
        routed = next(one for one in talk.records if isinstance(one, CaseRouted))
        return routed.target, routed.decided_by, routed.source

    def test_a_case_that_no_line_of_the_policy_takes_goes_to_the_team_of_its_dialog(self) -> None:
        provider = Provider("sever", {}, teams=TEAMS)
        assert self.routed(provider) == ("group:noc", "dialog", "small")

    def test_the_policy_comes_first_and_may_look_at_what_the_dialog_proposes(self) -> None:
        first = RoutingRule(CompiledCondition.of("dialog_queue == 'noc' and category == 'technical'"), "queue:l1")
        provider = Provider("sever", {}, teams=TEAMS, routes=(first,), policy_version="7")
        assert self.routed(provider) == ("queue:l1", "policy", "7")

    def test_a_team_the_provider_lacks_is_nobodys_target(self) -> None:
        assert self.routed(Provider("sever", {}))[0] == "queue:l1"


class TestNeeds:
    NEEDS = small_dialog(("match", 'needs = ["entitlement"]\nmatch'))

    def test_a_dialog_that_needs_the_entitlement_asks_whose_contract_it_is_before_its_questions(self) -> None:
        assert Talk(self.NEEDS).says("проба").words == ["greeting", "ask_contract"]
        assert "contract_by_mail" in Talk(self.NEEDS, batch=True).says("проба").words

    def test_one_that_needs_nothing_begins_at_once(self) -> None:
        talk = Talk(small_dialog()).says("проба")
        assert (talk.words, talk.shown) == (["greeting", "questions_begin"], "Где?")
        assert "contract_by_mail" not in Talk(small_dialog(), batch=True).says("проба").words

    def test_a_front_desk_has_to_know_whose_subscriber_it_is(self) -> None:
        assert Talk(small_dialog(), provider=Provider(FRONT, {"ru": "Север"})).says("проба").words[-1] == "ask_contract"


class TestVersion:
    def test_the_journal_tells_which_version_asked(self) -> None:
        assert DialogStarted("small", "1") in Talk(small_dialog()).says("проба").records

    def test_a_case_goes_on_with_the_questions_it_began_with(self) -> None:
        old, new = small_dialog(), small_dialog(("Что?", "Что именно?"), ("version = 1", "version = 2"))
        talk = Talk(old).says("проба")
        talk.dialogs = DialogSet({"small": new}, {new.hash: new}).with_former_versions([old])
        assert talk.presses("here").shown == "Что?"

    def test_where_the_old_text_is_gone_the_answers_are_taken_over_into_the_new_one(self) -> None:
        """Nothing that was answered is lost, not even what the new version does not ask."""
        old = small_dialog()
        changed = (
            ('id = "note"', 'id = "detail"'),
            ('id = "here"', 'id = "home"'),
            ("scope == 'here'", "scope != 'there'"),
        )
        new = small_dialog(*changed, ("Что?", "Что именно?"))
        talk = Talk(old).says("проба").presses("here")
        talk.dialogs = DialogSet({"small": new}, {new.hash: new})
        talk.says("кабель жёлтый")
        assert (talk.shown, talk.case.dialog_state.dialog_hash) == ("Что именно?", new.hash)
        talk.says("и мигает")
        assert "кабель жёлтый" in talk.case.description
        summary = next(act for act in talk.acts if isinstance(act, SayTemplate))
        assert summary.names["lines"] == ["Где? here", "Что именно? и мигает"]

    async def test_a_version_once_used_is_kept_by_its_hash(self, tmp_path: Path) -> None:
        """Its pictures are those beside the one in use; a text that is no good any more gives way to that one."""
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}")
        async with database.work() as connection:
            await connection.run_sync(contents.create)
        source = NO_INTERNET.source.replace("version       = 3", "version       = 9")
        digest = hashlib.sha256(source.encode()).hexdigest()
        await store_dialog_sources(database, {digest: source, "bad": "schema = 9"})
        lookup = DialogSetLookup(database, {"sever": [DIALOG_FOLDER]})

        async def of(dialog_hash: str) -> Dialog:
            case = Case(provider="sever", id=1, person_id=1, dialog="no_internet")
            case.dialog_state = DialogState(dialog_hash=dialog_hash)
            facts = Facts([Provider("sever", {})])
            dialogs: Any = await lookup(cast("Any", SimpleNamespace(case=case, facts=facts)))
            found = dialog_of(case, Facts([dialogs]))
            assert found
            return found

        kept = await of(digest)
        assert (kept.version, kept.hash, kept.folder) == (9, digest, DIALOG_FOLDER)
        assert await of("bad") == await of("never seen") == NO_INTERNET
        await database.close()


class TestMaxQuestionsAndEmailBatch:
    def test_a_letter_holds_as_many_questions_as_the_dialog_says_and_the_next_has_the_rest(self) -> None:
        talk = Talk(small_dialog(("match", "email_batch = 1\nmatch")), batch=True).says("проба")
        assert "Что?" not in talk.shown
        talk.says("1) здесь")
        assert (talk.shown, talk.case.registered) == ("Что?", False), "a single question has no number"
        assert talk.says("1) кабель").case.registered

    def test_what_a_letter_left_open_is_not_asked_again(self) -> None:
        dialog = small_dialog(("match", "email_batch = 2\nmatch"), ("when = \"scope == 'here'\"\n", ""))
        talk = Talk(dialog, batch=True).says("проба")
        assert "2) Что?" in talk.shown
        assert talk.says("1) здесь").case.registered

    def test_a_mail_nobody_understands_is_answered_with_the_questions_once(self) -> None:
        dialog = small_dialog(("match", "email_batch = 2\nmatch"))
        talk = Talk(dialog, batch=True).says("проба").says("1) гипотенуза")
        assert (talk.words, talk.case.registered) == (["letter_not_understood"], False)
        assert talk.says("1) гипотенуза").case.registered, "the second time an agent reads it"

    def test_no_more_is_asked_in_all_letters_than_the_dialog_allows(self) -> None:
        dialog = small_dialog(("match", "email_batch = 1\nmax_questions = 1\nmatch"))
        assert Talk(dialog, batch=True).says("проба").says("1) здесь").case.registered

    def test_a_letter_never_asks_more_than_four_things(self) -> None:
        for dialog in PACKAGED.in_use.values():
            assert 0 < len(first_letter_questions(dialog)) <= MOST_QUESTIONS
        everything = {"scope": {"value": "all"}}
        assert len(letter_questions(NO_INTERNET, everything, {"outage_active": False})) == MOST_QUESTIONS


class TestOfAQuestion:
    def test_a_picture_comes_with_its_question_in_a_chat_and_in_a_letter(self) -> None:
        for batch in (False, True):
            talk = Talk(NO_INTERNET, batch=batch, identified=PROVED).says("нет интернета")
            if batch:
                talk.says("1) на всех")
            else:
                talk.presses("all").presses("now")
            assert talk.files == ["router_lights.png"]
            assert "На картинке всё в порядке" in talk.shown, "and its hint"
        assert (DIALOG_FOLDER / "router_lights.png").is_file()

    def test_what_is_on_file_is_shown_and_not_asked_at_both_channels(self) -> None:
        chat = Talk(NO_INTERNET, identified=PROVED).says("нет интернета").presses("one").presses("now").presses("skip")
        while chat.case.expecting.owner == "question":
            chat.presses("skip")
        summary = next(act for act in chat.acts if isinstance(act, SayTemplate) and act.template == "summary")
        assert any("Озёрная, 12" in line for line in cast("list[str]", summary.names["lines"]))
        letter = Talk(NO_INTERNET, batch=True, identified=PROVED).says("нет интернета")
        assert "Озёрная" not in letter.shown
        letter.says("1) на одном\n2) вчера")
        assert chat.case.answers["place"] == letter.case.answers["place"]
        assert chat.case.answers["place"]["from"] == {"file": "service.address"}
        assert letter.case.place == "Озёрная, 12"

    def test_a_number_out_of_bounds_is_asked_for_again_and_the_bounds_are_told(self) -> None:
        dialog = small_dialog(('type = "text"', 'type = "number"\nconstraint = { min = 1, max = 20000000 }'))
        talk = Talk(dialog).says("проба").presses("here")
        assert talk.shown.endswith("Число от 1 до 20000000")
        assert talk.says("0").words == ["not_understood"]
        assert talk.says("7").case.answers["note"]["value"] == 7
        letter = Talk(dialog, batch=True).says("проба").says("1) здесь\n2) 0")
        assert letter.shown.endswith("Число от 1 до 20000000"), "what hangs on an answer waits for the next letter"
        assert letter.says("0").case.answers["note"]["value"] is None
        assert "2) 0" in letter.case.description, "kept for the agent"

    def test_an_option_may_tell_the_zone(self) -> None:
        dialog = PACKAGED.in_use["billing"]
        assert Talk(dialog).says("баланс").presses("no_contract").presses("balance").case.answers["kind"]
        letter = Talk(dialog, batch=True).says("баланс").says("1) баланс\n2) вчера")
        assert (letter.case.fault_zone, letter.case.zone_sure) == ("isp_service", 0.8)


def test_what_a_letter_cannot_wait_for_is_asked_for_as_the_case_opens() -> None:
    """By mail a photo or a command's output goes to the agent in answer to the letter with the number."""
    talk = Talk(NO_INTERNET, batch=True).says("нет интернета").says("1) на всех\n2) вчера\nкрасный LOS")
    assert talk.case.registered
    assert "requests_by_mail" in talk.words
    assert "Пришлите, пожалуйста, фото роутера" in talk.shown


def test_outages_are_not_fed_yet() -> None:
    """No look-up gives an `Outage`: until one does, no dialog finds one, and none waits for it."""
    talk = Talk(NO_INTERNET).says("нет интернета")
    assert values_of(talk.case, Facts())["outage_active"] is False
    assert values_of(talk.case, Facts([Outage()]))["outage_active"] is True
