"""Personal data in couriers' sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_svc.integrations.couriers.masking import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请联系 13800000000", "请联系 *"),
        ("电话(0571-88000000)、+86 138 0000 0000", "电话(*)、*"),
        ("快件已由【张伟】签收，签收网点：【西湖网点】", "快件已由【*】签收，签收网点：【西湖网点】"),
        ("签收人：张伟，谢谢", "签收人：*，谢谢"),
        ("业务员李雷(13800000000)已揽收", "业务员*(*)已揽收"),
        ("write to a.b@example.com", "write to *"),
        ("快件已到达【杭州转运中心】", "快件已到达【杭州转运中心】"),
        ("共 3 件，2026-03-01 到达", "共 3 件，* 到达"),
        ("一\x00二\n三", "一 二 三"),
    ],
)
def test_mask(text, masked):
    assert mask(text) == masked


def test_names_from_fields_are_masked_everywhere():
    assert mask("张伟丰的包裹由张伟丰取走", ["张伟丰", None, ""]) == "*的包裹由*取走"


@given(st.text(max_size=800))
def test_masked_text_can_be_stored(text):
    masked = mask(text)
    assert len(masked) <= 500
    masked.encode()
    assert "\x00" not in masked
