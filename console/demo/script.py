"""The story the demo tells by itself: Anna in the chat, in Russian; John by mail; Irina, who is helped at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chat.terminal_channel import TerminalUser
from console.demo.actors import ChatSubscriber, DemoAgent, DemoStage, MailSubscriber
from console.demo.desk import StepDidNotHappen, desk_at_work
from console.demo.display import DemoDisplay
from console.demo.folder import PROVIDER
from console.runtime.content_folders import ARTICLES
from console.terminal.rich_output import Output
from desk.model.case import Case
from desk.model.states import CaseState

ANNAS_ANSWERS: Mapping[str, str | Path] = {
    "Помогло?": "not_helped",
    "На чём не работает": "all",
    "Когда это началось": "вчера в 18",
    "команду": "skip",
    "адресу": "Озёрная 12, квартира 15",
    "роутер или терминал": "los",
    "перезагружали": "no",
    "соседей": "yes",
    "менялось": "нет, ничего",
    "фото": ARTICLES / "los-red" / "los.png",
}
JOHNS_ANSWERS = {
    "What's affected": "Every device",
    "When did it start": "since this morning",
    "address": "Yes, that's right",
    "which lights": "WAN is off, the others are on",
    "restarted": "Yes, twice",
    "neighbours": "I don't know",
}


async def play_script(output: Output) -> None:
    """The whole story. Raises `StepDidNotHappen` with the step that failed."""
    display = DemoDisplay(output)
    display.show_intro(
        "This plays one story by itself, in a temporary folder. The desk is real, and so is the mail: IMAP and SMTP "
        "over TLS on the loopback. What the agents see in their group stands in boxes on the right. "
        "Nothing leaves this machine, and all names are made up."
    )
    async with desk_at_work() as desk:
        scene = DemoStage(desk, display)
        await _anna(scene)
        await _john(scene)
        await _irina(scene)
        await _show_record(scene)


async def _anna(scene: DemoStage) -> None:
    anna = ChatSubscriber(scene, TerminalUser(PROVIDER, "anna", "Анна", "ru"))
    maria = DemoAgent(scene, "ivanova", "Мария Иванова")
    scene.display.scene(
        "Anna writes in the chat",
        "In her own words, with her contract in the middle. The desk greets, finds the contract, offers an article.",
    )
    await anna.says("Здравствуйте! второй день нет интернета, договор 40-1187")
    scene.display.comment(
        "It didn't help, so a few questions follow: then nobody has to ask her again. What she has not tried yet she "
        "is shown on the way, and at the end what may help where the fault seems to lie."
    )
    await anna.presses("not_helped")
    await anna.answers(ANNAS_ANSWERS, last="send")
    await _require_state(scene, CaseState.ACKNOWLEDGED, "the case was not opened")

    scene.display.scene("An agent takes the case", "Both talk through the desk: Anna in her chat, Maria in her group.")
    await maria.presses("take")
    await maria.says(
        "Анна, здравствуйте! Проверьте, пожалуйста, плотно ли вставлен этот кабель.", ARTICLES / "wan-off" / "wan.png"
    )
    await anna.says("Вставлен плотно, лампочка всё равно красная")
    scene.display.comment("Maria promises a time. Anna reads it in the chat, and by mail at the address on file.")
    await maria.says("/eta 2h")
    if not (scene.inbound and any("anna@" in str(mail["To"]) for mail in scene.read)):
        raise StepDidNotHappen("Anna was not told the time both in the chat and by mail")
    await maria.says("/resolve Восстановили линию до вашего дома.")
    await _require_state(scene, CaseState.RESOLVED, "the case was not resolved")

    scene.display.scene(
        "Resolved is not closed",
        'Only Anna can say that it works, and all of it: "everything works except the TV" begins like a yes and closes '
        "nothing. Maria reads it at once.",
    )
    await anna.says("всё работает, кроме тв")
    await _require_state(scene, CaseState.RESOLVED, "a yes with a reservation did something")
    await maria.says("Вижу вашу приставку, сейчас включу ей каналы.")
    scene.display.comment("It takes longer, so Anna says no: the same case opens again, under its number.")
    await anna.presses("consent_no")
    await _require_state(scene, CaseState.IN_PROGRESS, "the case was not opened again")
    await anna.says("Приставка пишет, что нет сигнала")
    await maria.says("/resolve Включили каналы на вашей линии, телевизор теперь показывает.")
    await anna.presses("consent_yes")
    await _require_state(scene, CaseState.CLOSED, "the case was not closed")


async def _john(scene: DemoStage) -> None:
    john = MailSubscriber(scene, "John Carter", "john@example.test")
    oleg = DemoAgent(scene, "petrov", "Олег Петров")
    scene.display.scene("John writes a mail", "The same desk in English, by mail: the questions come as one mail.")
    await john.write(
        "Internet is down", "Hello,\n\nno internet since this morning. My contract is 40-2203.\n\nJohn Carter"
    )
    await john.reply("It didn't help.")
    scene.display.comment("John answers below each question, as people do. What hangs on his answers is asked next.")
    await john.answer_inline(JOHNS_ANSWERS)
    await john.answer_inline(JOHNS_ANSWERS)
    await _require_state(scene, CaseState.ACKNOWLEDGED, "the case was not opened")
    await oleg.presses("take")
    await oleg.says("Hello John, we have found a broken port in your building and are changing it now.")
    await john.reply("Thank you, that is good to know.")
    await oleg.presses("eta:60")
    await oleg.says("/resolve The port is changed.")
    await john.reply("Yes, it works. You may close it. Thank you!")
    await _require_state(scene, CaseState.CLOSED, "the case was not closed")


async def _irina(scene: DemoStage) -> None:
    irina = ChatSubscriber(scene, TerminalUser(PROVIDER, "irina", "Ирина", "ru"))
    scene.display.scene(
        "Irina is helped at once", "Most people never need an agent. No number, no card, nobody asks again."
    )
    await irina.says("вайфай очень медленный, договор 40-1078")
    await irina.presses("helped")
    await irina.says("спасибо!")
    await _require_state(scene, CaseState.CLOSED, "the matter was not settled")


async def _show_record(scene: DemoStage) -> None:
    """What the database holds in the end, so that nobody need believe the play alone."""
    scene.display.scene("What is on record", "Every case is closed, and each by its own subscriber's word.")
    cases = await scene.desk.cases()
    said = [f"{_consent_words(scene, case)} ({case.consent['channel']})" for case in cases]
    numbers = [case.number or "no number" for case in cases]
    scene.display.table(
        [(number, case.state, case.contract, words) for number, case, words in zip(numbers, cases, said, strict=True)]
    )
    scene.display.comment("Make a desk of your own: firstline init my-desk")


def _consent_words(scene: DemoStage, case: Case) -> str:
    """What the subscriber agreed with: their own words, or the button they pressed."""
    words = str(case.consent["words"])
    pressed = words in ("consent_yes", "helped")
    return (
        f"[{scene.desk.application.templates.label(PROVIDER, case.language, f'button_{words}')}]"
        if pressed
        else f'"{words}"'
    )


async def _require_state(scene: DemoStage, state: CaseState, otherwise: str) -> None:
    case = (await scene.desk.cases())[-1]
    if case.state != state:
        raise StepDidNotHappen(f"{otherwise}: it is {case.state} ({case.reason})")
