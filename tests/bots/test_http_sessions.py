"""The sessions that bots send through."""

from bots.http_sessions import HttpSessions


async def test_bots_of_one_server_share_a_session_and_others_do_not() -> None:
    lines = HttpSessions()
    assert lines.to("https://one.test") is lines.to("https://one.test")
    assert lines.to("https://one.test") is not lines.to("https://two.test")
    await lines.close()
