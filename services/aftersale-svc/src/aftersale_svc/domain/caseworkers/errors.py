"""Refusals of giving work to somebody who is not named."""

from aftercare_chassis.refusals import Kind, Refusal


class NoCaseworkerFree(Refusal):
    """Nobody on the roster can be given this."""

    kind, code = Kind.CONFLICT, "no_caseworker_free"
    zh = "名单中没有可分配的人员：须在岗、负责此类售后（{type}）、未达到个人上限，且不是交易一方、提出人或现处理人。请指定人员，或调整名单。"
    en = (
        "Nobody on the roster can be given this: it goes to who is available, takes this type ({type}), has fewer than their most, "
        "and is neither a party, nor who has proposed or decided it, nor who has it now. Name somebody, or change the roster."
    )
