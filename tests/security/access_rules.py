"""Which roles may take each operation of each service, and calls of any operation as anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from seeded_services import SeededService

PRINCIPALS = {
    "buyer": ("buyer", "buyer-1"),
    "seller": ("seller", "seller-1", "m-1"),
    "agent": ("agent", "agent-9"),
    "arbitrator": ("arbitrator", "arbitrator-9"),
    "supplier": ("supplier", "supplier-9"),
    "courier": ("courier", "courier-9"),
    "admin": ("admin", "admin-9"),
}
OTHER_PARTIES = {
    "buyer": ("buyer", "buyer-2"),
    "seller": ("seller", "seller-2", "m-2"),
    # A subject that is equal to an id in another role has no rights of that role.
    "buyer named m-1": ("buyer", "m-1"),
    "seller named buyer-1": ("seller", "buyer-1", "buyer-1"),
}
STAFF = {"agent", "arbitrator", "admin"}
PARTIES = {"buyer", "seller"}
READERS = PARTIES | STAFF
EVERYBODY = set(PRINCIPALS)

# Who may take each operation: the agreed access rules. A new route needs a line here.
ALLOWED: dict[str, dict[str, set[str]]] = {
    "order-svc": {
        "createOrder": {"seller"},
        "listOrders": EVERYBODY,
        "getOrder": READERS,
        "cancelOrder": PARTIES | {"agent"},
        "confirmReceipt": {"buyer"},
        "changeAddress": PARTIES | {"agent"},
        "startPayment": {"buyer"},
        "getOrderLedger": READERS,
        "listPayments": EVERYBODY,
        "getPayment": READERS,
        "refundRemainder": {"agent", "admin"},
        "shipParcel": {"seller"},
        "listParcels": EVERYBODY,
        "getParcel": READERS,
        "createCourierEndpoint": {"admin"},
        "listCourierEndpoints": {"admin"},
        "getCourierEndpoint": {"admin"},
        "rotateCourierSecret": {"admin"},
        "listCourierPushes": {"admin"},
        "getCourierPush": {"admin"},
        "redriveCourierPush": {"admin"},
        "listPaymentCallbacks": {"admin"},
        "getPaymentCallback": {"admin"},
        "redrivePaymentCallback": {"admin"},
    },
    "aftersale-svc": {
        "createCase": PARTIES | {"agent", "admin"},
        "previewCase": PARTIES | {"agent"},
        "listCases": EVERYBODY,
        "getCase": READERS,
        "getCaseTimeline": READERS,
        "followCaseTimeline": READERS,
        "getWorkLists": EVERYBODY,
        "approveCases": {"seller", "agent"},
        "rejectCases": {"seller", "agent"},
        "approveCase": {"seller", "agent"},
        "rejectCase": {"seller", "agent"},
        "escalateCase": {"seller", "agent"},
        "listReviewQueue": {"agent", "admin"},
        "takeCase": {"agent"},
        "changeCaseType": {"buyer"},
        "requestSupplement": {"seller", "agent"},
        "submitSupplement": {"buyer"},
        "reapplyCase": {"buyer"},
        "getReapplications": READERS,
        "assignCase": {"agent", "admin"},
        "releaseCase": {"agent"},
        "confirmDecision": {"agent"},
        "declineDecision": {"agent"},
        "makeOffer": {"seller", "agent"},
        "acceptOffer": PARTIES | {"agent"},
        "declineOffer": {"buyer"},
        "withdrawOffer": {"seller", "agent"},
        "makeCounterOffer": {"buyer"},
        "listOffers": READERS,
        "setReturnAddress": {"seller", "agent"},
        "shipCase": {"buyer"},
        "correctReturnWaybill": PARTIES | {"agent"},
        "receiveCase": {"seller"},
        "inspectCase": {"seller"},
        "refundCase": {"agent"},
        "closeCase": {"agent"},
        "acceptRejection": {"buyer"},
        "grantPriceAdjustment": {"seller", "agent"},
        "answerQuestion": {"seller", "agent"},
        "askAgain": {"buyer"},
        "resolveQuestion": {"buyer"},
        "cancelCase": {"buyer", "agent"},
        "shipReplacement": {"seller"},
        "correctReplacementWaybill": {"seller"},
        "reportNoStock": {"seller"},
        "confirmReplacement": {"buyer"},
        "reportAnomaly": {"buyer"},
        "takeRefund": {"buyer"},
        "reshipCase": {"agent"},
        "priceReplacement": {"seller"},
        "agreeCharge": {"buyer"},
        "recordPayment": {"seller"},
        "returnRefusedGoods": {"seller"},
        "quoteRepair": {"seller"},
        "declineQuote": {"buyer"},
        "finishRepair": {"seller"},
        "reportCannotRepair": {"seller"},
        "takeExchange": {"buyer"},
        "takeGoodsBack": {"buyer", "agent"},
        "resumeRepair": {"agent"},
        "agreeHold": {"buyer"},
        "releaseHold": {"agent"},
        "claimHold": {"agent"},
        "stateOfflineRefund": {"seller", "agent"},
        "confirmOfflineRefund": {"buyer"},
        "denyOfflineRefund": {"buyer"},
        "withdrawOfflineRefund": {"seller", "agent"},
        "getAfterSaleOptions": READERS,
        "listClaimsOfCase": READERS,
        "openGuaranteeClaim": {"buyer", "agent"},
        "listGuaranteeClaims": EVERYBODY,
        "getGuaranteeTotals": STAFF | {"seller"},
        "getGuaranteeClaim": READERS,
        "agreeToGuaranteeClaim": {"seller"},
        "objectToGuaranteeClaim": {"seller"},
        "requestGuaranteeEvidence": {"agent"},
        "submitGuaranteeEvidence": {"buyer"},
        "approveGuaranteeClaim": {"agent"},
        "declineGuaranteeClaim": {"agent"},
        "recordGuaranteePayment": {"agent", "admin"},
        "recordGuaranteeFailure": {"agent", "admin"},
        "cancelGuaranteeClaim": {"buyer", "agent"},
        "openCourierClaim": {"seller", "agent"},
        "listCourierClaims": EVERYBODY,
        "getCourierClaim": STAFF | {"seller"},
        "fileCourierClaim": {"seller", "agent"},
        "addCourierClaimEvidence": {"seller", "agent"},
        "acknowledgeCourierClaim": {"seller", "agent"},
        "acceptCourierClaim": {"seller", "agent"},
        "declineCourierClaim": {"seller", "agent"},
        "payCourierClaim": {"seller", "agent"},
        "abandonCourierClaim": {"seller", "agent"},
        "openDispute": {"buyer", "agent", "arbitrator"},
        "listCaseDecisions": READERS,
        "getDecision": READERS,
        "replayDecision": READERS,
        "getCaseRules": {"seller"} | STAFF,
        "publishCaseRules": {"seller"},
        "getCaseRulesVersion": {"seller"} | STAFF,
        "tryCaseRules": {"seller", "agent", "admin"},
        "getDefaultReturnAddress": {"seller"} | STAFF,
        "setDefaultReturnAddress": {"seller"},
        "getCalendar": STAFF,
        "getCaseDeadlines": READERS,
        "getCaseTurns": READERS,
        "explainDeadline": READERS,
        "extendDeadline": PARTIES | {"agent"},
        "getMerchantCalendar": STAFF | {"seller"},
        "putMerchantCalendar": {"seller", "agent", "admin"},
        "getDeadlineRules": STAFF | {"seller"},
        "putDeadlineRules": {"admin"},
        "getMerchantDeadlineRules": STAFF | {"seller"},
        "putMerchantDeadlineRules": {"agent", "admin"},
        "listDisputeQueue": {"arbitrator", "agent", "admin"},
        "listDisputeCosts": {"seller", "agent", "admin"},
        "getDisputeFile": STAFF,
        "getVerdictDrift": STAFF,
        "takeDispute": {"arbitrator"},
        "assignDispute": {"agent", "admin"},
        "releaseDispute": {"arbitrator"},
        "requestDisputeEvidence": {"arbitrator"},
        "submitDisputeEvidence": PARTIES,
        "listTestingBodies": READERS,
        "orderDisputeTest": {"arbitrator", "admin"},
        "sendDisputeSample": PARTIES,
        "receiveDisputeSample": {"agent", "admin"},
        "loseDisputeSample": {"agent", "admin"},
        "reportDisputeTest": {"agent", "admin"},
        "cancelDisputeTest": {"arbitrator", "admin"},
        "proposeSettlement": PARTIES,
        "acceptSettlement": PARTIES,
        "declineSettlement": PARTIES,
        "listDisputes": EVERYBODY,
        "getDispute": READERS,
        "answerDispute": {"seller"},
        "addDisputeEvidence": PARTIES,
        "giveVerdict": {"arbitrator"},
        "appealVerdict": PARTIES,
        "confirmVerdict": {"arbitrator"},
        "replaceVerdict": {"arbitrator"},
        "withdrawDispute": {"buyer"},
        "announceEvidence": PARTIES | {"agent", "arbitrator"},
        "getEvidence": {"buyer"} | STAFF,  # one of the buyer; the seller sees it once a case cites it
        "completeEvidence": {"buyer", "agent", "arbitrator"},  # of the buyer, too
        "getCaseEvidence": READERS,
    },
    "cs-svc": {
        "openConversation": {"buyer"},
        "listConversations": EVERYBODY,
        "getConversation": READERS,
        "followConversation": READERS,
        "listMessages": READERS,
        "postMessage": PARTIES | {"agent"},
        "assignConversation": {"agent"},
        "closeConversation": {"buyer", "agent"},
        "openComplaint": {"buyer", "agent"},
        "listComplaints": EVERYBODY,
        "getComplaint": READERS,
        "answerComplaint": {"agent"},
        "resolveComplaint": {"agent"},
        "receiveFeedback": PARTIES | {"agent"},
        "listFeedback": EVERYBODY,
        "getFeedback": READERS,
        "answerFeedback": {"agent"},
        "improveFromFeedback": {"agent"},
        "giveRating": {"buyer"},
        "listRatings": EVERYBODY,
        "getRating": READERS,
        "changeRating": {"buyer"},
        "getCustomer": READERS,
    },
    "kb-svc": {
        "draftArticle": {"agent", "admin"},
        "listArticles": EVERYBODY,
        "getArticle": {"agent", "admin"},  # an unpublished one; published ones are for everybody
        "editArticle": {"agent", "admin"},
        "getDraft": {"agent", "admin"},
        "listVersions": set(),  # nothing is published yet
        "publishArticle": {"agent", "admin"},
        "retireArticle": {"agent", "admin"},
        "search": EVERYBODY,
    },
    "analytics-svc": {
        "getTrace": READERS,
        "getAfterSalesMetrics": STAFF,
    },
}
PARTNERS = {"receivePaymentCallback", "receiveCourierPush"}  # signed by the partner, no token


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
