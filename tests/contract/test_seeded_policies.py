"""What the seeded policies promise in figures is what the services do by default, in both languages."""

import re

import pytest
from aftersale_svc.settings import Settings as AfterSaleSettings
from documents import ROOT
from order_svc.settings import Settings as OrderSettings

SEEDS = ROOT / "services/kb-svc/src/kb_svc/seeds"
_HOUR, _DAY, _MINUTE = 1.0, 24.0, 1 / 60
# The policy, the words around the figure in both languages, its unit in hours, the settings and the field that holds it.
PROMISES = [
    ("returns", r"起(七)天", r"within (seven) days", _DAY, OrderSettings, "after_sale_window_hours"),
    ("returns", r"商家在 (\d+) 小时内审核", r"reviews it within (\d+) hours", _HOUR, AfterSaleSettings, "review_hours"),
    (
        "returns",
        r"请在 (\d+) 天内把商品寄回",
        r"Ship the parcel within (\d+) days",
        _DAY,
        AfterSaleSettings,
        "buyer_ship_hours",
    ),
    (
        "returns",
        r"在 (\d+) 天之内寄还",
        r"back to you within (\d+) days",
        _DAY,
        AfterSaleSettings,
        "refused_goods_dispatch_hours",
    ),
    ("cancel-order", r"下单后 (\d+) 分钟", r"unpaid after (\d+) minutes", _MINUTE, OrderSettings, "payment_hours"),
    (
        "cancel-order",
        r"(\d+) 小时没有回应",
        r"after (\d+) hours without",
        _HOUR,
        AfterSaleSettings,
        "cancellation_review_hours",
    ),
    (
        "exchanges",
        r"签收后 (\d+) 天之内",
        r"within (\d+) days of delivery",
        _DAY,
        OrderSettings,
        "after_sale_window_hours",
    ),
    (
        "exchanges",
        r"换货结束后 (\d+) 天",
        r"within (\d+) days after the exchange",
        _DAY,
        AfterSaleSettings,
        "dispute_window_hours",
    ),
    (
        "exchanges",
        r"验收合格，(\d+) 小时内发出",
        r"leaves within (\d+) hours",
        _HOUR,
        AfterSaleSettings,
        "reship_hours",
    ),
    ("late-shipping", r"付款后 (\d+) 小时", r"within (\d+) hours after payment", _HOUR, OrderSettings, "ship_hours"),
    (
        "late-shipping",
        r"商家 (\d+) 小时内没有答复",
        r"does not answer within (\d+) hours",
        _HOUR,
        AfterSaleSettings,
        "review_hours",
    ),
    (
        "price-protection",
        r"商家在 (\d+) 小时内核对",
        r"checks it within (\d+) hours",
        _HOUR,
        AfterSaleSettings,
        "review_hours",
    ),
    ("refund-times", r"最多 (\d+) 天完成验货", r"at most (\d+) days", _DAY, AfterSaleSettings, "inspection_hours"),
    (
        "disputes",
        r"被拒绝后的 (\d+) 天",
        r"you have (\d+) days to complain",
        _DAY,
        AfterSaleSettings,
        "dispute_window_hours",
    ),
    (
        "disputes",
        r"商家在 (\d+) 小时",
        r"answers\*\* within (\d+) hours",
        _HOUR,
        AfterSaleSettings,
        "merchant_answer_hours",
    ),
    ("disputes", r"期限 (\d+) 小时", r"you have (\d+) hours to add", _HOUR, AfterSaleSettings, "evidence_hours"),
    (
        "disputes",
        r"可以在 (\d+) 天内提出一次申诉",
        r"appeal once within (\d+) days",
        _DAY,
        AfterSaleSettings,
        "appeal_hours",
    ),
]
_WORDS = {"七": 7, "seven": 7}


@pytest.mark.parametrize(
    ("slug", "zh", "en", "unit", "settings", "field"), PROMISES, ids=[f"{row[0]} {row[5]}" for row in PROMISES]
)
def test_the_figure_of_a_policy_is_the_default_of_the_service(
    slug: str, zh: str, en: str, unit: float, settings: type, field: str
) -> None:
    for language, words in (("zh-CN", zh), ("en", en)):
        text = (SEEDS / language / f"{slug}.md").read_text(encoding="utf-8")
        found = re.search(words, text)
        assert found, f"{slug} in {language} does not promise {field} in these words"
        figure = _WORDS.get(found[1]) or int(found[1])
        assert figure * unit == pytest.approx(settings.model_fields[field].default), (slug, language, field)
