"""What someone wrote in a reply, without the email that it quotes.

Where it isn't sure, words stay: the whole text is better than half an answer.
"""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 20_000
"""Characters in which quotes are looked for; a longer text stays as it is."""
_LINES_OF_A_HEADER = 4
_LANGUAGES = ["en", "de", "fr", "es", "zh", "it", "nl", "pl", "sv", "da", "cs", "ja", "ko"]

_WROTE = re.compile(
    r"On .{5,250} wrote ?:"
    r"|Am .{5,200}schrieb.{0,150}:"
    r"|.{3,150} schrieb am .{5,120}:"
    r"|Le .{5,250} a écrit ?:"
    r"|El .{5,250} escribió ?:"
    r"|(?:Em|A|No dia|Às) .{5,250} escreveu ?:"
    r"|Il .{5,250} ha scritto ?:"
    r"|Op .{5,200}schreef.{0,150}:"
    r"|.{0,150}\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日.{0,150}[写寫]道 ?[:：]",
    re.IGNORECASE,
)
_FROM = r"From|Von|De|Da|Van|发件人|寄件者|寄件人"
_OTHER = (
    r"Sent|Date|To|Cc|Subject|Gesendet|Datum|An|Betreff|Enviado|Enviado el|Enviada em|Enviado em"
    r"|Envoyé|Para|Asunto|Assunto|Fecha|Data|À|Objet|发送时间|发送日期|日期|收件人|抄送|主题|Inviato|Oggetto"
    r"|Verzonden|Aan|Onderwerp"
)
_LABEL = re.compile(rf"[*\s]*(?P<label>{_FROM}|{_OTHER})[*\s]*[:：]", re.IGNORECASE)
_FIRST = re.compile(rf"[*\s]*(?:{_FROM})[*\s]*[:：].", re.IGNORECASE)
_ORIGINAL = re.compile(
    r"-{3,} ?(?:Original Message|Original-Nachricht|Ursprüngliche Nachricht|Mensaje original"
    r"|Message d['’]origine|Mensagem original|原始邮件|邮件原件|Messaggio originale) ?-{3,}",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?:Sent from my .{1,60}|Sent from .{1,40} for (?:iOS|Android).{0,60}|Get Outlook for .{1,80}"
    r"|Sent from (?:Outlook|Yahoo|Samsung|Proton).{0,60}|Sent from \w{3,9} for Windows.{0,60}"
    r"|Von meinem .{1,60} gesendet|Gesendet (?:mit|von|aus) .{1,80}|Outlook für .{1,80}"
    r"|Envoyé (?:de mon|depuis|à partir de) .{1,80}|Télécharger Outlook pour .{1,80}|Obtenir Outlook.{1,80}"
    r"|Enviado (?:desde|do|a partir do|de) (?:mi|meu|o )?.{1,80}|Obtener Outlook .{1,80}|Obter o Outlook.{1,80}"
    r"|(?:发自|發自|從|从)我的.{1,40})",
    re.IGNORECASE,
)
_RULE = re.compile(r"[_\-–—*=]{5,}")


def without_quotes(text: str) -> str:
    """What was written above, below and between what is quoted; the whole text where all of it
    seems quoted.
    """
    whole = text.strip()
    if len(whole) > LONGEST:
        return whole
    lines = whole.split("\n")
    begins, ends = _header(lines)
    if begins is None:
        begins, ends = _by_library(whole, lines)
    if begins is None:
        own = [line for line in lines if not _quoted(line)]
    else:
        own = lines[:begins]
        rest = lines[ends:]
        if any(_quoted(line) for line in rest):  # what isn't quoted below was written there
            own += [line for line in rest if not _quoted(line)]
    found = _unsigned("\n".join(own).strip())
    return found or whole


def _quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _header(lines: list[str]) -> tuple[int | None, int]:
    """Where the head of the quoted email begins, and where it ends."""
    for place, line in enumerate(lines):
        bare = line.strip().lstrip("> ").strip()
        if not bare:
            continue
        if _ORIGINAL.fullmatch(bare):
            return place, _end_of_labels(lines, place + 1)
        for end in range(place + 1, place + _LINES_OF_A_HEADER):
            if _wrote(lines[place:end]):
                while _wrote(lines[place + 1 : end]):
                    place += 1
                return place, end
        if _FIRST.match(bare) and _labels(lines, place) >= 3:
            begins = place
            while begins and _is_rule(lines[begins - 1]):
                begins -= 1
            return begins, _end_of_labels(lines, place)
    return None, 0


def _wrote(lines: list[str]) -> bool:
    """Whether these lines, put together, say who wrote what follows."""
    bare = [line.strip().lstrip("> ").strip() for line in lines]
    joined = " ".join(bare)
    return all(bare) and len(joined) <= 500 and _WROTE.fullmatch(joined) is not None


def _is_rule(line: str) -> bool:
    bare = line.strip()
    return not bare or _RULE.fullmatch(bare) is not None


def _labels(lines: list[str], place: int) -> int:
    """How many of the lines from there on are those of an email's head."""
    return sum(bool(_LABEL.match(line.lstrip("> "))) for line in lines[place : place + 6])


def _end_of_labels(lines: list[str], place: int) -> int:
    while place < len(lines) and _LABEL.match(lines[place].lstrip("> ")):
        place += 1
    return place


def _by_library(whole: str, lines: list[str]) -> tuple[int | None, int]:
    """The same for the languages and programs that mail-parser-reply knows; believed only where
    the head that it found names an address or is followed by quoted lines.
    """
    from mailparser_reply import EmailReplyParser

    try:
        replies = EmailReplyParser(languages=list(_LANGUAGES)).read(whole).replies
    except (ValueError, IndexError, RecursionError):
        return None, 0
    if len(replies) < 2:
        return None, 0
    top, head = replies[0].content.strip(), (replies[1].headers or "").strip()
    begins = len(top.split("\n"))
    while begins < len(lines) and not lines[begins].strip():
        begins += 1
    ends = begins + len(head.split("\n"))
    known = [line.strip() for line in lines[:begins] if line.strip()]
    same = known == [line.strip() for line in top.split("\n") if line.strip()]
    if not (top and head and same):
        return None, 0
    if "@" in head or any(_quoted(line) for line in lines[ends:]):
        return begins, ends
    return None, 0


def _unsigned(text: str) -> str:
    """Without the signature below ``-- `` and what phones write below each email."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if place and line.rstrip("\r") in ("-- ", "--") and len(lines) - place <= 15:
            lines = lines[:place]
            break
    while lines and (not lines[-1].strip() or _PHONE.fullmatch(_bare_link(lines[-1]))):
        lines.pop()
    while lines and _is_rule(lines[-1]):
        lines.pop()
    return "\n".join(lines).strip() or text


def _bare_link(line: str) -> str:
    return re.sub(r"<https?://[^>]{1,200}>", "", line).strip()
