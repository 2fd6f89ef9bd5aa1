"""Replies as mail programs write them: what a student wrote comes through, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from printflow.inbox.guarded import GuardedReader

MAILS = Path(__file__).parent / "mails"
NAMES = sorted(path.stem for path in MAILS.glob("*.eml"))


@pytest.mark.parametrize("name", NAMES)
def test_what_the_student_wrote(name: str) -> None:
    raw = (MAILS / f"{name}.eml").read_bytes()
    mail = GuardedReader(keep_bytes=1 << 20).read(raw)
    assert mail.text == (MAILS / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")
    assert mail.sender == "jane@example.edu"
    assert "Which way up?" in mail.whole, "the original text has what is quoted"


def test_a_photo_of_a_phone_is_turned_and_has_no_place() -> None:
    from io import BytesIO

    from PIL import Image

    raw = (MAILS / "iphone_photo_en.eml").read_bytes()
    (picture,) = GuardedReader(keep_bytes=1 << 20).read(raw).pictures
    with Image.open(BytesIO(picture.data)) as opened:
        assert opened.size == (picture.width, picture.height) == (480, 640), "it lay on its side"
        assert not opened.getexif()
    assert picture.name == "IMG_0042.jpeg"
