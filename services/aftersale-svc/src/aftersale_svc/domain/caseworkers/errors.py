"""Refusals of giving work to somebody who is not named."""

from aftercare_chassis.refusals import Kind, Refusal


class CaseworkerUnknown(Refusal):
    """Who is named is not on the roster for this work."""

    kind, code = Kind.INVALID, "caseworker_unknown"
    zh = "名单中没有该人员，或其不承担此类工作（{role}）。请先将其加入名单，或指定名单中的人员。"
    en = "The roster has nobody of this id for this work ({role}). Enter the person on it first, or name somebody who is."


class NoCaseworkerFree(Refusal):
    """Nobody on the roster can be given this."""

    kind, code = Kind.CONFLICT, "no_caseworker_free"
    zh = "名单中没有可分配的人员：须在岗、负责此类售后（{type}）、未达到个人上限，且不是交易一方、提出人或现处理人。请指定人员，或调整名单。"
    en = (
        "Nobody on the roster can be given this: it goes to who is available, takes this type ({type}), has fewer than their most, "
        "and is neither a party, nor who has proposed or decided it, nor who has it now. Name somebody, or change the roster."
    )
