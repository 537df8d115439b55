"""Whether words say that a thing works or that it does not, and plain answers: yes, no."""

from __future__ import annotations

import re

from desk.understanding.reading.normalized_message import Reading

TROUBLE = re.compile(
    r"\bне (?:рабо|груз|откр|подкл|ловит|видит|заход|пашет|фурыч|тян|идет|пуска|коннект|соедин|дает|было|стало|"
    r"запуск|"
    r"загру|показ|приним|отвеча|могу|можем|отобра|включ|захо|войти|пропуск|иска|находит|цепля)\w*|"
    r"\b(?:нет|нету|нема|нифига|ноль|хуже|плохо|еле|никак|никакая)\b|"
    r"\bбез (?:интернета|инета|связи|сети|нета|вайфая)\b|\bнигде\b|"
    r"\b(?:пропа[лд]|отвал|отруб|выруб|отключил|выключил(?:с|о)|выключается|вырубает|рубит|отпал|упал|лежит|"
    r"лежат|лег\b|"
    r"легло|сломал|сдох|умер|завис|подвис|тормоз|медлен|ползет|лага|глюч|обрыв|исчез|потух|погас|вылета|начал|"
    r"перестал|"
    r"прерыва|прекрат|скач|проблем|накрыл|крякнул|отсутств|недоступ|мига|моргает|разрыв|кончил|полетел|барахл|"
    r"ухудш)\w*|"
    r"\b(?:down|off|out|died|dead|slow|gone|lost|stopped|stops|fail\w*|broke\w*|drop\w*|disconnect\w*|issue\w*|"
    r"problem\w*|"
    r"lag\w*|offline|cannot|unable|nothing|no (?:internet|connection|signal|wifi|service|network|access))\b|n't\b|"
    r"\bnot (?:work|load|open|connect)\w*"
)
WORKS = re.compile(
    r"\b(?:работа[её]т|работают|работало|есть|норм|нормально|норма|хорошо|порядке|порядок|отлично|ок|окей|летает|"
    r"грузит|"
    r"грузят|идет|тянет|пашет|открывается|открываются|открываю|ловит|подключается|заработал\w*|без проблем|все "
    r"путем|живой|"
    r"fine|works?|working|worked|ok|okay|good|great|perfectly|normal|have|has)\b"
)
FAILS = re.compile(
    r"\bне (?!только|знаю|в курсе|уверен|помню)\w+|\b(?:нет|нету|нема|тоже не|никак|ни в какую|еле|пропал\w*|"
    r"отвал\w+|"
    r"отруб\w+|перестал\w*|виснет|лежит|упал\w*|вылетает|недоступ\w+|тормозит|глючит|лагает|плохо|медленно|"
    r"умер\w*|сдох\w*|"
    r"без (?:интернета|инета|связи|сети|нета)|down|offline|out|dead|died|fails?|failing|broken|drops|dropping|"
    r"disconnects|slow)\b|n't\b|\bno internet\b|\bcannot\b|\bnot\b"
)
_YES = re.compile(
    r"\s*(?:ну |ой |конечно |уже )*(?:да|ага|угу|дада|конечно|естественно|разумеется|так точно|само собой|есть "
    r"такое|было|верно|"
    r"y(?=\s*(?:$|[,.!]))|yes|yep|yeah|yup|yh|ye|sure|of course|indeed|aye|"
    r"correct)\b(?!\s+(?:нет|не|ну|что|вы|сколько|когда|я не|"
    r"no)\b)(?!\s+бля)"
)
_NO = re.compile(
    r"\s*(?:да |ну |ой |еще |пока |к сожалению |увы |вроде )*(?:нет|неа|нету|не(?=\s*(?:$|[,.!;]))|нисколько|"
    r"никак нет|n(?=\s*(?:$|[,.!]))|no(?! idea| clue|,? that'?s not|,? not that)|nope|nah|not yet|not really|never)\b"
)
_WORD = re.compile(r"[^\W_]+")


def works(words: str) -> bool | None:
    """Whether the words say that it works, by what stands first; None where they say neither."""
    fails, does = FAILS.search(words), WORKS.search(words)
    if fails and (does is None or fails.start() <= does.start()):
        return False
    return True if does else None


def plain_answer(reading: Reading, longest: int = 6) -> bool | None:
    """The yes or no that a short answer begins with; a question is none."""
    words = _WORD.findall(reading.text)
    if not words or len(words) > longest or "?" in reading.text:
        return None
    if _YES.match(reading.text):
        return True
    return False if _NO.match(reading.text) else None


def word_count(text: str) -> int:
    """The number of words and numbers."""
    return len(_WORD.findall(text))
