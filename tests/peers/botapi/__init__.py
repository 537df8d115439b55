"""Telegram's Bot API on loopback: real HTTP, Telegram's checks and refusals, people with clients, and faults on order.

emulator = await BotApi.start()
bot = emulator.bot("42:secret", username="desk_bot")
anna = emulator.user(7, "Anna", language_code="ru")
await anna.starts(bot)
menu = await anna.hears("How can I help?")
await anna.presses(menu, "No internet")
"""

from tests.peers.botapi.bots import Bot, Query
from tests.peers.botapi.chats import Group
from tests.peers.botapi.faults import Fault
from tests.peers.botapi.messages import Button, Call, Message
from tests.peers.botapi.server import BotApi
from tests.peers.botapi.users import User

__all__ = ["Bot", "BotApi", "Button", "Call", "Fault", "Group", "Message", "Query", "User"]
