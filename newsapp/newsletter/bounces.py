"""Letters that came back: what a message to the bounces' mailbox says about which letter of ours.

Read from reports that follow a standard (RFC 3464 and RFC 6522 for deliveries, RFC 5965 for complaints) and from the
words of servers that send none. What a person wrote, or nobody can read, is unclear: it is listed, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from enum import StrEnum
from html import unescape

from newsapp.outbox import LETTER

MAX_TEXT = 50_000  # characters of the words that are looked at: a report says it early


class Outcome(StrEnum):
    """What became of the letter."""

    HARD = "hard"  # the address takes no mail, and never will
    SOFT = "soft"  # this letter was given up; the next may arrive
    COMPLAINT = "complaint"  # the reader called it spam
    NOTHING = "nothing"  # it waits, it arrived, or a machine answers for somebody who is away
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Report:
    """What one message says about one recipient. ``number`` is our letter's, where the message names it."""

    outcome: Outcome
    address: str = ""
    number: str = ""
    reason: str = ""


def read(raw: bytes) -> list[Report]:
    """Read one message; gives at least one report."""
    try:
        return _read(message_from_bytes(raw, policy=policy.compat32))
    except RecursionError:  # parts in parts in parts: nobody sends that in good faith
        return [Report(Outcome.UNCLEAR)]


def _read(message: Message) -> list[Report]:
    reports = _complaint(message) or _by_standard(message) or _in_words(message) or [Report(Outcome.UNCLEAR)]
    number, subject = _number(message), _header(message, "Subject")
    if len(reports) == 1 and (written_to := _only_recipient(message)) and reports[0].address:
        # Whom the letter went to, where the report names the address that it was forwarded to, or a server's own name for it.
        reports = [replace(reports[0], address=written_to)]
    if len({report.address for report in reports}) > 1 and not _is_ours_alone(message):
        number = ""  # the letter to one of them; which one, nobody says
    return [replace(r, number=number, reason=" ".join((r.reason or subject).split())[:300]) for r in reports]


# --- complaints


def _complaint(message: Message) -> list[Report]:
    for part in message.walk():
        if part.get_content_type() != "message/feedback-report":
            continue
        said = _fields(part)[0] if _fields(part) else {}
        kind = said.get("feedback-type", "").lower()
        if kind in ("not-spam", "auth-failure", "auth-failure-report", "dkim"):
            return [Report(Outcome.NOTHING, reason=kind)]
        address = _address(said.get("original-rcpt-to", "") or said.get("removal-recipient", ""))
        if not address:
            address = next((_address(str(inner.get("To", ""))) for inner in _returned(message) if inner.get("To")), "")
        if kind not in ("abuse", "fraud", "opt-out", "opt-out-list", "virus", "other", "miscategorized"):
            return [Report(Outcome.UNCLEAR, address, reason=f"Feedback-Type: {kind or 'none'}")]
        return [Report(Outcome.COMPLAINT, address, reason=kind)]
    # Outlook's programme for senders brings the letter back and has no part that a machine could read.
    subject = _header(message, "Subject")
    if re.match(r"complaint about message from\b", subject, re.IGNORECASE) and any(_returned(message)):
        return [Report(Outcome.COMPLAINT, _only_recipient(message), reason=subject)]
    return []


# --- RFC 3464


def _by_standard(message: Message) -> list[Report]:
    reports = []
    for part in message.walk():
        if part.get_content_type() not in ("message/delivery-status", "message/global-delivery-status"):
            continue
        for said in _fields(part):
            address = _address(said.get("original-recipient", "")) or _address(said.get("final-recipient", ""))
            if not address and not said.get("action"):
                continue
            diagnostic = said.get("diagnostic-code", "").partition(";")[2].strip()
            status = (re.match(r"[245]\.\d{1,3}\.\d{1,3}", said.get("status", "")) or [""])[0]
            action = said.get("action", "").lower().split(" ")[0]
            reports.append(Report(_judge(action, status, diagnostic), address, reason=f"{status} {diagnostic}".strip()))
    if reports and all(not r.reason for r in reports):
        return []
    return reports


def _judge(action: str, status: str, words: str) -> Outcome:
    if action in ("delayed", "delivered", "relayed", "expanded"):
        return Outcome.NOTHING
    if action not in ("", "failed", "failure"):
        return Outcome.UNCLEAR
    if status.startswith("2"):
        return Outcome.NOTHING
    if _FULL.search(words) or _BLOCKED.search(words):
        return Outcome.SOFT
    given = re.findall(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])", words)
    if status in ("", "5.0.0", "4.0.0") and given:
        status = given[0]  # the server that was asked says it more closely than the one that reports
    if status[2:5] in ("2.2", "3.1", "3.4", "2.3") or status.startswith(("5.7.", "5.6.")):
        return Outcome.SOFT  # full, too large, or this letter is refused: nothing is said about the address
    if status.startswith("4"):
        return Outcome.SOFT
    if status.startswith("5"):
        return Outcome.HARD
    return _judge_words(words)


def _judge_words(words: str) -> Outcome:
    """Judge by what is said, where no status is given."""
    if _FULL.search(words) or _BLOCKED.search(words):
        return Outcome.SOFT
    found = re.search(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])", words)
    if found:
        return _judge("failed", found[1], "")
    if _TOO_LONG.search(words):
        return Outcome.SOFT
    if _UNKNOWN.search(words):
        return Outcome.HARD
    code = re.search(r"(?<![\d.])([45])[0-5]\d(?=[ :;#-])", words)
    if code:
        return Outcome.HARD if code[1] == "5" else Outcome.SOFT
    return Outcome.UNCLEAR


_FULL = re.compile(
    r"mailbox (is )?full|over ?quota|quota ?exceeded|exceeded (its|their|the|his) (storage|quota|disk)|out of storage"
    r"|insufficient (system )?(storage|disk)|too (large|big)|size limit|postfach (ist )?voll|boîte (aux lettres )?pleine",
    re.IGNORECASE,
)  # fmt: skip
_BLOCKED = re.compile(
    r"block(ed|list)|black ?list|\bspam\b|spamhaus|\breputation\b|\bdmarc\b|\bspf\b|\brbl\b|rate limit|too many (messages|connections)"
    r"|grey ?list|gray ?list|content (was )?rejected|policy (reasons|violation|rejection)",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(
    r"in the queue too long|retry time(out)? (not reached|exceeded)|delivery time expired|timed? ?out|could not be delivered for"
    r"|try(ing)? again later|temporar(y|ily)|connection refused|giving up after|retry timeout",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"user (is )?(unknown|invalid|does ?n.t exist|not found)|unknown (user|recipient|address|local)|no such (user|mailbox|recipient|address|domain)"
    r"|no mailbox here|not listed in|(does ?n.t|does not) (exist|have an?)|(was|were|be|is) ?n[o']t (be )?found|invalid (recipient|address|mailbox)"
    r"|unrouteable|non-existent|mailbox (unavailable|not found|disabled|inactive)|(address|recipient)( was)? (rejected|not found)"
    r"|account (has been |is )?(disabled|closed|inactive|suspended|deleted)|host (or domain name )?not found|no longer (valid|active|with|accepts)"
    r"|couldn.t find any host|bad destination|is not a valid|(nicht|konnte nicht) gefunden|existiert nicht|unbekannt(er)? (empfänger|benutzer)"
    r"|empfänger unbekannt|n'existe pas|introuvable|utilisateur inconnu|destinataire inconnu|no existe|desconocido|usuario no|non esiste"
    r"|sconosciuto|não existe|inexistente|bestaat niet|onbekend",
    re.IGNORECASE,
)


# --- what is said in words only


def _in_words(message: Message) -> list[Report]:
    subject, sender = _header(message, "Subject"), _header(message, "From").lower()
    text, _ = _split(_text(message))
    if _CHALLENGE.search(f"{subject}\n{text}"):
        return [Report(Outcome.NOTHING, reason=f"Asks who we are: {subject}")]
    is_report = bool(_from_a_mail_server(message, sender) or _header(message, "X-Failed-Recipients"))
    if not is_report and not (_FAILED.search(subject) and _SAYS_FAILED.search(text)):
        return [Report(Outcome.NOTHING, reason=subject)] if _is_automatic(message, subject) else []
    if _WAITS.search(subject) or _WAITS.search(text):
        return [Report(Outcome.NOTHING, reason=subject)]
    failed = [_address(one) for one in _header(message, "X-Failed-Recipients").split(",")]
    named = {address: _about(address, text) for address in failed if address} or dict(_named_in(text))
    if not named:
        if _is_automatic(message, subject) and not _FAILED.search(subject) and not _SAYS_FAILED.search(text):
            return [Report(Outcome.NOTHING, reason=subject)]
        outcome = _judge_words(text) if _SAYS_FAILED.search(text) or _FAILED.search(subject) else Outcome.UNCLEAR
        return [Report(outcome, _only_recipient(message), reason=_first_reason(text))]
    if not (_FAILED.search(subject) or _SAYS_FAILED.search(text) or any(map(_UNKNOWN.search, named.values()))):
        automatic = _is_automatic(message, subject)
        return [Report(Outcome.NOTHING if automatic else Outcome.UNCLEAR, reason=subject)]
    reports = []
    for address, words in named.items():
        outcome = _judge_words(words)
        if outcome is Outcome.UNCLEAR:
            outcome = _judge_words(text)
        if outcome is Outcome.HARD and _TOO_LONG.search(words):
            outcome = Outcome.SOFT
        reports.append(Report(outcome, address, reason=words))
    return reports


_CHALLENGE = re.compile(
    r"challenge.response|verify (that )?you (sent|are)|verify your (email|e-mail|identity)|confirm that you (are|sent)|sender verification|boxbe|spam ?arrest"
    r"|prove (that )?you are (a )?(human|person)|authenticate yourself|(added?|on) (to )?(my|the) (list of approved|guest|white) ?(senders|list)"
    r"|to (complete|release) (the )?(verification|your (message|email))",
    re.IGNORECASE,
)
_WAITS = re.compile(
    r"\bdelayed\b|still being retried|not yet been delivered|warning only|delivery status notification \(delay\)|will (be retried|keep trying|retry|continue)"
    r"|zustellung verzögert|verzögert|retardé|could not send message for past|warning: could not send|delivery incomplete|delivery attempts will continue",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|returned mail|returned to sender|deliver\w* (has )?fail|fail\w* (notice|delivery|permanently)|failure notice|mail delivery (failed|problem|error|system)|"
    r"delivery (status )?(notification|report|error|problem)|mail failure|unzustellbar|nicht zugestellt|unable to deliver|non[- ]remis|non remise|"
    r"échec|non recapitabile|mancata consegna|no se (pudo|puede) entregar|no entregado|não entregue|onbestelbaar|配信不能|olevererbart|não foi possível",
    re.IGNORECASE,
)
_SAYS_FAILED = re.compile(
    r"(could|can|was|were|is|be|has|have|did) ?n[o'’]?t (be |been )?(able to )?(deliver|reach|sent|delivered)|couldn.t (be )?(deliver|reach)|wasn.t (able to )?deliver"
    r"|unable to deliver|undeliverable|permanent (fatal )?(error|failure)|fatal errors?|failed permanently|delivery (has )?failed|unrecoverable error"
    r"|konnte nicht (an|zu)|nicht zugestellt|fehler bei der|n'a pas pu être|non (è stato|recapit)|no (se )?pudo|não pôde|送信できません"
    r"|was rejected|message rejected",
    re.IGNORECASE,
)
_AUTOMATIC = re.compile(
    r"out of (the )?office|auto(matic|matische|mated|mática)?[- ]?(reply|response|responder|antwort|answer)|abwesen|nicht im (büro|haus)|réponse automatique"
    r"|absence du bureau|absent|risposta automatica|fuori (sede|ufficio)|respuesta autom|fuera de (la )?oficina|resposta autom|ausente|automatisch antwoord|afwezig"
    r"|on (vacation|holiday|leave)|away from|im urlaub|autosvar|automaattinen|nieobecno|自動返信|不在|自动回复|автоответ|urlaub|vacation",
    re.IGNORECASE,
)


def _from_a_mail_server(message: Message, sender: str) -> bool:
    if message.get_content_type() == "multipart/report":
        return True
    name = re.search(
        r"mailer-?daemon|mail delivery (sub)?system|postmaster@|mdaemon|microsoftexchange|<>|mail ?system|bounce",
        sender,
    )
    return bool(name)


def _is_automatic(message: Message, subject: str) -> bool:
    submitted = _header(message, "Auto-Submitted").lower()
    return (
        (bool(submitted) and submitted != "no")
        or any(_header(message, name) for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Vacation"))
        or _header(message, "Precedence").lower() in ("auto_reply", "auto-reply")
        or bool(_AUTOMATIC.search(subject))
    )


# Every repetition has an end: a message made to take for ever is read as fast as any other.
_ADDRESS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,9}[A-Za-z0-9-]{2,63}"


def _named_in(text: str) -> Iterator[tuple[str, str]]:
    """Find the addresses that stand at the head of a line or behind a phrase, each with what is said about it."""
    marks = list(
        re.finditer(
            rf"^[ \t>*]*(?:(?:rcpt )?to:|recipient(?: address)?:|an:|à :)?[ \t]*<?({_ADDRESS})>?(?:<mailto:[^>]*>)?[ \t]*(?=$|[:;,.(#]|\n)",
            text,
            re.MULTILINE | re.IGNORECASE,
        )
    ) or list(
        re.finditer(
            rf"(?:deliver\w*(?: your message)? to|recipient[^\n@]{{0,20}}|rcpt to:)\s*<?({_ADDRESS})>?", text, re.I
        )
    )
    seen = set()
    for n, mark in enumerate(marks):
        address = mark[1].lower()
        if address in seen:
            continue
        seen.add(address)
        yield address, text[mark.end() : marks[n + 1].start() if n + 1 < len(marks) else None].strip()


def _about(address: str, text: str) -> str:
    return dict(_named_in(text)).get(address) or text


def _only_recipient(message: Message) -> str:
    found = {_address(str(inner.get("To", ""))) for inner in _returned(message)} - {""}
    return found.pop() if len(found) == 1 else ""


def _first_reason(text: str) -> str:
    found = _UNKNOWN.search(text) or _FULL.search(text) or _BLOCKED.search(text)
    if not found:
        return ""
    return text[text.rfind("\n", 0, found.start()) + 1 : text.find("\n", found.end())]


# --- which letter it was


# Our number: 24 hexadecimal digits, as the left side of a Message-ID or behind the + of the envelope's sender.
_NUMBERS = (r"<([0-9a-f]{24})@", r"\+([0-9a-f]{24})@")


def _number(message: Message) -> str:
    envelope = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Received")
    for name in (*envelope, "In-Reply-To", "References"):
        for value in message.get_all(name, []):
            for pattern in reversed(_NUMBERS):
                if found := re.search(pattern, str(value)):
                    return found[1]
    for inner in _returned(message):
        for pattern, name in ((_NUMBERS[0], "Message-ID"), (r"^\s*([0-9a-f]{24})\s*$", LETTER)):
            if found := re.search(pattern, str(inner.get(name, ""))):
                return found[1]
    for part in message.walk():
        if part.get_content_type() in ("message/delivery-status", "message/feedback-report"):
            for said in _fields(part):
                for pattern in _NUMBERS:
                    if found := re.search(pattern, " ".join(said.values())):
                        return found[1]
    found = re.search(r"^Message-ID:\s*<([0-9a-f]{24})@", _text(message), re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def _is_ours_alone(message: Message) -> bool:
    """Tell whether the letter that came back was to one address, as all of ours are."""
    return len(re.findall(_ADDRESS, " ".join(str(inner.get("To", "")) for inner in _returned(message)))) == 1


def _returned(message: Message) -> Iterator[Message]:
    """Give the letters that the message brings back, or their heads."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind in ("message/rfc822", "message/global"):
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                yield inner[0]
        elif kind in ("text/rfc822-headers", "message/global-headers"):
            inner = part.get_payload()
            if isinstance(inner, list):  # the parser takes every message/* for a message
                yield from (one for one in inner[:1] if isinstance(one, Message))
            else:
                yield message_from_bytes(_bytes(part).lstrip(b"\r\n"), policy=policy.compat32)
    _, after = _split(_text(message))
    if after:
        head = re.sub(
            r"\A(?:\s*-{2,}[^\n]*\n)+", "", after
        ).lstrip()  # Exim says in lines of their own how much of it follows
        yield message_from_bytes(head.encode(), policy=policy.compat32)


# --- reading mail that may be broken


def _fields(part: Message) -> list[dict[str, str]]:
    """Read the groups of fields of a report; the parser has read them as messages, or has left them as text."""
    inner = part.get_payload()
    blocks = (
        [one for one in inner if isinstance(one, Message)]
        if isinstance(inner, list)
        else [
            message_from_bytes(block.encode("utf-8", "replace"), policy=policy.compat32)
            for block in re.split(r"\n\s*\n", _decoded(part).strip())
        ]
    )
    if part.get_content_type() == "message/feedback-report":
        # Python reads every message/* but a delivery status as one message, whose head the fields are.
        blocks = blocks[:1]
    return [{name.lower(): " ".join(str(value).split()) for name, value in block.items()} for block in blocks]


def _text(message: Message) -> str:
    """Give the words of a message, without those of the letter that it brings back as a part of its own."""
    plain: list[str] = []
    html: list[str] = []
    for part in _own_parts(message):
        if part.get_content_type() == "text/plain":
            plain.append(_decoded(part))
        elif part.get_content_type() == "text/html":
            without = re.sub(r"(?is)<(style|script|head)\b.{0,5000}?</\1>", " ", _decoded(part)[:MAX_TEXT])
            html.append(unescape(re.sub(r"<[^>@]{0,500}>", "\n", without)))
    words = "\n".join(plain) if "".join(plain).strip() else "\n".join(html)
    return re.sub(r"[ \t>*]{40,}", " ", words[:MAX_TEXT].replace("\r\n", "\n"))


def _own_parts(message: Message) -> Iterator[Message]:
    if message.get_content_maintype() == "message":
        return
    if message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _own_parts(part)
    else:
        yield message


_HERE_IT_ENDS = re.compile(
    r"^[ >]*(-{2,}|_{2,}|={2,})? ?("
    r"(below this line|this) is a copy of (the|your) message.*|original message( follows| headers?)?|message header follows.*"
    r"|(the )?(body|headers?) of (the|your) (original )?message.*|unsent message (below|follows).*|returned message.*|forwarded message"
    r"|your message follows.*|copy of (the|your) (original )?message.*|included is a copy of .*|ursprüngliche nachricht|message d'origine.*"
    r"|original message headers?:?.*|message headers? follow.*|start of returned message"
    r")[ :.]*-*[ ]*$|^Return-Path: *<.*$",
    re.IGNORECASE | re.MULTILINE,
)


def _split(text: str) -> tuple[str, str]:
    """Part what the server says from the letter that it quotes."""
    found = _HERE_IT_ENDS.search(text)
    if not found:
        return text, ""
    after = text[found.start() if found[0].lower().startswith("return-path") else found.end() :]
    return text[: found.start()], after


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decoded(part: Message) -> str:
    raw = _bytes(part)
    charset = part.get_content_charset() or "utf-8"
    try:
        return raw.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")


def _header(message: Message, name: str) -> str:
    value = message.get(name)
    if value is None:
        return ""
    read_again = EmailMessage(policy=policy.default)
    try:
        read_again[name] = " ".join(str(value).split())
        return str(read_again[name])
    except (ValueError, IndexError, LookupError, AttributeError):  # not what a header may be
        return str(value)


def _address(text: str) -> str:
    found = re.search(_ADDRESS, text.replace("rfc822;", " ").replace("utf-8;", " "))
    return found[0].lower() if found else ""
