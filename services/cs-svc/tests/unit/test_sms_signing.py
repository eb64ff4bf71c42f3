"""Signatures of requests to Alibaba Cloud."""

from datetime import UTC, datetime

from cs_svc.integrations.channels.sms.signing import AccessKey, Action, headers


def test_the_signature_is_that_of_the_example_in_the_documentation() -> None:
    image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    action = Action(name="RunInstances", version="2014-05-26", parameters={"RegionId": "cn-shanghai", "ImageId": image})
    signed = headers(
        action,
        host="ecs.cn-shanghai.aliyuncs.com",
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
        key=AccessKey(id="YourAccessKeyId", secret="YourAccessKeySecret"),
    )
    assert signed["authorization"].endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )
