"""Phrases of bounces, as mail servers have written them over thirty years: data for `mail.automatic.bounces`.

A phrase proves nothing by itself, since people quote servers and ask about them; it counts beside the sender and the
structure of the message. All is lower case; a bar or a line end separates phrases.
"""

from __future__ import annotations

import re
from functools import cache

from desk.language.normalize import word_lines
from mail.replies.phrase_search import compile_phrases

DAEMON_LOCAL_PARTS = frozenset(
    word_lines("""
    post_master | mail-delivery-subsystem | mail-daemon | mailer-deamon | dsn | uucp | mailsystem | mailer-demon
    mail-delivery-system | mailer_daemon | maildeliverysystem | mailer.daemon | email-daemon | non-delivery
    undeliverable | mail_daemon | mail-errors | mdaemon | mailerdaemon | smtpdaemon | delivery-status
    mailer-daemon | smtpsvc | mts | mail-system | delivery-daemon | nondelivery | mmdf | maildaemon | mail.daemon
    smtp-daemon | daemon | mail-deamon | ndr | bounce-daemon
""")
)
"""Local parts that no person has."""

ROLE_LOCAL_PARTS = frozenset(
    word_lines("""
    mail-admin | mail | do-not-reply | postmaster | system | smtp | donotreply | no-reply | administrator
    bounced | mailmaster | emaildelivery | mailgate | mailserver | bounce | postoffice | post-master | root
    nobody | noreply | mailer | no_reply | postmast | bounces | mailadmin | admin | listserv | mta
""")
)
"""Local parts that both programs and people write from."""

DAEMON_NAMES = word_lines("""
    mail delivery | delivery subsystem | delivery system | delivery service | mailer-daemon | mailer daemon
    mail daemon | mail-daemon | postmaster | mail administrator | mail system | message delivery | delivery status
    system administrator | systemadministrator | email delivery | e-mail delivery | internet mail | mail router
    mail server | mailserver | messaging server | microsoft exchange | delivery notification | delivery agent
    mail transfer agent | administrateur système | nondelivery | administrador del sistema
    administrador do sistema | amministratore di sistema | системный администратор | почтовая система
    служба доставки | администратор системы | systembeheerder | systemadministratör | administrator systemu
    správce systému | rendszergazda | 系统管理员 | 系統管理員 | システム管理者 | システム アドミニストレータ
    시스템 관리자 | mail postmaster | courier mail server
""")

BOUNCE_SUBJECTS = word_lines("""
    there was an error sending | problem with your message | error: your message | error report | failed: | sorry, your
    message blocked | mail blocked | mail refused | message refused | email bounced | your message has been blocked
    undeliver | returned mail | returned message | returned to sender | return to sender | returned email
    mail delivery | mail system error | mail failure | mail error | mail status | mail bounced | mail returned
    mail not delivered | mail could not | mail undeliver | mail rejected | mail transaction failed | mailer error
    delivery status | delivery notification | delivery notice | delivery failure | delivery failed
    delivery error | delivery problem | delivery report | delivery has failed | delivery delayed | delivery delay
    delivery incomplete | delivery attempt | delivery to  | delivery of  | delivery reports about | delayed mail
    delayed delivery | delayed: | failure notice | failure notification | failure delivery | failure:
    failed mail | failed delivery | failed to deliver | non delivery | nondeliverable | nondelivery | non-delivery
    non-deliver | ndn | ndr | message delivery | message undeliver | message not delivered | message could not
    message status | message rejected | message delayed | message returned | message bounced | message failed
    message you sent | your message could | your mail could | your message was | your email could
    your message to | your mail to | unable to deliver | could not deliver | couldn't deliver | could not send
    couldn't send | cannot send message | can't deliver | cannot deliver | warning: could not | warning: message
    warning from | warning - delayed | warning: delayed | warning: mail | bounce | user unknown | unknown user
    unknown recipient | unknown address | rejected: | error mail | error sending | error delivering
    error in delivery | errors in | address not found | address error | recipient unknown | recipient not found
    invalid recipient | email not delivered | e-mail not delivered | email delivery | e-mail delivery
    permanent delivery | permanent error | permanent failure | permanent fail | temporary delivery
    temporary failure | transient delivery | postmaster notif | notification: undeliver | notification d'état
    notification of undeliver | problems delivering | problem delivering | mailbox full | mailbox unavailable
    mailbox is full | no such user | status report | [postmaster] | successful mail delivery | delivered:
    relayed: | expanded: | delivery confirmation | delivery receipt | still trying | mdaemon notification
    warning: your message | zustell | unzustellbar | nicht zustellbar | benachrichtung zum übermittlungsstatus
    benachrichtigung | übermittlungsstatus | fehler bei der übermittlung | rückläufer | nachricht konnte
    non remis | non distribu | échec | echec | notificación de | notificacion de | notifica  | notificação de
    no se puede entregar | no entregado | não entregue | recapito | mancato recapito | errore | onbestelbaar
    niet bezorgd | olevererbart | oleverbart | ikke leverbar | ikke leverbart | kan ikke leveres
    ei voi toimittaa | ei toimitettu | toimitus | niedostarczon | nie dostarczono | nie można dostarczyć | zwrot
    nedoručit | nedoručen | kézbesít | nelivr | teslim edil | iletilemedi | недостав | не доставлен
    не удалось доставить | доставка | сообщение не доставлено | уведомление о | уведомление об | ваше сообщение не
    письмо не доставлено | ошибка доставки | отложен | возврат | отказ в доставке | доставлено: | αποτυχία
    μη παραδο | 配信 | 送信エラー | メール配信 | エラー | 未配信 | 宛先不明 | 退信 | 无法投递 | 無法投遞
    无法送达 | 未传递 | 未傳遞 | 投递 | 系统退信 | 传递 | 傳遞 | 投遞 | 被退回 | 배달 | 반송 | 전달되지
    전송 실패 | לא ניתן | تعذر | فشل | لم يتم
""")
"""How the subject of a report begins."""

FAILURE_SENTENCES = word_lines("""
    rejected recipient | trouble delivering | error sending your | message blocked | email blocked | no recipients
    could not accept | refused to accept | not accept your | was refused | has been refused | mail refused
    could not be delivered | couldn't be delivered | couldn’t be delivered | could not deliver | couldn't deliver
    cannot be delivered | can not be delivered | can't be delivered | cannot deliver | unable to deliver
    not be delivered | not able to deliver | wasn't able to deliver | was not delivered | wasn't delivered
    wasn’t delivered | were not delivered | not been delivered | not yet been delivered | undeliverable
    undelivered | nondeliverable | non-delivery | delivery failed | delivery has failed
    delivery of the following | delivery to the following | delivery failure | deliver failed | failed to deliver
    delivery error | delivery to these recipients | delivery attempt | delivery for the following
    delivery failed to | failed addresses | failed recipient | failed delivery | did not reach | did not receive
    didn't reach | not reached | could not be reached | address(es) failed | address failed | addresses failed
    addresses had | following address | fatal errors | delivery problem | delivery errors | returned mail
    returned to sender | returned to you | returning it | is being returned | was returned | has been returned
    have been returned | returned as undeliv | attempting to deliver | attempt to deliver | error delivering
    problem delivering | problems delivering | problem occurred | trying to deliver | tried to deliver
    error while delivering | could not be sent | couldn't be sent | could not send | couldn't send
    not be sent to | transcript of | could not be processed | was rejected by | has been rejected | was rejected
    have been rejected | could not be completed | following recipient | following users | following user(s)
    delivery status | not delivered to | intended recipient | couldn't be found | couldn’t be found
    message was blocked | message has been blocked | no valid recipients | following errors | following error
    failure reasons | delivery incomplete | was aborted | delivery report | mailbox is full | mailbox full
    mail box is full | user unknown | unknown user | no such user | does not exist | doesn't exist
    not a known user | not listed in | message delayed | has been delayed | is delayed | could not find
    problems with | bounced | mail was not | message was not | not accepting mail | delivery notification
    successfully delivered | was delivered to | has been delivered | have been delivered | been relayed
    successfully relayed | unable to relay | cannot be reached | mail system at host | mail delivery
    will be retried | addressed to | remote execution | error condition | recipient unknown | message to <
    your message to  | temporary problem | permanent error | permanent failure | nicht zugestellt | unzustellbar
    nicht zustellbar | zustellung | nachrichtenzustellung | nicht übermittelt | nicht ausgeliefert
    nicht erreicht | folgende empfänger | folgenden empfänger | folgender empfänger | nicht gesendet werden
    nicht gefunden werden | pas pu être | pas pu etre | n'a pas été remis | n'a pas été | échec de la remise
    échec de remise | echec de la remise | non remis | non délivr | impossible de remettre
    impossible de délivrer | n'a pas atteint | échec de | echec de | destinataires suivants | adresses suivantes
    no se pudo | no se ha podido | no pudo ser | no ha podido ser | no se puede entregar | no se entregó
    error en la entrega | error de entrega | imposible entregar | siguientes destinatarios | no ha sido entregad
    no fue entregad | destinatarios siguientes | não pôde ser | não pode ser entregue | não foi possível
    não foi entregue | falha na entrega | nao pode ser | nao foi possivel | seguintes destinatários | não puderam
    non è stato possibile | impossibile recapitare | impossibile consegnare | non è stato recapitato
    mancata consegna | non può essere | non e' stato | non è stato consegnat | recapito non riuscito
    seguenti destinatari | non recapitabile | non consegnat | mancato recapito | niet worden afgeleverd
    niet worden bezorgd | niet bezorgd | onbestelbaar | is mislukt | niet afgeleverd | volgende geadresseerden
    niet besteld | volgende ontvangers | inte levereras | inte levererats | misslyckades | inte att leverera
    inte skickas | kunne ikke leveres | kan ikke leveres | levering mislyk | ikke leveret | ikke levert
    ei voitu toimittaa | epäonnistui | ei voida toimittaa | ei voi toimittaa | nie można dostarczyć
    nie mogła zostać | nie może zostać | nie została dostarczona | nie zostala dostarczona | niedostarczon
    nie dostarczono | nie powiodło | nie udało się dostarczyć | następujących adresatów | nelze doručit
    možné doručit | nemohla být doručena | nebyla doručena | nedoručiteln | se nezdařilo | nemohl být doručen
    nepodařilo doručit | možné doručiť | sa doručiť | kézbesíthető | kézbesíteni | kézbesítés | kézbesíthetetlen
    a putut fi livrat | s-a putut livra | nelivrabil | fost livrat | putut fi trimis | не может быть доставлен
    не удалось доставить | не было доставлен | не доставлен | невозможно доставить | не может быть отправлен
    не мог быть доставлен | не могло быть доставлен | не могли доставить | не смогли доставить | недоставлен
    не удалось отправить | ошибка доставки | ошибка при доставке | ошибки при доставке | сбой доставки
    доставка сообщения | доставка следующим | доставить не удалось | не достигло | не был доставлен | не дошло
    возвращено отправителю | возвращается | не может быть доставлено | не удалась | следующим получателям
    следующих получателей | одному или нескольким | было отклонено | не принят | задержана | задерживается
    отложена | пока не доставлен | ещё не доставлен | еще не доставлен | успешно доставлен | доставлено
    не вдалося доставити | не може бути доставлен | неможливо доставити | не може да бъде доставен
    не беше доставен | неуспешна доставка | isporučiti | isporučen | dostaviti | није испоручен | παράδοση
    δεν παραδόθηκε | αποτυχία παράδοσης | teslim edilem | iletilem | ulaştırılam | gönderilem | לא ניתן למסור
    נכשל | تعذر تسليم | فشل تسليم | لم يتم تسليم | تعذر التسليم | 配信できま | 配信できな | 配信不能 | 送信できま
    送信できな | できませんでした | 配信に失敗 | 配送できま | 配達できま | 送達できま | 宛先不明 | 届きません
    されませんでした | 届け | 配信に時間 | 无法投递 | 無法投遞 | 无法送达 | 無法送達 | 投递失败 | 退信 | 退回
    未能送达 | 发送失败 | 無法傳遞 | 无法传递 | 傳遞失敗 | 传递失败 | 无法发送 | 無法傳送 | 未送达 | 投遞失敗
    不存在 | 无法到达 | 传送失败 | 延迟 | 배달되지 | 전송되지 | 배달할 수 | 전달되지 | 전송 실패 | 발송 실패
    반송 | 전달할 수 | 배달하지 | không thể gửi | không gửi được | tidak dapat dikirim | gagal dikirim
    ไม่สามารถส่ง | การส่งล้มเหลว | kohale toimetada | piegādāt | pristatyti | no s'ha pogut
""")
"""Sentences by which a server begins to tell whom it did not reach (or did)."""

DELAY_PHRASES = word_lines("""
    delayed | warning message only | not yet been delivered | has not yet been | not yet delivered
    need to resend | not need to resend | keep trying | continue to try | continue trying | still trying
    be retried | will retry | being retried | no action is required | delivery attempts will continue
    attempted again | be attempted | not been delivered yet | has been deferred | is delayed | non-fatal errors
    could not send message for past | for past | try again until | continue to attempt | temporary problem
    delivery incomplete | just a warning | only a warning | still in the queue | still on the queue | still queued
    not giving up | will attempt to deliver | attempts to deliver the message will | verzögert
    noch nicht zugestellt | weiterhin versucht | weiter versucht | nur eine warnung | retardé | différé
    pas encore été | nouvelles tentatives | retrasad | demorad | aún no se ha | aun no se ha | seguirá intentando
    atrasad | ainda não foi | adiada | ritardat | in ritardo | ancora stato | ulteriori tentativi | vertraagd
    nog niet | opóźnion | jeszcze nie | zpožděn | pozdržen | odložen | késik | késleltet | fördröj | försenad
    forsinket | viivästy | gecik | ertelendi | întârzi | забавен | затрим | ще не доставлен | пока не доставлен
    ещё не доставлен | еще не доставлен | задержк | задержан | задержива | отложена | отложено
    попытки доставки будут | попытки доставить | повторные попытки | повторять не нужно | καθυστέρ | 遅延 | 遅れて
    再送を | 再試行 | 配信に時間 | 延迟 | 延遲 | 仍在尝试 | 지연 | מתעכב | عيكوب | تأخر | تأخير
""")

FINAL_FAILURE_PHRASES = word_lines("""
    given up | i'm giving up | gave up on | not be retried | not going to try | permanent error | permanent fatal
    permanent failure | failed permanently | permanently failed | retry timeout exceeded | deleted from queue
    in the queue too long | queue too long | delivery has failed | message expired | no further attempts
    permanently rejected | exceeded the maximum time | retry time exceeded | fehlgeschlagen | endgültig
    больше не будет | прекращены | попытки исчерпаны | échoué | expired
""")
"""Words after which a server tries no more, although it speaks of a delay."""

SUCCESS_PHRASES = word_lines("""
    successfully delivered | successful delivery | successful mail delivery | was delivered to
    has been delivered | have been delivered | was delivered successfully | delivered successfully
    successfully relayed | been relayed | recipients or distribution lists is complete
    recipients or groups is complete | delivery receipt | delivery confirmation | relayed to the following
    успешно доставлен | было доставлено | доставлено следующим | erfolgreich zugestellt | wurde zugestellt
    wurde an folgende | a été remis | a bien été | se ha entregado | se entregó correctamente | foi entregue
    è stato recapitato | è stato consegnato | is bezorgd | has levererats | został dostarczon | byla doručena
    正常に配信 | 已送达 | 已成功
""")

ORIGINAL_DIVIDERS = word_lines("""
    below this line is a copy | below the next line is a copy | this is a copy of | here is a copy
    a copy of the message | a copy of your message | copy of the message | copy of your message | copy of original
    original message | original mail | original headers | original header | original text | original email
    original e-mail | returned message | returned mail | returned letter | unsent message | undelivered message
    undelivered mail | undeliverable message | message header | message headers | message text | message follows
    message body | message contents | message content | start of returned | begin returned | begin of returned
    enclosed are the original | headers follow | header follows | headers of the | header of | included is a copy
    rejected message | failed message | bounced message | bounce message follows | attached message | the attached
    the original message | your original message | your message follows | your message was | old message
    contents of | text of your | text of message | first lines of | beginning of message | begin message
    forwarded message | mail follows | start of message | start of original | letter headers | in-line message
    full message | partial message | исходное | копия письма | копия вашего | копия сообщения
    ниже приведена копия | ниже следует | оригинал | заголовки | заголовок | текст письма | ваше письмо:
    содержимое письма | возвращенное | первоначальное | kopie der | kopie ihrer | ursprüngliche nachricht
    originalnachricht | originale nachricht | nachrichtenkopf | message d'origine | message original
    copie du message | copie de votre | en-têtes | mensaje original | copia del mensaje | encabezados
    mensagem original | cópia da mensagem | messaggio originale | copia del messaggio | intestazioni
    oorspronkelijk bericht | origineel bericht | ursprungligt meddelande | oprindelig meddelelse
    oryginalna wiadomość | kopia wiadomości | původní zpráva | eredeti üzenet | 元のメッセージ | 元メール | 原信
    原邮件 | 原始邮件 | 邮件原文 | 원본 메시지 | 以下は | 送信メール
""")
"""How the line begins (dashes and stars aside) below which the returned message stands."""

RECIPIENT_LABELS = word_lines("""
    rcpt to | recipient | recipients | recipient(s) | original recipient | original-recipient | final recipient
    final-recipient | recipient address | intended recipient | undeliverable address | undeliverable to
    addressed to | failed recipient | failed recipient(s) | failed address | failed to deliver to | failed
    address | email address | e-mail address | original address | delivered to | error-for | receiver
    receiver address | invalid receiver address | user | unknown user | user unknown | mailbox | account | unknown
    sent to | could not be delivered to | cannot be delivered to | not delivered to | was not delivered to
    undelivered to | bad address | invalid recipient | invalid address | unknown recipient | to | for | smtp
    rfc822 | recipient [smtp | error | user mailbox exceeds allowed size | delivery to | destination | mail to
    message to | envelope-to | no such user | rejected recipient | original to | получатель | получателю
    получатели | адрес | адрес получателя | кому | адресат | адресату | empfänger | empfängeradresse | an
    adresse | destinataire | destinatario | destinatário | destinatari | dirección | endereço | indirizzo
    ontvanger | geadresseerde | mottagare | modtager | mottaker | vastaanottaja | adresat | odbiorca | příjemce
    príjemca | címzett | destinatar | alıcı | получател | одержувач | παραλήπτης | 收件人 | 收信人 | 宛先 | 受信者
    收件者 | 받는 사람 | 수신자 | 收件人地址 | 宛先アドレス | 送信先
""")
"""What stands before a colon or sign when a recipient follows it."""

OTHER_ADDRESS_LABELS = word_lines("""
    from | sender | mail from | return-path | return path | reply-to | reply to | message-id | message id
    messageid | received | envelope-from | reporting-mta | errors-to | subject | cc | in-reply-to | references
    date | sent | x- | remote-mta | queue-id | id | original-envelope-id | postmaster | от | отправитель | тема
    дата | von | absender | gesendet | betreff | de | expéditeur | objet | remitente | asunto | mittente | oggetto
    afzender | avsändare | nadawca | odesílatel | 发件人 | 寄件者 | 差出人 | 送信者 | 보낸 사람 | resent- | dkim-
    mime- | content- | list- | authentication-
""")
"""Labels after which an address is somebody else's."""

CONTACT_PHRASES = word_lines("""
    contact | please reply | reply to | for assistance | assistance | for help | further information
    more information | questions | write to | send mail to postmaster | report this | abuse | administrator at
    administrator of | help desk | helpdesk | feel this message | forward this | http:// | https:// | postmaster@
    support at | include the following | problem report | on behalf of | message id | message-id | mail from
    your message from | sent by | from < | from: | was sent from | обратитесь | обращайтесь | свяжитесь
    свяжіться | отправитель | поддержк | wenden sie | contacter | contactez | póngase | pongase | contacte
    contatt | contato | neem contact | kontakt | отправлено с | с адреса | 联系 | 聯絡 | お問い合わせ
""")
"""What makes an address in a line one to turn to, or the sender's."""

ALIAS_PHRASES = word_lines("""
    expanded from | generated from | forwarded from | original address | original recipient | alias
    redirected from
""")


def has_failure_sentence(low: str) -> bool:
    """Whether any of `FAILURE_SENTENCES` stands in a text, lower case."""
    return _failure_pattern().search(low) is not None


@cache
def _failure_pattern() -> re.Pattern[str]:
    return compile_phrases(FAILURE_SENTENCES)


def has_daemon_name(low: str) -> bool:
    """Whether any of `DAEMON_NAMES` stands in a name, lower case."""
    return _daemon_name_pattern().search(low) is not None


@cache
def _daemon_name_pattern() -> re.Pattern[str]:
    return compile_phrases(DAEMON_NAMES)
