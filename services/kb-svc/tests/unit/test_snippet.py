"""The lines shown under a hit."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kb_svc.domain.analyser import asked
from kb_svc.domain.snippet import WIDTH, plain, snippet

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


def rarities(question: str) -> dict[str, float]:
    return dict.fromkeys(asked(question), 1.0)


def test_marks_of_markdown_are_not_shown() -> None:
    text = plain(MARKDOWN)
    assert text == "运费 请如实选择原因。 原因 运费 质量问题 商家 承担 看这里 图 *星* code 粗 3 < 5"


def test_the_window_is_where_the_answer_is() -> None:
    body = "前面说的是别的事情。" * 40 + "退货的运费由卖家承担。" + "后面也是别的事情。" * 40
    found = snippet(body, rarities("退货运费谁承担"))
    assert found.text.startswith("…")
    assert found.text.endswith("…")
    assert [found.text[start:end] for start, end in found.highlights] == ["退货", "运费", "承担"]


def test_a_text_without_the_words_shows_its_beginning() -> None:
    assert snippet("开头。" * 100, rarities("退货")).text == ("开头。" * 100)[:WIDTH] + "…"
    assert snippet("短。", rarities("退货")).text == "短。"
    assert snippet("", rarities("退货")).text == ""


def test_width_forms_are_found_and_shown_as_written() -> None:
    found = snippet("办理ＶＩＰ会员，㎏计价", rarities("vip kg"))
    assert [found.text[start:end] for start, end in found.highlights] == ["ＶＩＰ", "㎏"]


@given(st.text(max_size=600), st.text("退货运费ab ", min_size=1, max_size=10))
def test_any_text_has_a_bounded_snippet_with_marks_inside(body: str, question: str) -> None:
    found = snippet(body, rarities(question))
    assert len(found.text) <= WIDTH + 2
    ends = [place for span in found.highlights for place in span]
    assert ends == sorted(ends)
    assert all(0 <= place <= len(found.text) for place in ends)


@pytest.mark.parametrize(
    "body", ["退货" * 10_000, "[" * 20_000, "<" * 20_000, "a " * 10_000, "| " * 10_000, "\n" * 20_000]
)
def test_hostile_texts_take_no_time(body: str) -> None:
    began = time.process_time()
    snippet(body, rarities("退货 a"))
    assert time.process_time() - began < 2
