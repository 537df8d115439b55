"""Phrases of automatic replies in many languages: data for `mail.automatic.autoreplies`."""

from __future__ import annotations

from desk.language.normalize import word_lines

AUTOREPLY_SUBJECTS = word_lines("""
    automatic reply | automatic response | automatic answer | automated reply | automated response | auto reply
    auto-reply | autoreply | auto response | auto-response | autoresponse | autoresponder | auto responder
    auto-responder | auto answer | autoanswer | automatically generated reply | out of office autoreply
    out of office auto-reply | out of office reply | out-of-office reply | vacation reply | vacation autoreply
    автоответ | авто-ответ | автоматический ответ | автоматическое уведомление об отсутствии | автовідповідь
    автоматична відповідь | аўтаматычны адказ | автоматичен отговор | аутоматски одговор | автоматски одговор
    автоматты жауап | automatische antwort | automatische rückantwort | automatische abwesenheit | autoantwort
    abwesenheitsnotiz | abwesenheitsbenachrichtigung | abwesenheitsmeldung | abwesenheitsmitteilung
    abwesenheitsassistent | réponse automatique | reponse automatique | réponse d'absence | message d'absence
    notification d'absence | respuesta automática | respuesta automatica | autorespuesta | auto-respuesta
    resposta automática | resposta automatica | auto-resposta | autoresposta | resposta automàtica
    risposta automatica | risponditore automatico | automatisch antwoord | automatische reactie
    automatisch bericht | afwezigheidsbericht | afwezigheidsassistent | odpowiedź automatyczna
    automatyczna odpowiedź | automatická odpověď | automatická odpoveď | automatikus válasz | automatikus valasz
    răspuns automat | raspuns automat | automatski odgovor | samodejni odgovor | samodejno sporočilo
    automatiskt svar | autosvar | automatisk svar | automatsvar | frånvaromeddelande | fraværsmelding
    fraværsbesked | automaattinen vastaus | automaattivastaus | poissaoloilmoitus | automaatvastus
    automātiska atbilde | automātiskā atbilde | automatinis atsakymas | αυτόματη απάντηση | otomatik yanıt
    otomatik cevap | otomatik yanit | sjálfvirkt svar | تلقائي | رد تلقائي | الرد التلقائي | پاسخ خودکار
    תשובה אוטומטית | מענה אוטומטי | 自动答复 | 自动回复 | 自動回覆 | 自動回復 | 自動答覆 | 自動応答 | 自動返信
    不在通知 | 자동 회신 | 자동회신 | 자동 응답 | 자동응답 | 부재중 | trả lời tự động | thư trả lời tự động
    balasan otomatis | balas otomatis | jawapan automatik | ตอบกลับอัตโนมัติ | การตอบกลับอัตโนมัติ
    स्वचालित उत्तर
""")
"""How the subject of an answering program begins, in the languages of the world's mail programs."""

ABSENCE_SUBJECTS = word_lines("""
    out of office | out of the office | out-of-office | ooo | away from my mail | away from the office
    on vacation | on holiday | on annual leave | on leave | vacation | holiday notice | maternity leave
    parental leave | not in the office | i am away | i'm away | absence | absent | away | нет на работе
    нет на месте | вне офиса | отсутствую | в отпуске | отпуск | я в отпуске | нахожусь в отпуске | отсутствует
    не в офисе | у відпустці | поза офісом | відсутн | abwesend | abwesenheit | nicht im büro | im urlaub
    urlaub | außer haus | absence du bureau | absent du bureau | absente du bureau | en congé | en vacances
    absence de | fuera de la oficina | fuera de oficina | ausencia | ausente | de vacaciones
    fora do escritório | ausência | de férias | fora da oficina | fuori sede | fuori ufficio | assente | assenza
    in ferie | afwezig | afwezigheid | niet aanwezig | met vakantie | op vakantie | poza biurem | nieobecność
    nieobecny | na urlopie | mimo kancelář | nepřítomnost | na dovolené | mimo kanceláriu | neprítomnosť
    házon kívül | szabadságon | în concediu | absent din birou | izvan ureda | van kancelarije | odsoten
    odsutan | frånvaro | frånvarande | ej på kontoret | på semester | ikke til stede | fravær | ikke på kontoret
    på ferie | poissa | lomalla | en ole paikalla | puhkusel | kontorist väljas | ārpus biroja | ne biure
    atostog | εκτός γραφείου | ofis dışında | izinde | מחוץ למשרד | خارج المكتب | 外出 | 不在 | 休暇 | 休假
    不在办公室 | 不在辦公室 | 외근 | 휴가 | 부재 | vắng mặt | di luar kantor | cuti | ไม่อยู่ที่สำนักงาน
""")
"""Words of absence: they make an answering program's message only beside another sign of one."""

AUTOREPLY_SENTENCES = word_lines("""
    this is an automated re | this is an automatic re | this is an auto-re | this is an autore
    this is an auto re | this is an automatically generated re | this is an automated message
    this message was generated automatically | this is an automatically generated message | automatic reply
    auto reply | auto-reply | autoreply | automated reply | out of the office | out of office | on vacation
    on annual leave | on holiday until | away from my | will be back | will return on | limited access to
    это автоматический ответ | это автоответ | автоматический ответ | сообщение сгенерировано автоматически
    письмо сформировано автоматически | письмо создано автоматически | нахожусь в отпуске | я в отпуске
    буду отсутствовать | отсутствую | вне офиса | в командировке | не в офисе | automatische antwort
    automatisch generiert | automatisch erstellt | nicht im büro | nicht im haus | im urlaub | bin ich abwesend
    réponse automatique | absent du | absente du | suis absent | en congé | actuellement absent
    respuesta automática | fuera de la oficina | de vacaciones | estaré ausente | resposta automática
    estarei ausente | fora do escritório | de férias | risposta automatica | fuori ufficio | sono assente
    sarò assente | in ferie | automatisch antwoord | afwezig | niet aanwezig | op vakantie | met vakantie
    poza biurem | nieobecn | na urlopie | automatyczna | nepřítom | na dovolené | automatická | szabadságon
    automatikus | în concediu | automatiskt | på semester | frånvarande | ikke på kontoret | på ferie
    fraværende | lomalla | poissa | automaattinen | izinde | ofis dışında | otomatik | 自動 | 自动 | 不在 | 休暇
    休假 | 자동 | 부재 | 휴가 | אוטומטי | تلقائي | αυτόματ
""")
"""Words in the first lines of such a message."""

RECEIPT_SUBJECTS = word_lines("""
    read: | not read: | gelesen: | lu : | lu: | leído: | leido: | letto: | gelezen: | lida: | lido: | прочтено:
    прочитано: | läst: | læst: | lest: | luettu: | przeczytano: | přečteno: | elolvasva: | 已读: | 已讀:
    開封済み: | return receipt | read receipt | disposition notification | message disposition
    уведомление о прочтении | lesebestätigung | accusé de lecture | accusé de réception
    confirmación de lectura | confirmação de leitura | conferma di lettura
""")
"""How the subject of a read receipt begins."""
