"""Names of documents: every program gets one it can save under, who reads UTF-8 the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.kernel.model.content_disposition import disposition, filename
from rt.kernel.model.messages import Download


def file(name: str, inline: bool = False) -> Download:
    return Download(content=b"", media_type="text/plain", filename=name, inline=inline)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("LV-2026-000001.pdf", 'attachment; filename="LV-2026-000001.pdf"'),
        (
            "lettre à voir.pdf",
            "attachment; filename=\"lettre_a_voir.pdf\"; filename*=UTF-8''lettre%20%C3%A0%20voir.pdf",
        ),
        ("émargé.pdf", "attachment; filename=\"emarge.pdf\"; filename*=UTF-8''%C3%A9marg%C3%A9.pdf"),
        ("../../etc/x", "attachment; filename=\"_.._etc_x\""),
        ("", 'attachment; filename="document"'),
        (
            'a"; filename="b.exe',
            "attachment; filename=\"a___filename__b.exe\"; filename*=UTF-8''a_%3B%20filename%3D_b.exe",
        ),
        ("facture\u202efdp.exe", 'attachment; filename="facturefdp.exe"'),
        ("a\r\nset-cookie: x", "attachment; filename=\"aset-cookie__x\"; filename*=UTF-8''aset-cookie_%20x"),
    ],
)  # fmt: skip
def test_a_name_is_said_in_ascii_and_whole(name: str, header: str) -> None:
    assert disposition(file(name)) == header


def test_what_is_shown_says_so() -> None:
    assert disposition(file("a.pdf", inline=True)) == 'inline; filename="a.pdf"'


@given(st.text(max_size=200))
def test_any_name_makes_one_plain_line_that_reads_back(name: str) -> None:
    said = disposition(file(name))
    assert said.isascii()
    assert said.isprintable()
    assert said.count('"') == 2
    assert disposition(file(filename(said))) == said
