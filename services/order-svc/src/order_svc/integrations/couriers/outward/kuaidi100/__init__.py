"""Kuaidi100 快递100: prices, shipments with pickup (上门取件), intercepts, subscriptions and queries, for any carrier.

Signatures [V] (kuaidi100-api/java-demo, utils/SignUtils.java): upper-case hexadecimal MD5 of param + t + key + secret for orders, of
param + key + customer for queries; a subscription has none and names the key inside `param`. Paths, methods and the fields of
requests [D] (the same repository: ApiInfoConstant, BOrderReq, PriceQueryParam, SubscribeParam, InterceptOrderReq); `detail` and
`modifyOrder` [R]. Answers `{"result", "returnCode", "message", "data"}` [D]; the fields of `detail`, and the answers of `modifyOrder`
and `interceptOrder`, [U]. An order that repeats `thirdOrderId` within 48 hours returns the first one [D] (BOrderReq.thirdOrderId):
that is how a shipment without an answer is queried. Codes: 200, 400 parameters, 501 repeated, 503 signature, 600 and 601 key [D].
"""

from order_svc.integrations.couriers.outward.kuaidi100.adapter import Kuaidi100Service

__all__ = ["Kuaidi100Service"]
