"""The carriers whose parcels are known by name: the code of each, and what others call it.

The names are those of the partners' own lists. A parcel may be of another carrier, whose code is then the name that it was given.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Carrier(NamedTuple):
    """What a carrier is called: `title` on labels, `at_kuaidi100` in orders of Kuaidi100, and `others` in pushes of any partner."""

    title: str
    at_kuaidi100: str
    others: tuple[str, ...] = ()


CARRIERS: Mapping[str, Carrier] = {
    "sf": Carrier("顺丰速运", "shunfeng", ("sf_express", "sf-express", "sfexpress", "shunfengkuaiyun")),
    "zto": Carrier("中通快递", "zhongtong", ("zto-express",)),
    "yto": Carrier("圆通速递", "yuantong", ("yto-express",)),
    "yunda": Carrier("韵达快递", "yunda", ("yd", "yunda-express")),
    "sto": Carrier("申通快递", "shentong", ("sto-express",)),
    "best": Carrier("百世快递", "huitongkuaidi", ("htky", "baishihuitong", "best-express", "bestex")),
    "jd": Carrier("京东快递", "jd", ("jingdong", "jd-express", "jdl")),
    "ems": Carrier("EMS", "ems", ("china-ems", "chinaems")),
    "jt": Carrier("极兔速递", "jtexpress", ("jtsd", "jitu", "jt-express", "jnt", "jtexpressmy", "jt-express-malaysia")),
    "dbl": Carrier("德邦快递", "debangkuaidi", ("debangwuliu", "dbkd", "deppon")),
}
"""By code. Kuaidi100 takes orders for all of them."""
