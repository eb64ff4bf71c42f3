"""What is sent to the routes of questions."""

from aftercare_chassis.http.schemas import In, Text, example

from aftersale_svc.api.schemas.cases.case_requests import Evidence


class AnswerQuestionIn(In):
    """The answer to a question."""

    model_config = example(text="可以用于电磁炉，说明书见附件。", evidence=[])

    text: Text
    """The answer; both sides can read it in the timeline."""
    evidence: Evidence


class AskAgainIn(In):
    """A further question."""

    model_config = example(text="那么最大功率是多少？", evidence=[])

    text: Text
    """The question; both sides can read it in the timeline."""
    evidence: Evidence
