"""Who may use the routes of cs-svc with which agents work on conversations."""

_AGENT = {"agent"}
_STAFF = {"agent", "arbitrator", "admin"}
_SIDES = {"agent", "seller"}
DESK = {
    "tagConversation": _AGENT,
    "snoozeConversation": _AGENT,
    "wakeConversation": _AGENT,
    "reopenConversation": _AGENT,
    "transferConversation": _AGENT,
    "mergeConversation": _AGENT,
    "splitConversation": _AGENT,
    "referConversation": _SIDES,
    "listReferrals": _STAFF | _SIDES,
    "getReferral": _STAFF | _SIDES,
    "acceptReferral": _SIDES,
    "declineReferral": _SIDES,
    "withdrawReferral": _SIDES,
    "suggestReplies": _AGENT,
    "getSuggestionFigures": _STAFF,
    "getConversationContext": _STAFF,
    "putMacro": {"agent", "admin"},
    "listMacros": _STAFF,
    "getMacro": _STAFF,
    "fillMacro": _STAFF,
    "holdReply": _AGENT,
    "listHeldReplies": _STAFF,
    "getHeldReply": _STAFF,
    "approveReply": _AGENT,
    "declineReply": _AGENT,
    "withdrawReply": _AGENT,
    "addNote": _AGENT,
    "listNotes": _STAFF,
    "putTag": {"admin"},
    "listTags": _STAFF,
    "getTag": _STAFF,
}
