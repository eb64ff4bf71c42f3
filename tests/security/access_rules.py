"""Which roles may take each operation of each service, and calls of any operation as anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from aftersale_access import AFTERSALE, EVERYBODY, PARTIES, READERS, STAFF
from complaint_access import COMPLAINTS
from desk_access import DESK
from knowledge_access import KNOWLEDGE
from seeded_service import SeededService

PRINCIPALS = {
    "buyer": ("buyer", "buyer-1"),
    "seller": ("seller", "seller-1", "m-1"),
    "agent": ("agent", "agent-9"),
    "arbitrator": ("arbitrator", "arbitrator-9"),
    "supplier": ("supplier", "supplier-9"),
    "courier": ("courier", "courier-9"),
    "finance": ("finance", "finance-9"),
    "admin": ("admin", "admin-9"),
}
FINANCE = {"finance", "admin"}
OTHER_PARTIES = {
    "buyer": ("buyer", "buyer-2"),
    "seller": ("seller", "seller-2", "m-2"),
    # A subject that is equal to an id in another role has no rights of that role.
    "buyer named m-1": ("buyer", "m-1"),
    "seller named buyer-1": ("seller", "buyer-1", "buyer-1"),
}
# Who may take each operation: the agreed access rules. A new route needs a line here.
ALLOWED: dict[str, dict[str, set[str]]] = {
    "order-svc": {
        "createOrder": {"seller"},
        "listOrders": EVERYBODY,
        "countOrders": EVERYBODY,
        "exportOrders": {"seller", "agent", "admin"},
        "readErpOrders": {"seller"},
        "readErpRefunds": {"seller"},
        "readErpStockReturns": {"seller"},
        "startOrderImport": {"seller"},
        "listOrderImports": {"seller", "agent", "admin"},
        "getOrderImport": {"seller", "agent", "admin"},
        "importOrderRows": {"seller"},
        "completeOrderImport": {"seller"},
        "listOrderImportRefusals": {"seller", "agent", "admin"},
        "getOrderTimeline": READERS,
        "followOrder": READERS,
        "followOrders": EVERYBODY,
        "getOrder": READERS,
        "cancelOrder": PARTIES | {"agent"},
        "confirmReceipt": {"buyer"},
        "changeAddress": PARTIES | {"agent"},
        "packOrder": {"seller"},
        "requestIntercept": PARTIES | {"agent"},
        "listIntercepts": EVERYBODY,
        "getIntercept": READERS,
        "withdrawIntercept": PARTIES | {"agent"},
        "submitIntercept": {"seller", "agent"},
        "grantIntercept": {"seller", "agent"},
        "refuseIntercept": {"seller", "agent"},
        "unpackOrder": {"seller"},
        "deliverVirtualGoods": {"seller"},
        "listRestrictions": {"agent", "arbitrator", "admin"},
        "approveOrder": {"agent", "admin"},
        "rejectOrder": {"agent", "admin"},
        "extendReceipt": PARTIES | {"agent"},
        "getOrderTimes": {"seller", "agent", "arbitrator", "admin"},
        "listOrderTimesVersions": {"seller", "agent", "arbitrator", "admin"},
        "getOrderTimesVersion": {"seller", "agent", "arbitrator", "admin"},
        "setOrderTimes": {"seller", "agent", "admin"},
        "listStockMovements": EVERYBODY,
        "getStockLevel": {"seller", "agent", "arbitrator", "admin"},
        "startPayment": {"buyer"},
        "voidPayment": {"buyer", "seller", "agent"},
        "capturePayment": {"seller", "agent", "admin"},
        "listPaymentReconciliations": FINANCE,
        "getPaymentReconciliation": FINANCE,
        "exportPaymentReconciliation": FINANCE,
        "listPaymentDifferences": FINANCE,
        "getPaymentDifference": FINANCE,
        "explainPaymentDifference": FINANCE,
        "resolvePaymentDifference": FINANCE,
        "getOrderLedger": READERS,
        "getLedgerProof": EVERYBODY,
        "beginLedgerRecount": {"admin"},
        "listLedgerPostings": EVERYBODY,
        "getMerchantLedger": STAFF | FINANCE | {"seller"},
        "listPayments": EVERYBODY,
        "getPayment": READERS,
        "getRefund": READERS,
        "listRefunds": {"agent"} | FINANCE,
        "queryRefund": {"agent"} | FINANCE,
        "refundRemainder": {"agent", "admin"},
        "recordRefund": {"seller", "agent", "admin"},
        "shipParcel": {"seller"},
        "voidParcel": {"seller"},
        "recordDelivery": {"seller", "agent"},
        "recordLoss": {"seller", "agent"},
        "contestReceiver": PARTIES | {"agent"},
        "connectShippingAccount": {"seller"},
        "listShippingAccounts": {"seller", "admin"},
        "getShippingAccount": {"seller", "admin"},
        "rotateShippingSecret": {"seller"},
        "changeShippingSender": {"seller"},
        "revokeShippingAccount": {"seller"},
        "orderLabel": {"seller"},
        "orderReturnLabel": {"seller", "agent"},
        "listLabels": {"seller", "agent"},
        "getLabel": {"seller", "agent"},
        "getLabelFile": {"seller", "agent"},
        "cancelLabel": {"seller", "agent"},
        "changePickup": {"seller", "agent"},
        "giveUpLabel": {"seller", "agent"},
        "askShippingPrices": {"seller", "agent"},
        "getShippingQuote": {"seller", "agent"},
        "listParcels": EVERYBODY,
        "getParcel": READERS,
        "listParcelAnomalies": {"seller"} | STAFF,
        "countParcelAnomalies": {"seller"} | STAFF,
        "getParcelAnomaly": {"seller"} | STAFF,
        "acknowledgeParcelAnomaly": {"seller", "agent"},
        "resolveParcelAnomaly": {"seller", "agent"},
        "createCourierEndpoint": {"admin"},
        "listCourierEndpoints": {"admin"},
        "getCourierEndpoint": {"admin"},
        "rotateCourierSecret": {"admin"},
        "restrictCourierEndpoint": {"admin"},
        "revokeCourierEndpoint": {"admin"},
        "listUnknownCourierCodes": {"admin"},
        "listSilentCourierEndpoints": {"admin"},
        "listCourierPushes": {"admin"},
        "getCourierPush": {"admin"},
        "redriveCourierPush": {"admin"},
        "listPaymentCallbacks": {"admin"},
        "getPaymentCallback": {"admin"},
        "redrivePaymentCallback": {"admin"},
    },
    "aftersale-svc": AFTERSALE,
    "cs-svc": {
        **DESK,
        "openConversation": {"buyer"},
        "listConversations": EVERYBODY,
        "getConversation": READERS,
        "followConversation": READERS,
        "listMessages": READERS,
        "postMessage": PARTIES | {"agent"},
        "markConversationRead": PARTIES | {"agent"},
        "assignConversation": {"agent"},
        "closeConversation": {"buyer", "agent"},
        "switchBot": {"agent"},
        "listBotDays": {"agent", "admin"},
        "listBotHandovers": {"agent", "arbitrator", "admin"},
        **COMPLAINTS,
        "receiveFeedback": PARTIES | {"agent"},
        "listFeedback": EVERYBODY,
        "getFeedback": READERS,
        "answerFeedback": {"agent"},
        "improveFromFeedback": {"agent"},
        "giveRating": {"buyer"},
        "listRatings": EVERYBODY,
        "getRating": READERS,
        "changeRating": {"buyer"},
        "setSurveyPreference": {"buyer"},
        "listSurveyPreferences": EVERYBODY,
        "listSurveys": EVERYBODY,
        "getSurvey": {"buyer"} | STAFF,
        "getSurveyFigures": STAFF,
        "rateAsMerchant": {"seller"},
        "listMerchantRatings": EVERYBODY,
        "getMerchantRating": {"seller"} | STAFF,
        "changeMerchantRating": {"seller"},
        "rateConversation": {"buyer"},
        "listConversationRatings": EVERYBODY,
        "getConversationRating": {"buyer"} | STAFF,
        "changeConversationRating": {"buyer"},
        "rateCourier": {"buyer"},
        "listCourierRatings": EVERYBODY,
        "getCourierRating": READERS,
        "getCustomer": READERS,
        "putBotIntents": {"agent", "admin"},
        "listBotIntents": {"agent", "admin"},
        "trainBot": {"agent", "admin"},
        "listBotModels": {"agent", "admin"},
        "getBotModel": {"agent", "admin"},
        "activateBotModel": {"agent", "admin"},
        "askBot": EVERYBODY,
        "markBotAnswer": {"buyer", "agent", "admin"},  # the asker, and who judges it
        "listUnansweredQuestions": {"agent", "admin"},
        "getBotFigures": {"agent", "admin"},
        "putTeam": {"admin"},
        "listTeams": {"agent", "arbitrator", "admin"},
        "getTeam": {"agent", "arbitrator", "admin"},
        "putAgent": {"agent", "admin"},
        "listAgents": {"agent", "arbitrator", "admin"},
        "getAgent": {"agent", "arbitrator", "admin"},
        "comeOnline": {"agent", "admin"},
        "goAway": {"agent", "admin"},
        "goOffline": {"agent", "admin"},
        "listQueues": {"agent", "arbitrator", "admin"},
        "getQueueCoverage": {"agent", "arbitrator", "admin"},
        "getQueuePlace": READERS,
        "listQueueEntries": {"agent", "arbitrator", "admin"},
        "getQueueEntry": {"agent", "arbitrator", "admin"},
        "acceptOffer": {"agent"},
        "putSlaPolicy": {"admin"},
        "listSlaPolicies": {"agent", "arbitrator", "admin"},
        "getSlaPolicy": {"agent", "arbitrator", "admin"},
        "putSlaCalendar": {"admin"},
        "getSlaCalendar": {"agent", "arbitrator", "admin"},
        "listSlaBreaches": {"agent", "arbitrator", "admin"},
        "declineOffer": {"agent"},
        "addIdentity": {"agent"},
        "listIdentities": {"buyer"} | STAFF,
        "getIdentity": {"buyer"} | STAFF,
        "linkIdentity": {"agent"},
        "unlinkIdentity": {"agent"},
        "writeToIdentity": {"agent"},
        "listDeliveries": STAFF,
        "announceAttachment": PARTIES | {"agent"},
        "listAttachments": READERS,
        "getAttachment": {"buyer"},  # one of the buyer; the others see it once a message names it
        "completeAttachment": {"buyer"},
        "retryDelivery": {"agent"},
        "listChannelInbox": STAFF,
        "redriveInbound": {"agent", "admin"},
        **{each: {"buyer"} for each in ("askForLinkCode", "getLinkCode", "confirmLinkCode")},
        **dict.fromkeys(("listCalls", "getCall"), STAFF),
        "disposeCall": {"agent"},
    },
    "kb-svc": KNOWLEDGE,
    "analytics-svc": {
        "getTrace": READERS,
        "listAuditEvents": {"admin"},
        "getAfterSalesMetrics": STAFF,
        "getCourierMetrics": STAFF,
    },
}
PARTNERS = {"receivePaymentCallback", "receiveCourierPush", "receiveChannelPush"}  # signed by the partner, no token


@dataclass(frozen=True)
class Route:
    """One operation of a service."""

    id: str
    method: str
    path: str
    conditional: bool
    filters: frozenset[str]

    @property
    def is_command(self) -> bool:
        """Whether it changes something: then it needs a key."""
        return "IdempotencyKey" in self.filters

    async def call(
        self,
        service: SeededService,
        client: httpx.AsyncClient,
        *,
        stale: bool = False,
        ids: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Call it on the service's own objects, or on `ids`; with `stale`, with an If-Match that cannot hold.

        Asserts that the response is documented.
        """
        options: dict[str, Any] = {"params": service.queries.get(self.id), "headers": {}}
        if self.method != "GET" and self.id in service.bodies:
            options["json"] = service.bodies[self.id]
        if stale and self.conditional:
            options["headers"] = {"If-Match": '"v999"'}
        response = await client.request(self.method, self.path.format(**{**service.ids, **(ids or {})}), **options)
        service.assert_documented(self.path, self.method, response)
        return response


def routes(service: SeededService) -> Iterator[Route]:
    for path, operations in service.paths.items():
        for method, operation in operations.items():
            if operation["operationId"] not in PARTNERS:
                names = frozenset(
                    each.get("name") or each["$ref"].rpartition("/")[2] for each in operation["parameters"]
                )
                yield Route(operation["operationId"], method.upper(), path, "IfMatch" in names, names)


def allowed_roles(service: SeededService) -> dict[str, set[str]]:
    return ALLOWED[service.harness.service.name]
