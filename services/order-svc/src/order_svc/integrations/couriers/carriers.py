"""The codes of parcels' carriers, and what partners that report for several carriers call them.

The names are those of the partners' own lists. A carrier that is not listed keeps the name that the partner has for it.
"""

from order_svc.integrations.couriers.fields import carrier_name

_NAMES = {
    "sf": ("shunfeng", "sf_express", "sf-express", "sfexpress", "shunfengkuaiyun"),
    "zto": ("zhongtong", "zto-express"),
    "yto": ("yuantong", "yto-express"),
    "yunda": ("yd", "yunda-express"),
    "sto": ("shentong", "sto-express"),
    "best": ("htky", "huitongkuaidi", "baishihuitong", "best-express", "bestex"),
    "jd": ("jingdong", "jd-express", "jdl"),
    "ems": ("china-ems", "chinaems"),
    "jt": ("jtexpress", "jtsd", "jitu", "jt-express", "jnt", "jtexpressmy", "jt-express-malaysia"),
    "dbl": ("debangwuliu", "debangkuaidi", "dbkd", "deppon"),
}
_CODES = {name: code for code, names in _NAMES.items() for name in (code, *names)}


def carrier_called(name: str) -> str:
    """The code of the carrier that a partner calls so.

    Raises:
        ValueError: it is no name that a code can be made of.
    """
    return _CODES.get(name.strip().lower()) or carrier_name(name)
