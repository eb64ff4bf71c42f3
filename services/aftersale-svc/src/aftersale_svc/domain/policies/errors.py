"""Refusals of what a decision cites."""

from aftercare_chassis.refusals import Kind, Refusal


class PolicyUnknown(Refusal):
    """No such policy, or no such version of it, was published, or its event has not arrived yet. `versions` are those that were."""

    kind, code = Kind.INVALID, "policy_unknown"
    zh = "未找到已发布的该政策或该版本；已发布的版本：{versions:or 无}。"
    en = "No such policy, or version of it, was published. Versions that were: {versions:or none}."


class NothingCited(Refusal):
    """A decision that cites no policy is to be compared with a version of one. `newest_rules` is the newest version of its merchant's
    rules, by which its facts can be judged; None where there is none, or this actor may not see it."""

    kind, code = Kind.INVALID, "nothing_cited"
    zh = "该决定没有引用任何政策，因此没有可以比较的政策版本。可以用商家审核规则的版本（rules_version）试算；最新版本：{newest_rules:or 无}。"
    en = "This decision cites no policy, so there is no version of one to compare it with. It can be replayed with a version of the merchant's rules (rules_version); the newest: {newest_rules:or none}."


class ClauseUnknown(Refusal):
    """This version of the policy has no such clause."""

    kind, code = Kind.INVALID, "clause_unknown"
    zh, en = (
        "该政策版本没有这一条款，可引用：{clauses:or 无}。",
        "This version has no such clause. It has: {clauses:or none}.",
    )


class RulesOfMerchant(Refusal):
    """A buyer asks what other rules of the merchant would decide: these are for the merchant and the platform to see."""

    kind, code = Kind.FORBIDDEN, "rules_of_merchant"
    zh = "商家的审核规则只有商家和平台可以查看和试算；您可以查看本次处理决定及其依据的政策。"
    en = "The rules of a merchant are for the merchant and the platform to see and to try. You see the decision, and the policies that it cites."


CITATIONS = (PolicyUnknown, ClauseUnknown)
"""What a decision that cites something may be refused with."""
