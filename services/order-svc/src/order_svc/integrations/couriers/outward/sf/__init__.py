"""SF 顺丰 through its open platform 丰桥: prices, shipments with pickup, cancellations, intercepts and routes.

A form with partnerID, requestID, serviceCode, timestamp, msgData and msgDigest = base64(md5(urlencode(msgData + timestamp +
checkword))) [V] (the example of the documentation). Answers: apiResultCode, `A1000` where the service behind it was called, and
apiResultData, an object or its text, with success, errorCode (`S0000`), errorMsg and msgData [D] (open.sf-express.com, EXP_RECE_CREATE_ORDER,
EXP_RECE_QUERY_DELIVERTM). Services and their fields [D]: EXP_RECE_CREATE_ORDER, EXP_RECE_SEARCH_ORDER_RESP, EXP_RECE_UPDATE_ORDER (dealType
1 confirm, 2 cancel; resStatus 2 done), EXP_RECE_SEARCH_ROUTES, EXP_RECE_QUERY_DELIVERTM; EXP_RECE_WANTED_INTERCEPT [R] (serviceCode 1 redirect, 2
return). Codes [D]: 8016 repeated orderId, 8018 and 8024 no such order, 8037 cancelled, 8252 confirmed, 8096 pickup time, 8114 and 8119
monthly account, 8196 phone; 8044 being processed [R]. Routes are pushed for every order of the account: there is no subscription per
parcel that the documentation of pushes needs [U], so none is made.
"""

from order_svc.integrations.couriers.outward.sf.adapter import SfService

__all__ = ["SfService"]
