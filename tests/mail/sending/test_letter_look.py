"""How a letter reads: its words as HTML and as text, the provider's name, colour and logo, and answers to be picked."""

from __future__ import annotations

import re
from dataclasses import replace
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest

import console.sample
from desk.language.rich_text import literal, parse_markdown
from desk.model.branding.brand import Brand, Logo
from desk.model.branding.picture_header import PictureHeader, read_picture_header
from desk.model.messages import Address, File, OutboundMessage, QuotedHistoryMessage, RenderedButton, Sent
from desk.model.settings import MailboxSettings, MailServer, Secret
from mail.replies.quotes import fold_quotes
from mail.sending.colours import DARK_PAGE, READABLE, READABLE_IN_THE_DARK, WHITE, accent_of, contrast
from mail.sending.render import MAX_HTML_BYTES, MailRenderer
from mail.sending.reply_links import LONGEST_SUBJECT, reply_head
from mail.sending.untagged_letters import without_tag
from tests.mail.conftest import Hall
from tests.mail.sending.test_sending import departure
from tests.peers.mail_servers import MailServers
from tests.peers.received_mail import prefilled_answers

TOKEN = "k1a-abcdefghijklmnop"
IVAN = Address("mail", "mail:support", "ivan@mail.test")
PHOTO = File("роутер.png", "photo", "image/png", 4, "content:router.png", "Роутер: горит красный LOS")
NOWHERE = MailServer("smtps", "", "", 0)
LOGO_FILE = Path(console.sample.__file__).parent / "providers" / "sever" / "logo.png"
LOGO = Logo("logo.png", "content:logo", "image/png", 8000, 400, 80)
YES_OR_NO = ((RenderedButton("consent_yes", "Да, работает, закройте"), RenderedButton("consent_no", "Нет")),)
_LOOKS = re.compile(r' (?:style|class)="[^"]*"')


@pytest.fixture(scope="module")
def renderer() -> MailRenderer:
    return MailRenderer(MailboxSettings("support", "help@sever.test", NOWHERE, NOWHERE, Secret("")))


def outgoing(text: str = "Здравствуйте! **Проверьте** кабель.", **more: object) -> OutboundMessage:
    whole = {"key": "12.1", "subject": "Нет интернета", "token": TOKEN, "sender": "Северная сеть"} | more
    return OutboundMessage(to=IVAN, text=parse_markdown(text), **whole)  # type: ignore[arg-type]


class Letters:
    """Letters as they are rendered; ``plain_html`` leaves out how things look."""

    def __init__(self, renderer: MailRenderer, what: OutboundMessage) -> None:
        (call,) = renderer.render(what)
        self.body = call.body
        self.text, self.html = str(call.body["text"]), str(call.body["html"])
        self.plain_html = _LOOKS.sub("", self.html)


class TestWords:
    def test_a_strangers_words_never_become_html(self, renderer: MailRenderer) -> None:
        words = "<img src=x onerror=alert(1)> **a** [b](javascript:c) {{7*7}}"
        letter = Letters(renderer, replace(outgoing(), text=literal(words)))
        assert "&lt;img src=x onerror=alert(1)&gt; **a** [b](javascript:c) {{7*7}}" in letter.html

    def test_only_addresses_of_known_kinds_become_links(self, renderer: MailRenderer) -> None:
        letter = Letters(renderer, outgoing("[да](https://sever.test/a?b=1&c) [нет](javascript:alert)"))
        assert '<a href="https://sever.test/a?b=1&amp;c">да</a> нет' in letter.plain_html
        assert "да (https://sever.test/a?b=1&c)" in letter.text

    def test_paragraphs_lists_and_numbered_questions_keep_their_shape(self, renderer: MailRenderer) -> None:
        letter = Letters(renderer, outgoing("Ответьте:\n\n**1) Договор?**\n**2) Адрес?**\n- **раз**\n- два"))
        questions = "<p><strong>1) Договор?</strong></p>\n<p><strong>2) Адрес?</strong></p>"
        assert letter.plain_html.index("<p>Ответьте:</p>") < letter.plain_html.index(questions)
        assert "<ul>\n<li><strong>раз</strong></li>\n<li>два</li>\n</ul>" in letter.plain_html

    def test_steps_are_set_out_from_their_numbers_which_stay_text(self, renderer: MailRenderer) -> None:
        steps = "Вот шаги:\n\n1. **Баланс**\n   https://my.test\n2. Лампы\nКонец"
        letter = Letters(renderer, outgoing(steps))
        assert (
            "<p>1. <strong>Баланс</strong><br>\nhttps://my.test</p>\n<p>2. Лампы</p>\n<p>Конец</p>" in letter.plain_html
        )
        assert letter.text.startswith(steps.replace("**", ""))

    def test_what_is_set_in_stays_so(self, renderer: MailRenderer) -> None:
        letter = Letters(renderer, outgoing("Так:\n   a\n   b"))
        assert "Так:<br>\n&nbsp;&nbsp;&nbsp;a<br>" in letter.plain_html

    def test_nothing_to_say_makes_no_letter(self, renderer: MailRenderer) -> None:
        assert renderer.render(OutboundMessage(to=IVAN, text=literal(""), key="1", callback="x")) == ()

    def test_the_english_frame_is_english(self, renderer: MailRenderer) -> None:
        letter = Letters(renderer, outgoing("Hello", language="en"))
        assert letter.text.startswith("Hello\n")
        assert "##- Please answer above this line -##" in letter.html
        assert "Just reply to this email" in letter.html

    def test_an_answer_stands_first_and_what_people_said_before_is_short_and_below(
        self, renderer: MailRenderer
    ) -> None:
        """Escaped, each line marked, and without characters that turn others around."""
        before = (
            QuotedHistoryMessage("Анна <b>", "20.11.2026 12:05", "<img src=x> \u202egnp\n_____\n##- x -##"),
            QuotedHistoryMessage("Северная сеть", "20.11.2026 12:06", "я" * 5000 + "\n" * 100),
            QuotedHistoryMessage("Анна", "20.11.2026 12:07", "> 1) Наш вопрос?\n" + "строка\n\n" * 30),
        )
        letter = Letters(renderer, outgoing("Мастер будет сегодня.", history=before))
        assert letter.text.startswith("Мастер будет сегодня.\n")
        assert "> 20.11.2026 12:05, Анна <b>:\n> <img src=x> gnp\n> _____\n> ##- x -##\n" in letter.text
        assert "Анна &lt;b&gt;:</span><br>\n&lt;img src=x&gt; gnp<br>" in letter.html
        assert f"> {'я' * 300} …\n" in letter.text
        assert letter.text.count("> строка") == 6
        assert "Наш вопрос" not in letter.text
        assert letter.text.rstrip().endswith("> …")
        assert fold_quotes(f"Мой ответ\n\n20.11.2026 12:10, Сеть пишет:\n\n{letter.text}").text == "Мой ответ"

    def test_a_letter_without_end_is_cut_before_gmail_clips_it(self, renderer: MailRenderer) -> None:
        for words in ("слово " * 100_000, "<>&" * 50_000, "1. a\n" * 30_000):
            letter = Letters(renderer, replace(outgoing(), text=literal(words)))
            assert len(letter.html.encode()) <= MAX_HTML_BYTES
            assert "…" in letter.text
            assert "help@sever.test" in letter.html

    def test_where_answers_may_stand_below_each_question_nothing_says_to_answer_above(
        self, renderer: MailRenderer
    ) -> None:
        asked = Letters(renderer, outgoing("Подскажите:\n\n**1) Где?**\n\n**2) Когда?**"))
        assert "##-" not in asked.html + asked.text
        assert "##-" in Letters(renderer, outgoing()).html
        assert "##-" not in Letters(renderer, outgoing()).text


class TestPictures:
    def test_a_picture_stands_below_its_question_and_the_text_says_what_it_shows(self, renderer: MailRenderer) -> None:
        words = "Здравствуйте!\n\n1) Что горит?\n\n2) Когда началось?"
        letter = Letters(renderer, outgoing(words, files=(PHOTO,), file_places=(words.index("\n\n2)"),)))
        assert letter.html.index("Что горит?") < letter.html.index('src="cid:') < letter.html.index("Когда началось?")
        assert 'alt="Роутер: горит красный LOS"' in letter.html
        assert letter.text.startswith(words.replace("\n\n2)", f"\n\n[Картинка: {PHOTO.shows}]\n\n2)"))

    async def test_a_picture_is_no_wider_than_the_letter_in_programs_that_know_no_other_bounds(
        self, hall: Hall, mail_servers: MailServers
    ) -> None:
        wide = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x10\0\0\0\x08\0"
        small = b"GIF89a\x14\0\x0a\0"
        hall.files = {"content:wide": wide, "content:small": small}
        files = (replace(PHOTO, source="content:wide"), replace(PHOTO, source="content:small", media_type="image/gif"))
        await hall.channel.send(departure(hall.channel.render(outgoing(files=files))[0]), {})
        letter = await mail_servers.sink.hears(to="ivan@mail.test")
        assert re.findall(r'<img src="cid:[^"]+" width="(\d+)"', letter.html) == ["568", "20"]

    @pytest.mark.parametrize(
        ("content", "header"),
        [
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x90\0\0\0\x50", PictureHeader("image/png", 400, 80)),
            (b"GIF87a\x14\0\x0a\0", PictureHeader("image/gif", 20, 10)),
            (b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08\0\x50\x01\x90", PictureHeader("image/jpeg", 400, 80)),
            (b"\xff\xd8\xff\xe0\0\x00", None),
            (b"\xff\xd8\xff\xda\0\x04ab\x12\x34\x56\x78\x90\x12\x34", None),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\x50", None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"RIFF\0\0\0\0WEBPVP8 ", None),
            (b"", None),
        ],
    )
    def test_a_picture_is_what_its_bytes_say(self, content: bytes, header: PictureHeader | None) -> None:
        assert read_picture_header(content) == header

    def test_no_bytes_at_all_stop_the_reading_of_a_header(self) -> None:
        random = Random(1)
        starts = (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"GIF89a", b"\xff\xd8\xff")
        for _ in range(3000):
            read_picture_header(random.choice(starts) + random.randbytes(random.randrange(60)))


class TestBrand:
    async def test_the_logo_is_inline_and_no_attachment_of_the_words(
        self, hall: Hall, mail_servers: MailServers
    ) -> None:
        hall.files = {LOGO.source: LOGO_FILE.read_bytes()}
        what = outgoing(brand=Brand("#0e7490", LOGO))
        assert isinstance(await hall.channel.send(departure(hall.channel.render(what)[0]), {}), Sent)
        letter = await mail_servers.sink.hears(to="ivan@mail.test")
        (logo,) = letter.attachments
        assert (logo.content, logo.media_type) == (LOGO_FILE.read_bytes(), "image/png")
        assert f'src="cid:{logo.cid}" alt="Северная сеть" width="200" height="40"' in letter.html
        assert isinstance(letter.message, EmailMessage)
        assert letter.message.get_content_type() == "multipart/related"
        assert "logo" not in letter.text
        assert "К письму приложено" not in letter.text + letter.html

    async def test_a_logo_that_is_gone_keeps_no_words_back(self, hall: Hall, mail_servers: MailServers) -> None:
        what = outgoing(brand=Brand("", LOGO))
        assert isinstance(await hall.channel.send(departure(hall.channel.render(what)[0]), {}), Sent)
        letter = await mail_servers.sink.hears(to="ivan@mail.test")
        assert letter.attachments == ()
        assert 'alt="Северная сеть"' in letter.html

    def test_without_a_logo_the_name_stands_there_and_without_a_name_nothing(self, renderer: MailRenderer) -> None:
        assert "<img" not in Letters(renderer, outgoing()).html
        head = Letters(renderer, outgoing()).html.partition("Здравствуйте")[0]
        assert "Северная сеть" in head
        assert "#0e7490" in Letters(renderer, outgoing(brand=Brand("#0e7490"))).html
        assert "Северная сеть" not in Letters(renderer, outgoing(sender="")).html

    def test_any_colour_is_readable_on_both_pages(self) -> None:
        random = Random(7)
        for colour in (
            "#ffffff",
            "#000000",
            "#ffff00",
            "#0000ff",
            *(f"#{random.randbytes(3).hex()}" for _ in range(400)),
        ):
            accent = accent_of(colour)
            assert contrast(accent.light, WHITE) >= READABLE
            assert contrast(accent.dark, DARK_PAGE) >= READABLE_IN_THE_DARK
        assert accent_of("#0e7490").light == "#0e7490", "what is readable stays as it is"

    def test_what_matters_stands_in_the_tags_and_is_what_outlook_draws(self, renderer: MailRenderer) -> None:
        """Programs drop the head when a letter is clipped or forwarded; Outlook draws tables, and no other boxes."""
        letter = Letters(renderer, outgoing("Вот:\n\n- а\n- б", options=YES_OR_NO, brand=Brand("#0e7490", LOGO)))
        head, _, rest = letter.html.partition("</style>")
        assert '<meta name="color-scheme" content="light dark">' in head
        assert not re.search(r"flex|grid|background-image|position:|float:|url\(|<script|<button|<form", rest)
        assert not re.search(r"<(?:p|ul|li|td)>", rest.replace("<tr><td><![endif]", "")), "each has its own margins"
        tables = _Balance()
        tables.feed(letter.html)
        assert tables.open == []


class _Balance(HTMLParser):
    """Which tags are open at the end; a tag closed out of turn fails."""

    EMPTY = ("meta", "img", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


class TestAnswersToPick:
    def test_each_option_opens_a_letter_whose_words_stand_in_it_and_the_text_names_them_too(
        self, renderer: MailRenderer
    ) -> None:
        letter = Letters(renderer, outgoing(options=YES_OR_NO, subject="[SN-1] Нет интернета & ТВ?"))
        yes, no = prefilled_answers(letter.html)
        assert (yes.label, yes.to, yes.body) == (
            "Да, работает, закройте", f"help+{TOKEN}@sever.test", "Да, работает, закройте",
        )  # fmt: skip
        assert yes.subject == "Re: [SN-1] Нет интернета & ТВ?"
        assert yes.in_reply_to == letter.body["message_id"]
        assert no.body == "Нет"
        assert "• Да, работает, закройте\n• Нет\n" in letter.text
        assert "mailto" not in letter.text

    @pytest.mark.parametrize("words", ["a&bcc=x@evil.test", "a?to=x@evil.test#", "a%0D%0ABcc: x", "a\r\nBcc: x", '">x'])
    def test_no_words_add_a_recipient_to_a_link(self, renderer: MailRenderer, words: str) -> None:
        options = ((RenderedButton("x", words),),)
        (link,) = prefilled_answers(Letters(renderer, outgoing(options=options, subject=words)).html)
        parts = urlsplit(link.address)
        assert parts.path == f"help%2B{TOKEN}@sever.test"
        assert sorted(parse_qs(parts.query, strict_parsing=True)) == ["In-Reply-To", "body", "subject"]
        assert not parts.fragment
        assert "\n" not in link.body + link.subject

    def test_a_link_stays_short_enough_for_programs(self, renderer: MailRenderer) -> None:
        letter = Letters(renderer, outgoing(options=YES_OR_NO, subject="Ы" * 250))
        assert all(len(one.address) < 1000 for one in prefilled_answers(letter.html))
        assert len(reply_head("a@b", "Ы" * 250)) < 6 * (LONGEST_SUBJECT + 10)

    def test_where_the_provider_knows_no_tags_the_mark_stands_in_the_subject(self, renderer: MailRenderer) -> None:
        letter = Letters(renderer, outgoing(options=YES_OR_NO, notice=True))
        links = prefilled_answers(str(without_tag(letter.body, "help@sever.test")["html"]))
        assert len(links) == 3
        assert {one.to for one in links} == {"help@sever.test"}
        assert {one.subject for one in links} == {f"Re: Нет интернета [ref:{TOKEN}]"}

    def test_a_letter_of_no_case_has_no_links(self, renderer: MailRenderer) -> None:
        letter = Letters(renderer, outgoing(options=YES_OR_NO, token=""))
        assert "mailto" not in letter.html
        assert "Да, работает, закройте" in letter.html

    def test_updates_are_declined_by_a_link_too(self, renderer: MailRenderer) -> None:
        (link,) = prefilled_answers(Letters(renderer, outgoing(notice=True)).html)
        assert link.body == "отписаться"
