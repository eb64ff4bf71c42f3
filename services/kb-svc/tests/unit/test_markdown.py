"""The plain text of Markdown."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kb_svc.domain.markdown import blocks, plain
from markdown_it import MarkdownIt

MARKDOWN = """# 运费

> 请**如实**选择原因。

| 原因 | 运费 |
|---|---|
| 质量问题 | `商家` 承担 |

1. 看[这里](https://example.test/a "t")
- ![图](b.png) \\*星\\*
```python
code
```
<b>粗</b> 3 < 5
"""


def test_markup_is_removed() -> None:
    text = plain(MARKDOWN)
    assert text == "运费 请如实选择原因。 原因 运费 质量问题 商家 承担 看这里 图 *星* code 粗 3 < 5"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("re**fund**", "refund"),
        ("re&shy;fund &amp; more", "re\u00adfund & more"),
        ("a<br>b re<b>fund</b>", "a b refund"),
        ("<div>\n重要 &lt;b\n</div>", "重要 <b"),
        ("see [the [rules]](https://shop.test/a_b_c)", "see the [rules]"),
        ("see [the rules][r]\n\n[r]: https://shop.test/rules 'x'", "see the rules"),
        ("![a *red* box](box.png)", "a red box"),
        ("<https://shop.test/returns>", "https://shop.test/returns"),
        ("`a_b` and a_b_c and 2*3*4", "a_b and a_b_c and 234"),
        ("~~old~~ new", "old new"),
        ("Title\n=====\nfirst\nsecond", "Title first second"),
        ("    indented code", "indented code"),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |", "a b 1 2"),
    ],
)
def test_the_text_is_what_a_reader_sees(markdown: str, text: str) -> None:
    assert plain(markdown) == text


@given(st.text(max_size=300))
def test_the_text_is_on_one_line(markdown: str) -> None:
    assert "\n" not in plain(markdown)


@pytest.mark.parametrize(
    "body",
    [
        "退货" * 10_000,
        "[" * 20_000,
        "![" * 10_000,
        "<" * 20_000,
        "a " * 10_000,
        "| " * 10_000,
        "> " * 10_000,
        "*a " * 6_000,
        "\n" * 20_000,
    ],
)
def test_hostile_texts_are_parsed_in_bounded_time(body: str) -> None:
    began = time.process_time()
    plain(body)
    assert time.process_time() - began < 2


@given(
    st.lists(
        st.sampled_from(
            ["# a", "## b", "a", "===", "---", "```terms", "{}", "```", "- c", "> # d", "    # e", "", "| a | b |"]
        )
    )
)
def test_blocks_are_where_a_whole_parse_has_them(lines: list[str]) -> None:
    markdown = "\n".join(lines)
    whole = MarkdownIt("commonmark").parse(markdown)
    assert [(each.type, each.map, each.content) for each in blocks(markdown)] == [
        (each.type, each.map, each.content) for each in whole
    ]
