"""Remove personal data from couriers' free text, before it is stored in clear, logged or published."""

import re
from collections.abc import Iterable

_LONGEST = 500
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_NUMBER = re.compile(r"\+?\d(?:[\s-]?\d){6,}")
_END = r"\s,;(\[\uff0c\uff1b\uff08\u3002\u3010"  # where a name ends: blanks, and commas, full stops and brackets of either width
_SIGNER = re.compile(rf"(已由|签收人(?:是|为)?[:\uff1a]?\s*)([【\[(\uff08]?)([^{_END}】\])\uff09]{{1,12}})")
_SIGNED_BY = re.compile(
    r"((?i:\b(?:signed(?: for)? by|received by|recipient|signature|signee|signer)\b)[:\s]+)([^\W\d_][\w.'-]*(?:[ ][A-Z][\w.'-]*){0,3})"
)
# With these only words that are written as names are: "left with a neighbour" has none.
_GIVEN_TO = re.compile(
    r"((?i:\b(?:(?:left|deposited) with|(?:handed|given|released|delivered|driven) (?:over )?to|(?:collected|picked up|accepted|taken|retrieved) by"
    r"|attn|attention|care of|c/o)\b)[:.\s]+(?i:(?:the )?(?:mr|mrs|ms|miss|dr)\b\.? ?)?)([A-Z][\w.'-]*(?:[ ][A-Z][\w.'-]*){0,3})"
)
# A name from another language in Chinese characters.
_DOTTED = r"[\u4e00-\u9fff]{1,8}(?:[·\u2022\u30fb][\u4e00-\u9fff]{1,8}?)+"
# A name right before a mobile number, such as 【李雷13800000000】.
_BEFORE_MOBILE = re.compile(
    rf"(?<![\u4e00-\u9fff·])({_DOTTED}|[\u4e00-\u9fff]{{2,4}})(?=[(\uff08]?(?:\+?86[- ]?)?1\d{{2}}[\s-]?\d{{4}}[\s-]?\d{{4}})"
)
_NO_NAMES = ("电话", "手机", "热线", "客服", "联系", "致电", "拨打", "短信")
_STAFF = re.compile(
    rf"((?:业务|快递|派送|派件|投递|收派|配送)(?:员|小哥)|小件员|(?:收件|寄件|联系|签收|取件|代收|代签)人)([:\uff1a]?\s*)([^{_END}]{{1,12}}?)(?=[{_END}]|已|正在|$)"
)
_NAME = rf"{_DOTTED}|[\u4e00-\u9fff]{{2,4}}?"
_TAKEN = r"(?:代?签收|代签|代收|代领|代取|取件|取走|取出|领取|领走|提取|自提|收取|收货|妥投)"
_BRACKET = r"[【\[(\uff08「“\"]?"
_CLOSED = r"[】\])\uff09」”\"]?"
_BEFORE_TAKEN = re.compile(
    rf"(^|[\s,;:.\uff0c\uff1b\uff1a\u3002】\])\uff09、]|(?:客户|用户|买家|顾客|收货人|收件方|已?被|由|交由|交给|交付|送达))(\s*{_BRACKET}\s*)({_NAME})"
    rf"(?=\s*{_CLOSED}\s*(?:[(\uff08][^)\uff09]{{1,6}}[)\uff09]\s*)?(?:已经?|本人|亲自|进行|完成)*\s*{_TAKEN})"
)
_AFTER_TAKEN = re.compile(
    rf"({_TAKEN}\s*[:\uff1a]\s*|(?:交给|交由|转交给?|投交|交付给?)\s*)({_BRACKET})({_NAME})(?=[{_END}】\])\uff09」”\"、,.!！]|$)"
)
_TITLED = re.compile(
    r"((?:欧阳|司马|上官|诸葛|夏侯|皇甫|尉迟|公孙|慕容|司徒|令狐|[\u4e00-\u9fff]))(先生|女士|小姐|太太|老师)"
)
# What stands where a name could: goods, places, and who is no person with a name.
_NOBODY = re.compile(
    r"[快件裹货您你站柜店点吧已被由从至到未不请]|包裹|[订运]单|商品|物品|超市|岗亭|本人|家人|家属|同事|同学|邻居|门卫|物业|前台|保安|他人|朋友|客户|用户|收发|公司|学校|成功"
    r"|正在|派送|签收|代收|收件|驿|丰巢|菜鸟|传达室|管家|室友|父母|爸|妈|老公|老婆|孩子|正常|投递|运输|中心|及时|尽快|联系|核对|凭|等待"
)
_NO_PERSON = re.compile(
    r"(?i)(?:the|a|an|front|back|rear|side|desk|door|reception|receptionist|mail ?room|neighbou?r|locker|agent|security|guard|office|concierge|porch|garage"
    r"|post|parcel|shop|store|sender|shipper|customer|recipient|addressee|resident|individual|household|member|residence|at|in|on|[ ])+"
)


def mask(text: str, names: Iterable[str | None] = ()) -> str:
    """The text without phone numbers, mail addresses and names; `names` are those the partner gave in fields of their own."""
    # Cut before searching: some of the patterns take quadratic time.
    text = _UNSTORABLE.sub(" ", text[: 2 * _LONGEST])
    for name in sorted((n for n in names if n), key=len, reverse=True):
        text = text.replace(name, "*")
    text = _MAIL.sub("*", text)
    text = _BEFORE_MOBILE.sub(_name, text)
    text = _NUMBER.sub("*", text)
    text = _SIGNED_BY.sub(r"\1*", text)
    text = _GIVEN_TO.sub(_given_to, text)
    text = _SIGNER.sub(r"\1\2*", text)
    text = _STAFF.sub(r"\1\2*", text)
    for pattern in (_BEFORE_TAKEN, _AFTER_TAKEN):
        text = pattern.sub(_taken, text)
    text = _TITLED.sub(r"*\2", text)
    return text[:_LONGEST]


def _name(match: re.Match[str]) -> str:
    words = match[1]
    return words if words.endswith(_NO_NAMES) else "*"


def _taken(match: re.Match[str]) -> str:
    words, start = match[3], 0
    while (nobody := _NOBODY.match(words, start)) is not None:
        start = nobody.end()
    name = words[start:]
    return match[0] if len(name) < 2 or _NOBODY.search(name) else f"{match[1]}{match[2]}{words[:start]}*"


def _given_to(match: re.Match[str]) -> str:
    return match[0] if _NO_PERSON.fullmatch(match[2]) else f"{match[1]}*"
