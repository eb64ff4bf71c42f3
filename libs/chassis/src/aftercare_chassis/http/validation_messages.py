"""The code and the message of an invalid field, in both languages. A message names what is allowed, never the value that
was sent: that may be somebody's name or number.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aftercare_chassis.http.languages import CHINESE
from aftercare_chassis.sentences import fill

# Any: the context of an error of pydantic has values of any type.

_TYPE = ("wrong_type", "类型应为{type}。", "Must be {type}.")
_FORMAT = ("wrong_format", "格式应为{type}。", "Must be {type}.")

_MESSAGES: dict[str, tuple[str, str, str]] = {
    "missing": ("required", "此项必填。", "Required."),
    "extra_forbidden": ("unknown_field", "不接受此字段。", "Unknown field."),
    "unknown_parameter": (
        "unknown_parameter",
        "没有此参数；可用的参数：{known:or 无}。",
        "Unknown parameter; known: {known:or none}.",
    ),
    "invalid_key": ("unknown_field", "字段名必须是文本。", "Field names must be text."),
    "none_required": ("wrong_type", "只能为 null。", "Must be null."),
    "greater_than": ("out_of_range", "必须大于 {gt}。", "Must be greater than {gt}."),
    "greater_than_equal": ("out_of_range", "不得小于 {ge}。", "Must be at least {ge}."),
    "less_than": ("out_of_range", "必须小于 {lt}。", "Must be less than {lt}."),
    "less_than_equal": ("out_of_range", "不得大于 {le}。", "Must be at most {le}."),
    "multiple_of": ("out_of_range", "必须是 {multiple_of} 的倍数。", "Must be a multiple of {multiple_of}."),
    "finite_number": ("out_of_range", "必须是有限的数。", "Must be a finite number."),
    "int_parsing_size": ("out_of_range", "整数过大。", "The integer is too large."),
    "int_from_float": ("wrong_type", "必须是整数，不能有小数。", "Must be an integer without a fraction."),
    "too_short": ("too_few", "至少需要 {min_length} 项。", "Must have at least {min_length:item|items}."),
    "too_long": ("too_many", "最多 {max_length} 项。", "Must have at most {max_length:item|items}."),
    "string_too_short": (
        "too_short",
        "至少需要 {min_length} 个字符。",
        "Must have at least {min_length:character|characters}.",
    ),
    "string_too_long": (
        "too_long",
        "最多 {max_length} 个字符。",
        "Must have at most {max_length:character|characters}.",
    ),
    "bytes_too_short": ("too_short", "至少需要 {min_length} 字节。", "Must have at least {min_length:byte|bytes}."),
    "bytes_too_long": ("too_long", "最多 {max_length} 字节。", "Must have at most {max_length:byte|bytes}."),
    "string_unicode": ("invalid_unicode", "必须是合法的 Unicode 文本。", "Must be valid Unicode text."),
    "string_not_ascii": ("wrong_format", "只能使用 ASCII 字符。", "Must be ASCII."),
    "string_pattern_mismatch": ("wrong_format", "必须匹配 {pattern}。", "Must match {pattern}."),
    "key_repeated": ("key_repeated", "同一对象中不得重复出现该字段。", "Must not be in the same object twice."),
    "control_character": ("control_character", "不得包含控制字符。", "Must not contain control characters."),
    "line_break": (
        "control_character",
        "必须为一行，不得包含控制字符或换行。",
        "Must be one line without control characters.",
    ),
    "principal_unfit": (
        "wrong_format",
        "必须是 1 至 {longest} 个可打印字符，且不能只是 . 或 .. 。",
        "Must be 1 to {longest} printable characters, and neither . nor .. alone.",
    ),
    "string_blank": ("blank", "不得为空白。", "Must not be blank."),
    "enum": ("not_a_choice", "可选值：{expected}。", "Must be one of: {expected}."),
    "literal_error": ("not_a_choice", "可选值：{expected}。", "Must be one of: {expected}."),
    "union_tag_invalid": ("not_a_choice", "可选值：{expected_tags}。", "Must be one of: {expected_tags}."),
    "union_tag_not_found": ("required", "缺少区分类型的字段。", "The field that selects the type is missing."),
    "currency_unknown": (
        "currency_unknown",
        "必须是 ISO 4217 货币代码，如 CNY。",
        "Must be an ISO 4217 code, such as CNY.",
    ),
    "time_invalid": (
        "time_invalid",
        "必须是带时区偏移的时间，如 2026-05-01T08:30:00+08:00。",
        "Must be a time with a UTC offset, such as 2026-05-01T08:30:00+08:00.",
    ),
    "timezone_naive": ("time_invalid", "不得带时区偏移。", "Must not have a UTC offset."),
    "timezone_aware": ("time_invalid", "必须带时区偏移。", "Must have a UTC offset."),
    "timezone_offset": ("time_invalid", "时区偏移不符。", "Has the wrong UTC offset."),
    "date_past": ("out_of_range", "必须早于今天。", "Must be in the past."),
    "date_future": ("out_of_range", "必须晚于今天。", "Must be in the future."),
    "datetime_past": ("out_of_range", "必须早于现在。", "Must be in the past."),
    "datetime_future": ("out_of_range", "必须晚于现在。", "Must be in the future."),
    "decimal_max_digits": (
        "out_of_range",
        "最多 {max_digits} 位数字。",
        "Must have at most {max_digits:digit|digits}.",
    ),
    "decimal_max_places": (
        "out_of_range",
        "最多 {decimal_places} 位小数。",
        "Must have at most {decimal_places:decimal place|decimal places}.",
    ),
    "decimal_whole_digits": (
        "out_of_range",
        "整数部分最多 {whole_digits} 位。",
        "Must have at most {whole_digits:digit|digits} before the decimal point.",
    ),
    "url_scheme": ("wrong_format", "网址协议必须是 {expected_schemes}。", "The scheme must be {expected_schemes}."),
    "url_too_long": (
        "too_long",
        "网址最多 {max_length} 个字符。",
        "Must have at most {max_length:character|characters}.",
    ),
    "uuid_version": (
        "wrong_format",
        "必须是第 {expected_version} 版 UUID。",
        "Must be a UUID of version {expected_version}.",
    ),
    "recursion_loop": ("wrong_type", "不得引用自身。", "Must not contain itself."),
    "recursion_depth_exceeded": ("too_deep", "嵌套过深。", "Is nested too deeply."),
    "value_error": ("invalid", "内容不符合要求。", "Is not valid."),
    "assertion_error": ("invalid", "内容不符合要求。", "Is not valid."),
}

_TYPES = {  # what is expected, by the first word of a `…_type` or `…_parsing` error
    "string": ("文本", "text"),
    "int": ("整数", "an integer"),
    "float": ("数", "a number"),
    "bool": (" true 或 false", "true or false"),
    "decimal": ("十进制数", "a decimal number"),
    "fraction": ("分数", "a fraction"),
    "complex": ("复数", "a complex number"),
    "bytes": ("字节串", "bytes"),
    "date": ("日期，如 2026-05-01", "a date, such as 2026-05-01"),
    "time": ("时刻，如 08:30:00", "a time of day, such as 08:30:00"),
    "datetime": ("时间，如 2026-05-01T08:30:00+08:00", "a time, such as 2026-05-01T08:30:00+08:00"),
    "uuid": ("UUID", "a UUID"),
    "url": ("网址", "a URL"),
    "json": ("JSON", "JSON"),
    "list": ("列表", "a list"),
    "tuple": ("列表", "a list"),
    "set": ("列表", "a list"),
    "frozen": ("列表", "a list"),
    "deque": ("列表", "a list"),
    "iterable": ("列表", "a list"),
    "iteration": ("列表", "a list"),
    "dict": ("对象", "an object"),
    "mapping": ("对象", "an object"),
    "model": ("对象", "an object"),
    "dataclass": ("对象", "an object"),
}
_SUFFIXES = ("_type", "_parsing", "_invalid", "_encoding", "_violation", "_inexact", "_error", "_hashable", "_delta")
_UNKNOWN = ("invalid", "内容不符合要求。", "Is not valid.")
_KEY = "[key]"
"""How the location of a field ends that must not have its name."""
_QUOTED = re.compile(r"'([^']*)'")


def validation_message(error: Mapping[str, Any], language: str) -> tuple[str, str]:
    """(code, message) of a pydantic error.

    A validator of a service may raise `PydanticCustomError("its_code", "English.", {"zh": "中文。"})`.
    """
    kind, context = error["type"], error.get("ctx", {})
    found = _MESSAGES.get(kind) or _type_message(kind)
    if found is None and "zh" in context:
        return kind, context["zh"] if language == CHINESE else error["msg"]
    code, zh, en = found or _UNKNOWN
    facts = {name: _readable(fact) for name, fact in context.items()}
    return code, fill(zh if language == CHINESE else en, facts, language)


def _type_message(kind: str) -> tuple[str, str, str] | None:
    types = _TYPES.get(kind.split("_", 1)[0])
    if types is None or not kind.endswith(_SUFFIXES):
        return None
    code, zh, en = _TYPE if kind.endswith("_type") else _FORMAT
    return code, zh.format(type=types[0]), en.format(type=types[1])


def _readable(fact: object) -> object:
    # pydantic lists choices as "'a', 'b' or 'c'"; without its grammar the list reads well in both languages.
    choices = _QUOTED.findall(fact) if isinstance(fact, str) else None
    return choices or fact


def pointer(location: Sequence[int | str]) -> str:
    """The JSON pointer of a pydantic location, without its first part (body, query, path, header)."""
    parts = location[1:-1] if location[-1:] == (_KEY,) else location[1:]
    return "".join("/" + str(part)[:100].replace("~", "~0").replace("/", "~1") for part in parts)
