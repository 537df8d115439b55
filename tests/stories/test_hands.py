"""Cases pass from hand to hand without a seam, over every channel and on both databases."""

from __future__ import annotations

import pytest

from desk.model.case import Case
from tests.peers.botapi import BotApi
from tests.prepared_desks import DeskFiles, agents_undo_within
from tests.stories.agents_group.test_words import MATTER, taken
from tests.stories.conftest import Newcomer
from tests.stories.desk import AgentsGroup, Desk, eventually
from tests.stories.subscribers import Subscriber
from tests.stories.test_agents import audited

PETROV = 700002


async def case_is(desk: Desk, **wanted: str) -> Case:
    """Waits until the first case has these values."""

    async def so() -> Case | None:
        (case, *_) = await desk.cases()
        return case if all(getattr(case, name) == value for name, value in wanted.items()) else None

    found = await eventually(so)
    assert found is not None
    return found


async def test_a_case_waits_for_its_subscriber_and_goes_on_with_the_answer(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """They read in plain words what is needed; what agents told each other stays with them."""
    card = await taken(subscriber, agents)
    await agents.replies(card, "/pend доступ Когда можно подняться на чердак?")
    asked = await subscriber.hears("case_pended", reason="no_access")
    assert "Когда можно подняться на чердак?" in asked.text
    await case_is(desk, state="pending", reason="no_access")
    await subscriber.says("Ключ от чердака у консьержа, приходите завтра")
    await case_is(desk, state="inProgress", owner="ivanova")
    await agents.reads("Ключ от чердака")
    await agents.replies(card, "/hold подрядчик КАНАРЕЙКА наряд 77")
    await subscriber.hears("case_held", reason="third_party")
    await case_is(desk, state="held", reason="third_party")
    await agents.presses(card, "resume", says="move_done")
    await subscriber.hears("case_resumed")
    await case_is(desk, state="inProgress")
    assert not any("КАНАРЕЙКА" in one or "third_party" in one for one in subscriber.everything())


async def test_a_case_goes_from_hand_to_hand_and_its_subscriber_hears_a_name_only_with_words(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup, api: BotApi
) -> None:
    """To a team with a summary, taken there, asked about, escalated, released: nothing of it is said."""
    card = await taken(subscriber, agents)
    oleg = AgentsGroup(desk, agents.group, api.user(PETROV, "Олег", language_code="ru"))
    await agents.replies(card, "/handover field КАНАРЕЙКА затухание 28 дБ")
    told = await agents.sees("agents_moved", operation="hand_over")
    assert "Мария Иванова" in told.words
    assert "Выездные мастера" in told.words
    await case_is(desk, owner="", queue="queue:field", state="inProgress")
    await oleg.presses(card, "take", says="taken")
    await case_is(desk, owner="petrov")
    await oleg.replies(card, "/consult noc КАНАРЕЙКА видели такое?")
    await agents.sees("agents_consulted")
    await oleg.replies(card, "/escalate КАНАРЕЙКА не хватает прав")
    await agents.sees("refused_facts_missing")
    await oleg.replies(card, "/class severity=critical КАНАРЕЙКА больница")
    await oleg.replies(card, "/escalate КАНАРЕЙКА не хватает прав")
    await agents.sees("agents_moved", operation="escalate")
    await case_is(desk, level="L3", owner="petrov")  # the policy had raised the critical case to level two by itself
    await oleg.replies(card, "/handover ivanova КАНАРЕЙКА твой район")
    await case_is(desk, owner="ivanova")
    await oleg.replies(card, "/release КАНАРЕЙКА")
    await case_is(desk, owner="", queue="queue:field")
    await subscriber.hears_nothing()
    await oleg.replies(card, "Добрый день, мастер будет в 18")
    words = await subscriber.reads("мастер будет в 18")
    assert "Олег Петров" in words.text
    assert not any("КАНАРЕЙКА" in one for one in subscriber.everything())
    (case, *_) = await desk.cases()
    operations = [operation for _, operation, number, outcome in await audited(desk) if number == case.number]
    done = ["take", "hand_over", "take", "consult", "escalate", "classify", "escalate", "hand_over", "release", "reply"]
    assert operations == done


async def test_what_cannot_be_done_is_refused_with_a_reason(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """A reason that is none, a team that is none, no summary, a rejection too late."""
    card = await taken(subscriber, agents)
    for words, code in (
        ("/hold лень", "reason_unknown"),
        ("/handover mars почему", "no_such_receiver"),
        ("/handover field", "summary_missing"),
        ("/reject спам", "too_late_to_reject"),
        ("/resume", "not_waiting"),
        ("/class severity=huge почему", "class_unknown"),
        ("/merge SN-2026-999999-9", "no_such_case"),
    ):
        await agents.replies(card, words)
        await agents.sees(f"refused_{code}")
    await case_is(desk, state="inProgress", owner="ivanova")
    await subscriber.hears_nothing()


async def test_spam_is_rejected_silently_and_a_withdrawn_case_is_not(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    await subscriber.says(MATTER)
    card = await agents.sees("card", state="acknowledged")
    await subscriber.catches_up()
    await agents.replies(card, "/spam")
    await case_is(desk, state="rejected", reason="spam")
    await subscriber.hears_nothing()


async def test_a_case_is_classed_with_a_reason_and_its_card_shows_it(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """Severity and impact come from the share of those affected, priority from impact and urgency."""
    card = await taken(subscriber, agents)
    await agents.replies(card, "/class affected=25/100 component=access_node узел лежит")
    case = await case_is(desk, severity="critical", impact="extensive")
    await agents.replies(card, "/class priority=P3 урок перенесли")
    case = await case_is(desk, priority="P3")
    noted = [entry for entry in await desk.journal(case) if entry.kind == "case_classified"]
    assert [entry.data["what"] for entry in noted] == ["severity", "impact", "priority", "priority"]
    assert {entry.text for entry in noted} == {"узел лежит", "урок перенесли"}

    async def shown() -> bool:
        return "P3" in card.words

    await eventually(shown)
    await subscriber.hears_nothing()


@pytest.mark.channels("telegram", because="agents work in their group, wherever the subscriber writes")
async def test_agents_see_their_own_cases_a_queue_and_what_they_search_for(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """And an order that names no case says which ones may be meant."""
    await taken(subscriber, agents)
    (case, *_) = await desk.cases()
    number = str(case.number)
    for words, listed in (("/mine", "list_mine"), ("/find 40-1187", "find_cases"), ("/find ИНТЕРНЕТ", "find_cases")):
        await agents.agent.says(agents.group, words)
        assert number in (await agents.sees("agents_list", list=listed)).words
    await agents.agent.says(agents.group, "/queue")
    assert number not in (await agents.sees("agents_list", list="list_queue")).words
    await agents.agent.says(agents.group, "/resolve")
    assert number in (await agents.sees("refused_which_case")).words
    await case_is(desk, state="inProgress")


@pytest.mark.channels("telegram", because="agents work in their group, wherever the subscriber writes")
async def test_what_the_card_has_no_place_for_is_behind_one_button(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    card = await taken(subscriber, agents)
    await agents.presses(card, "more")
    more = await agents.sees("agents_choices", of="more")
    await agents.presses(more, "ask:hold")
    reasons = await agents.sees("agents_choices", of="hold")
    await agents.presses(reasons, "hold:spare_part", says="move_done")
    await subscriber.hears("case_held", reason="spare_part")
    await agents.presses(more, "ask:hand_over")
    assert "field" in (await agents.sees("agents_choices", of="hand_over")).words


SECONDS = 30


class TestSlips:
    """What an agent takes back within the minute."""

    @pytest.fixture
    def desk_files(self, desk_files: DeskFiles) -> DeskFiles:
        agents_undo_within(desk_files.root / "providers", SECONDS)
        return desk_files

    async def test_a_slip_is_taken_back_and_the_subscriber_never_hears_of_it(
        self, desk: Desk, subscriber: Subscriber, agents: AgentsGroup
    ) -> None:
        card = await taken(subscriber, agents)
        await agents.replies(card, "/cancel")
        moved = await agents.sees("agents_moved", operation="cancel")
        await case_is(desk, state="cancelled")
        await agents.presses(moved, "undo:move", says="move_undone")
        await case_is(desk, state="inProgress", owner="ivanova")
        await agents.replies(card, "/handover field не туда")
        await case_is(desk, owner="")
        await agents.replies(card, "/undo")
        await case_is(desk, owner="ivanova")
        desk.later(minutes=2)
        await subscriber.hears_nothing()
        await agents.replies(card, "/undo")
        await agents.sees("refused_nothing_to_take_back")


@pytest.mark.channels("telegram", because="the second matter is told from the first in the same way everywhere")
async def test_two_cases_of_one_person_go_on_as_one_and_the_old_number_leads_there(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup, newcomer: Newcomer
) -> None:
    """What is said under the old number reaches the other one; a case of somebody else is refused."""
    card = await taken(subscriber, agents)
    await subscriber.says("Ещё один вопрос: за что списали 300 рублей, позовите оператора")
    second_card = await agents.sees("card", state="acknowledged")
    await subscriber.catches_up()
    stranger = newcomer("Борис")
    await stranger.says(MATTER)
    await stranger.hears("registered")
    first, second, others = await desk.cases()
    await agents.replies(second_card, f"/merge {others.number}")
    await agents.sees("refused_cannot_merge")
    await agents.replies(second_card, f"/merge {first.number} об одном")
    await subscriber.hears("case_merged", into=str(first.number))
    await agents.sees("agents_merged", other=str(second.number))
    await subscriber.says(f"{second.number}: что нового?")
    await agents.reads("что нового?")
    await agents.agent.says(agents.group, f"#{second.number} Проверяем и то и другое")
    await subscriber.reads("Проверяем и то и другое")
    await desk.settled()
    first, second, *_ = await desk.cases()
    assert (second.state, second.reason) == ("rejected", "duplicate")
    assert first.related[-1]["kind"] == "hasDuplicate"
    spoken = [one.text for one in await desk.journal(first) if one.kind == "dialogue"]
    assert any("что нового?" in one for one in spoken)
    assert "Проверяем и то и другое" in spoken
    assert card.words
