"""Which roles may take each operation on complaints of cs-svc."""

from aftersale_access import EVERYBODY, READERS

COMPLAINTS: dict[str, set[str]] = {
    "openComplaint": {"buyer", "agent"},
    "listComplaints": EVERYBODY,
    "getComplaint": READERS,
    "receiveRegulatorComplaint": {"agent", "admin"},
    "listRegulatorComplaints": {"seller", "agent", "admin"},
    "getRegulatorComplaint": {"seller", "agent", "admin"},
    "getReplyLetter": {"seller", "agent", "admin"},
    "assignRegulatorComplaint": {"agent", "admin"},
    "acceptMediation": {"agent", "admin"},
    "declineMediation": {"agent", "admin"},
    "recordAgreement": {"agent", "admin"},
    "recordRefusal": {"agent", "admin"},
    "withdrawRegulatorComplaint": {"agent", "admin"},
    "replyToRegulator": {"agent", "admin"},
    "reopenRegulatorComplaint": {"agent", "admin"},
    "listComplaintsDue": {"agent", "arbitrator", "admin"},
    "explainComplaint": {"agent", "arbitrator", "admin"},
    "separateSubmission": {"agent"},
    "mergeComplaint": {"agent"},
    "markAsComplaint": {"agent"},
    "listComplaintCues": {"agent", "arbitrator", "admin"},
    "answerComplaint": {"agent"},
    "resolveComplaint": {"agent"},
}
