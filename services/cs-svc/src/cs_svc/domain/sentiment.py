"""The sentiment of feedback in Chinese and English, by words and a few rules: the same text always has the same one.

A word counts 1, and the other way round where a negation stands shortly before it. What follows a word such as 但是 or but counts twice: people
say there what they mean. `tests/unit/test_sentiment.py` measures it on texts that were written before the rules.
"""

import re

from aftercare_language.normalization import normalize

from cs_svc.domain.feedback import Sentiment

_POSITIVE_ZH = (
    "满意 感谢 谢谢 多谢 点赞 好评 很好 真好 特别好 态度好 服务好 不错 很快 真快 及时 迅速 专业 负责 靠谱 方便 简单 顺利 耐心 热情 贴心 周到 完好 喜欢 推荐 惊喜 超出预期 "
    "值得 开心 高兴 放心 省心 给力 优秀 完美 棒"
)
_NEGATIVE_ZH = (
    "太差 很差 极差 差劲 差评 恶劣 失望 生气 愤怒 气愤 投诉 垃圾 骗 欺骗 敷衍 推卸 推脱 推诿 漏水 破损 坏了 损坏 有问题 故障 很慢 太慢 拖延 没人接 没人回 没有人回 无人 "
    "没有到账 没到账 没有解决 没解决 没来 没有来 没收到 没有收到 少了 旧货 假货 后悔 麻烦 复杂 浪费 卡死 提交不了 用不了 打不开 不行 拒绝 骂 难用 糟糕 郁闷 无语 再也不 上当"
)
_POSITIVE_EN = (
    "thank thanks great good excellent perfect perfectly helpful happy satisfied pleased easy fast quick quickly smooth smoothly polite friendly professional "
    "appreciated appreciate love loved best recommend kind reliable solved early well wonderful awesome"
)
_NEGATIVE_EN = (
    "bad terrible awful worst rude slow disappointed disappointing angry broken faulty damaged defective waste useless ignores ignored ignore nightmare problem "
    "problems complicated unhappy horrible poor late never nobody scam cheated fake worried"
)
_NOT_EN = frozenset(
    [
        "not",
        "no",
        "n't",
        "never",
        "without",
        "hardly",
        "isn't",
        "wasn't",
        "don't",
        "doesn't",
        "didn't",
        "cannot",
        "can't",
        "won't",
    ]
)
_NOT_ZH = re.compile(r"(?:不|没有|没|并非|毫无|不是很|不太|不够|一点都不|一点也不|并不)$")
_CONTRAST = re.compile(r"但是|但|不过|可是|然而|只是|\bbut\b|\bhowever\b|\byet\b")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[,.;:!?]")
_NEAR = 3
"""So many words before an English word a negation turns it round, in the same part of the sentence."""
_FAILED = re.compile(
    r"\b(?:still|has|have|does|do|did|is|was)(?:\s+\w+)?\s+not\s+(?:\w+\s+)?(?:arrived|work|works|working|solved|answered|paid|received|come|what)\b|\bmoney back\b"
)


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile("|".join(sorted(words.split(), key=len, reverse=True)))


_ZH = ((_pattern(_POSITIVE_ZH), 1), (_pattern(_NEGATIVE_ZH), -1))
_EN = dict.fromkeys(_POSITIVE_EN.split(), 1) | dict.fromkeys(_NEGATIVE_EN.split(), -1)


def sentiment_of(text: str) -> Sentiment:
    """The sentiment that the words of the text show; neutral where they show none, or both alike."""
    before, *after = _CONTRAST.split(normalize(text))
    score = _score(before) + 2 * sum(map(_score, after))
    if score == 0:
        return Sentiment.NEUTRAL
    return Sentiment.POSITIVE if score > 0 else Sentiment.NEGATIVE


def _score(text: str) -> int:
    return _chinese(text) + _english(text) - len(_FAILED.findall(text))


def _chinese(text: str) -> int:
    total = 0
    for pattern, value in _ZH:
        for found in pattern.finditer(text):
            total += -value if _NOT_ZH.search(text[: found.start()]) else value
    return total


def _english(text: str) -> int:
    words = _WORD.findall(text.replace("\u2019", "'"))
    total, near = 0, list[str]()
    for word in words:
        value = _EN.get(word, 0)
        total += -value if value and not _NOT_EN.isdisjoint(near) else value
        near = [*near, word][-_NEAR:] if word.isalnum() or "'" in word else []
    return total
