"""The wire's own limits are kept by us, whatever the order in which lanes ask."""

from __future__ import annotations

from bots.rate_limits import RateLimits, SlidingWindow

CHANNEL = "telegram:desk"


def most_in(times: list[float], seconds: float) -> int:
    return max(sum(1 for other in times if time <= other < time + seconds) for time in times)


def sent(limits: RateLimits, lanes: list[str]) -> list[float]:
    """When each of these goes, if they ask one after the other as soon as they may."""
    now, times = 100.0, []
    for lane in lanes:
        now += limits.delay(lane, now)
        now += limits.book(lane, now)
        times.append(now)
    return times


def test_one_chat_gets_a_short_burst_and_then_one_a_second() -> None:
    times = sent(RateLimits(CHANNEL), [f"{CHANNEL}:42"] * 12)
    assert times[:3] == [100.0] * 3
    assert most_in(times, 3.0) == 3


def test_a_group_gets_twenty_a_minute() -> None:
    times = sent(RateLimits(CHANNEL), [f"{CHANNEL}:-100"] * 50)
    assert most_in(times, 60.0) == 20


def test_the_whole_bot_sends_thirty_a_second() -> None:
    times = sent(RateLimits(CHANNEL), [f"{CHANNEL}:{chat}" for chat in range(200)])
    assert most_in(times, 1.0) == 30


def test_those_who_ask_at_once_get_turns_one_after_the_other() -> None:
    limits = RateLimits(CHANNEL)
    waits = [limits.book(f"{CHANNEL}:{chat}", 0.0) for chat in range(70)]
    assert waits == sorted(waits)
    assert most_in(waits, 1.0) == 30


def test_whoever_would_wait_too_long_takes_no_turn() -> None:
    limits = RateLimits(CHANNEL)
    waits = [limits.book(f"{CHANNEL}:{chat}", 0.0, patience=1.5) for chat in range(90)]
    assert waits[60:] == [waits[60]] * 30
    assert waits[60] > 1.5


def test_what_nobody_waits_for_leaves_five_turns_a_second_free() -> None:
    """A hundred notices come at once, and still five answers go without any delay."""
    limits, notices = RateLimits(CHANNEL), [f"{CHANNEL}:{chat}" for chat in range(100)]
    times = [limits.hold_back(lane, 0.0) for lane in notices]
    assert most_in(times, 1.0) == 25
    for lane in notices[: times.count(0.0)]:
        assert limits.book(lane, 0.0) == 0.0
    answers = [limits.book(f"{CHANNEL}:a{chat}", 0.0) for chat in range(6)]
    assert answers[:5] == [0.0] * 5
    assert answers[5] > 1.0


def test_an_album_counts_as_many_as_it_holds() -> None:
    limits = RateLimits(CHANNEL)
    limits.book(f"{CHANNEL}:-100", 0.0, count=10)
    assert limits.delay(f"{CHANNEL}:-100", 0.0, count=10) == 0.0
    assert limits.delay(f"{CHANNEL}:-100", 0.0, count=11) == 61.0


def test_the_acknowledgement_of_a_button_is_free() -> None:
    limits = RateLimits(CHANNEL)
    assert {limits.book(f"{CHANNEL}:callback:{number}", 0.0) for number in range(100)} == {0.0}
    assert limits.book(f"{CHANNEL}:42", 0.0) == 0.0


def test_silent_chats_are_forgotten() -> None:
    limits = RateLimits(CHANNEL)
    for chat in range(20_000):
        limits.book(f"{CHANNEL}:{chat}", chat * 1.0)
    assert len(limits._chats) <= 2000


def test_more_than_a_window_holds_waits_for_an_empty_one_and_not_for_ever() -> None:
    window = SlidingWindow(3, 3.0)
    assert window.delay(0.0, 10) == 0.0
    window.take(0.0, 10)
    assert window.delay(1.0, 10) == 2.0
    assert window.idle(3.0)


def reaction(number: int) -> str:
    """The lane of a reaction to an agent's line."""
    return f"{CHANNEL}:reaction:-100:remote:{number}"


def test_reactions_count_within_their_group() -> None:
    times = sent(RateLimits(CHANNEL), [reaction(number) if number % 2 else f"{CHANNEL}:-100" for number in range(50)])
    assert most_in(times, 60.0) == 20


def test_reactions_that_wait_go_before_what_else_is_said_in_the_group() -> None:
    limits = RateLimits(CHANNEL)
    for second in range(20):
        limits.book(f"{CHANNEL}:-100", float(second))
    waits = limits.delay(reaction(1), 30.0)
    assert waits == 31.0
    assert limits.delay(f"{CHANNEL}:-100", 30.0) == 32.0, "the next place is the reaction's"
    assert limits.delay(f"{CHANNEL}:42", 30.0) == 0.0
    limits.book(reaction(1), 61.0)
    assert limits.delay(f"{CHANNEL}:-100", 61.0) == 1.0
    # A reaction that was given up keeps nothing.
    limits.delay(reaction(2), 61.0)
    assert limits.delay(f"{CHANNEL}:-100", 65.0) == 0.0


def test_one_chat_that_is_told_to_wait_rests_alone() -> None:
    limits = RateLimits(CHANNEL)
    assert not limits.told_to_wait(f"{CHANNEL}:1", 10.0, 5.0)
    assert not limits.told_to_wait(f"{CHANNEL}:1", 10.5, 5.0)
    assert not limits.told_to_wait(f"{CHANNEL}:2", 20.0, 5.0), "that was long ago"
    assert limits.rest(20.0) == 0.0


def test_notices_have_what_the_answers_of_the_last_second_leave_and_never_nothing() -> None:
    """Ten answers a second leave fifteen for notices and five free; thirty leave the five that notices always have."""
    limits = RateLimits(CHANNEL)
    for chat in range(10):
        limits.book(f"{CHANNEL}:a{chat}", 100.0)
    times = [limits.hold_back(f"{CHANNEL}:{chat}", 100.0) for chat in range(50)]
    assert times.count(0.0) == 15
    limits = RateLimits(CHANNEL)
    for chat in range(30):
        limits.book(f"{CHANNEL}:a{chat}", 100.0)
    times = [limits.hold_back(f"{CHANNEL}:{chat}", 100.0) for chat in range(50)]
    assert times.count(0.0) == 5


def test_several_chats_that_are_told_to_wait_rest_the_bot_and_slow_it_down() -> None:
    """Somebody else sends with our token: we get ten a second. The pace comes back one by one."""
    limits, now = RateLimits(CHANNEL), 100.0
    for chat in range(12):
        now += limits.book(f"{CHANNEL}:{chat}", now)
    assert not limits.told_to_wait(f"{CHANNEL}:10", now, 4.0)
    assert limits.told_to_wait(f"{CHANNEL}:11", now, 4.0)
    assert limits.rest(now) == 4.0
    assert limits.book(f"{CHANNEL}:12", now, patience=2.0) == 4.0, "not booked"
    now += 4.0
    waits = [limits.book(f"{CHANNEL}:a{chat}", now, patience=60.0) for chat in range(70)]
    assert most_in(waits, 1.0) == 7
    for _ in range(300):
        now += 1.0
        limits.was_taken(now)
    waits = [limits.book(f"{CHANNEL}:b{chat}", now, patience=60.0) for chat in range(70)]
    assert most_in(waits, 1.0) == 30
