"""Emails as strangers and broken programs send them: what is read of each, and what is not."""

from __future__ import annotations

import base64
import time
from io import BytesIO

import pytest
from PIL import Image

from printflow.domain.incoming import ArrivedMail, Kept
from printflow.inbox import guarded
from printflow.inbox.guarded import GuardedReader
from printflow.inbox.html_text import text_of
from printflow.inbox.quotes import without_quotes
from printflow.sandbox import Limits
from tests.plugins.inbox import email


def read(raw: bytes) -> ArrivedMail:
    return GuardedReader(keep_bytes=1 << 20).read(raw)


def jpeg(side: int = 64) -> bytes:
    out = BytesIO()
    Image.new("RGB", (side, side), "red").save(out, "JPEG")
    return out.getvalue()


def mixed(*parts: str) -> bytes:
    body = "".join(f"--b\n{part}\n" for part in parts)
    return email(f"{body}--b--\n", content='multipart/mixed; boundary="b"')


def attached(data: bytes, kind: str, name: str) -> str:
    packed = base64.b64encode(data).decode()
    return (
        f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n"
        f'Content-Disposition: attachment; filename="{name}"\n\n{packed}'
    )


def test_no_charset_at_all() -> None:
    raw = email("x", content="") + "Grüße, 5 € bitte".encode()
    assert read(raw).text == "xGrüße, 5 € bitte"
    raw = email("x", content="") + "Grüße, 5 € bitte".encode("cp1252")
    assert read(raw).text == "xGrüße, 5 € bitte"


@pytest.mark.parametrize(
    "charset", ["us-ascii", "iso-8859-1", "x-no-such", "utf-16", "koi8-\u00ff"]
)
def test_a_wrong_charset(charset: str) -> None:
    raw = email("Grüße", content=f"text/plain; charset={charset}")
    assert read(raw).text == "Grüße"


def test_letters_of_a_country() -> None:
    raw = email("", content="text/plain; charset=gb2312") + "平面朝下".encode("gb2312")
    assert read(raw).text == "平面朝下"


def test_html_alone_is_read_as_text_and_nothing_of_it_runs() -> None:
    html = (
        "<html><head><title>no</title><style>p{x}</style></head><body onload=alert(1)>"
        "<p>Up &amp; <b>please</b></p><script>alert('x')</script>"
        "<img src=x onerror=alert(1)><ul><li>one</li><li>two</li></ul>"
        "<a href='javascript:alert(1)'>here</a></body></html>"
    )
    mail = read(email(html, content="text/html; charset=utf-8"))
    assert mail.text == "Up & please\n\n- one\n- two\nhere"
    assert "alert" not in mail.whole


def test_a_hundred_parts_within_each_other() -> None:
    inner = "Content-Type: text/plain\n\nUp, please.\n"
    for number in range(100):
        inner = (
            f'Content-Type: multipart/mixed; boundary="b{number}"\n\n'
            f"--b{number}\n{inner}\n--b{number}--\n"
        )
    mail = read(email("", content="").rstrip() + b"\r\n" + inner.encode())
    assert (mail.text, mail.unreadable) == ("Up, please.", False)


def test_endless_nesting_leaves_the_head() -> None:
    inner = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(5000)
    )
    mail = read(email("", content="").rstrip() + b"\r\n" + inner.encode())
    assert mail.unreadable
    assert mail.sender == "jane@example.edu"


def test_thousands_of_parts_are_not_all_read() -> None:
    mail = read(mixed(*["Content-Type: text/plain\n\nx"] * 5000))
    assert len(mail.text) < 1000


def test_what_outlook_wraps_up_is_named() -> None:
    text = "Content-Type: text/plain\n\nSee the file."
    mail = read(mixed(text, attached(b"\x78\x9f\x3e\x22", "application/ms-tnef", "winmail.dat")))
    assert mail.text == "See the file."
    assert [(one.name, one.kept) for one in mail.attachments] == [("winmail.dat", Kept.NAMED)]
    alone = read(mixed(attached(b"\x78\x9f", "application/ms-tnef", "winmail.dat")))
    assert "can't be read here" in alone.text


def test_a_signature_is_no_file_and_a_sealed_text_is_told() -> None:
    signed = email(
        '--s\nContent-Type: text/plain\n\nUp.\n--s\nContent-Type: application/pkcs7-signature; name="smime.p7s"\n'
        'Content-Disposition: attachment; filename="smime.p7s"\nContent-Transfer-Encoding: base64\n\nMIIB\n--s--\n',
        content='multipart/signed; protocol="application/pkcs7-signature"; boundary="s"',
    )
    mail = read(signed)
    assert (mail.text, [one.kept for one in mail.attachments]) == ("Up.", [Kept.SIGNATURE])
    sealed = read(
        email("MIIB", content='application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"')
    )
    assert "can't be read here" in sealed.text


def test_heads_that_break_out() -> None:
    raw = email(
        "Up.",
        sender='"Jane\r\n\t<b>Doe</b>" <jane@example.edu>',
        head="Subject: =?utf-8?q?x=0D=0ABcc:_v@x.y=00=E2=80=AE?=",
    )
    mail = read(raw)
    for text in (mail.subject, mail.sender_name, mail.sender):
        assert not set(text) & set("\r\n\0\u202e")
    assert mail.sender == "jane@example.edu"


def test_two_senders_are_none() -> None:
    assert read(email("Up.", sender="a@example.edu, b@example.edu")).sender == ""
    assert read(email("Up.", sender="")).sender == ""


def test_pictures_are_drawn_again_and_others_named() -> None:
    bomb = BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    mail = read(
        mixed(
            "Content-Type: text/plain\n\nSee.",
            attached(jpeg() + b"<script>", "image/jpeg", "photo.jpg"),
            attached(bomb.getvalue(), "image/png", "bomb.png"),
            attached(b"GIF89a", "image/png", "not.png"),
            attached(b"\0\0\0 ftypheic", "image/heic", "IMG_1.HEIC"),
            attached(b"<svg onload='alert(1)'/>", "image/svg+xml", "x.svg"),
            attached(b"solid x", "model/stl", "part.stl"),
            attached(b"MZ", "application/pdf", "..\\..\\evil\u202egpj.exe"),
        )
    )
    assert [(one.name, one.kept) for one in mail.attachments] == [
        ("photo.jpg", Kept.PICTURE),
        ("bomb.png", Kept.NAMED),
        ("not.png", Kept.NAMED),
        ("IMG_1.HEIC", Kept.NAMED),
        ("x.svg", Kept.NAMED),
        ("part.stl", Kept.MODEL),
        ("evilgpj.exe", Kept.NAMED),
    ]
    (picture,) = mail.pictures
    assert b"<script>" not in picture.data


def test_a_logo_is_no_picture() -> None:
    mail = read(mixed("Content-Type: text/plain\n\nx", attached(jpeg(8), "image/jpeg", "dot.jpg")))
    assert mail.pictures == ()


def test_an_original_that_is_too_large_is_kept_without_its_files() -> None:
    noise = base64.b64encode(bytes(range(256)) * 4000)
    raw = mixed("Content-Type: text/plain\n\nUp.", attached(noise, "application/zip", "big.zip"))
    mail = GuardedReader(keep_bytes=64 << 10).read(raw)
    assert (mail.text, mail.original_whole) == ("Up.", False)
    assert len(mail.original) < 64 << 10
    assert b"big.zip" in mail.original
    assert noise[:60] not in mail.original


def test_a_process_that_dies_leaves_the_head(monkeypatch: pytest.MonkeyPatch) -> None:
    tight = Limits(memory_bytes=1 << 30, cpu_seconds=0, file_bytes=1 << 20)
    monkeypatch.setattr(guarded, "_LIMITS", tight)
    mail = read(email("Up."))
    assert (mail.unreadable, mail.sender) == (True, "jane@example.edu")


def test_a_process_that_hangs_is_ended() -> None:
    began = time.monotonic()
    mail = GuardedReader(keep_bytes=1, seconds=0.001).read(email("Up."))
    assert mail.unreadable
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "answer", [b"", b"{}", b"[]", b'{"unreadable": 0}', b"\xff", b"1" * 100, b'{"a":' * 9000]
)
def test_an_answer_that_is_none(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "_all_of", lambda _stream: answer)
    assert read(email("Up.")).unreadable


def test_the_same_email_has_one_identity() -> None:
    once, again = email("Up."), email("Up.", head="X-Spam: no")
    assert read(once).identity == read(again).identity, "its Message-ID tells"
    assert read(once).identity != read(email("Up.", own_id="<other@x.y>")).identity
    without = email("Up.", own_id="")
    assert read(without).identity == read(without).identity
    assert read(without).identity != read(email("Down.", own_id="")).identity


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Up.", "Up."),
        ("> Which?\n\nUp.", "Up."),
        ("> all of it\n> is quoted", "> all of it\n> is quoted"),
        ("From: here to there\nI go.", "From: here to there\nI go."),
        ("On Monday I wrote:\nhello", "On Monday I wrote:\nhello"),
        ("- one\n- two\nThanks, Jane\nP.S. blue!", "- one\n- two\nThanks, Jane\nP.S. blue!"),
        ("Up.\n\nSent from my iPhone", "Up."),
        ("Sent from my iPhone", "Sent from my iPhone"),
        ("Up.\n\nIl giorno lun 2 mar 2026 alle ore 15:30 Lab <lab@x.y> ha scritto:\n> A?", "Up."),
        ("Up.\n\nOp ma 2 mrt 2026 om 15:30 schreef Lab <lab@x.y>:\n> A?", "Up."),
        ("Up.\n\nW dniu 2.03.2026 o 15:30, Lab pisze:\n> Hm?", "Up.\n\nW dniu 2.03.2026 o 15:30, Lab pisze:"),
    ],
)  # fmt: skip
def test_words_are_not_lost(text: str, own: str) -> None:
    assert without_quotes(text) == own


def test_long_and_wicked_texts_take_no_time() -> None:
    began = time.monotonic()
    for text in ("On " * 60_000, "> " * 60_000, "<" * 300_000, "a\n" * 60_000, "- " * 9_000):
        without_quotes(text)
        text_of(text)
    assert time.monotonic() - began < 30
