"""The settings of cs-svc: within how many hours people are to be answered, how conversations are given to agents, and the accounts of channels."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from aftercare_chassis.settings import PREFIX, Hours, HttpUrl, ServiceSettings
from aftercare_files.media import MediaType, check_decodable
from pydantic import AfterValidator, Field, model_validator

Seconds = Annotated[float, Field(ge=1, le=24 * 3600, allow_inf_nan=False)]
Bytes = Annotated[int, Field(ge=1024, le=1024**3)]
Minutes = Annotated[float, Field(gt=0, le=24 * 60)]
Port = Annotated[int, Field(ge=1, le=65535)]
_WRITTEN = "(web|email|wechat|qq|sms)"
_NEEDED_BESIDE: Mapping[str, tuple[str, ...]] = {
    "qq_app_id": ("qq_secrets",),
    "sms_key_id": ("sms_key_secret", "sms_push_tokens", "sms_sign_name", "sms_template"),
    "wechat_app_id": ("wechat_app_secret", "wechat_tokens"),
}
"""A channel is connected where the first of its settings is set; then it needs these."""
_LIMITED = r"^([^.]+\.)?[A-Z]{3}$"
Secret = Annotated[str, Field(repr=False)]


def _decodable(types: tuple[MediaType, ...]) -> tuple[MediaType, ...]:
    """Raises: ValueError where a type is taken that nothing here decodes."""
    check_decodable(types)
    return types


class Settings(ServiceSettings):
    """The settings of every service, the hours after which an unanswered message or complaint is marked as overdue, what agents are chosen by,
    where the bot answers, and the accounts of channels.

    E-mail is connected where `email_address` is set, from which mails are sent and at which they arrive; then it needs both servers.
    `email_authserv_id` is how the own mail server names itself in Authentication-Results.
    Secrets whose names are plural have several values, separated by commas, while one replaces another.
    """

    reply_hours: Hours = 4
    # For so long a conversation is offered to the merchant, or to the platform.
    referral_hours: Hours = 8
    # Above these amounts, by currency or merchant and currency ("m-1.CNY"), in the smallest unit, a reply of an agent needs another one's approval; off by default.
    reply_limits: Annotated[
        dict[Annotated[str, Field(pattern=_LIMITED)], Annotated[int, Field(ge=0)]], Field(default_factory=dict)
    ]
    held_reply_hours: Hours = 4
    # After so long, a call that rings counts as missed and one that was answered as ended, where the telephone system has reported no end.
    call_ringing_hours: Hours = 1
    call_hours: Hours = 12
    complaint_answer_hours: Hours = 48
    complaint_resolve_hours: Hours = 240
    # The SLA calendar in which these hours are counted; without one they are those of the clock.
    complaint_calendar: Annotated[str, Field(max_length=200)] = ""
    # A complaint about an order of this total or more, in minor units of its currency, is severe.
    complaint_high_amount_minor: Annotated[int, Field(ge=1)] = 500_000
    complaint_history_days: Annotated[int, Field(ge=1, le=3650)] = 90
    # For so long what is said again about an order is compared with its unresolved complaints.
    complaint_repeat_hours: Hours = 24 * 30
    # Whether people are invited to rate a closed conversation, or a completed case.
    survey_conversations: bool = False
    survey_cases: bool = False
    # They are invited after so many hours, reminded once after so many more, and the survey ends after so many more.
    survey_delay_hours: Hours = 1
    survey_reminder_hours: Hours = 72
    survey_expiry_hours: Hours = 24 * 7
    # Nobody is invited twice within so many days.
    survey_pause_days: Annotated[int, Field(ge=0, le=3650)] = 14
    # After so many seconds without a word, an agent counts as offline.
    presence_seconds: Seconds = 120
    # After so many seconds a conversation that waits is as urgent as a new one of the next higher priority.
    queue_aging_seconds: Seconds = 300
    # After so many seconds a conversation needs no skills that nobody who has room has.
    skill_relax_seconds: Seconds = 180
    # A conversation about an order of this total or more, in minor units of its currency, is hard: experts are offered it first.
    hard_amount_minor: Annotated[int, Field(ge=1)] = 500_000
    # For so long after a message a conversation counts as work of its agent, whose turn it ever is.
    active_minutes: Annotated[float, Field(gt=0, le=24 * 60, allow_inf_nan=False)] = 15
    # An OpenAI-compatible server of embeddings; without it the bot knows the words of questions alone.
    embeddings_url: HttpUrl | None = None
    embeddings_model: Annotated[str, Field(min_length=1, max_length=100)] = "multilingual-e5-small-q4"
    # How long a question waits for its vector; after that its words alone count.
    embeddings_seconds: Annotated[float, Field(gt=0, le=10)] = 0.5
    # The channels whose new conversations the bot answers first, such as "web,email"; none by default.
    bot_channels: Annotated[str, Field(pattern=f"^$|^{_WRITTEN}(,{_WRITTEN})*$")] = ""
    # An OpenAI-compatible server of a generative model, which words answers of the bot; its words are shown only where the cited clauses support them.
    generator_url: HttpUrl | None = None
    generator_model: Annotated[str, Field(max_length=100)] = ""
    generator_key: Secret = ""
    generator_seconds: Annotated[float, Field(gt=0, le=30)] = 3
    # After so many days the words of questions that the bot did not answer are deleted.
    bot_question_days: Annotated[int, Field(ge=1, le=3650)] = 180
    channel_inbox_hours: Hours = 24 * 30
    # Where attachments are kept: an S3-compatible store where its address is set, else a folder of this machine.
    attachment_folder: str = ".aftercare/attachments"
    attachment_public_url: HttpUrl = "http://127.0.0.1:8003"
    attachment_s3_url: HttpUrl | None = None
    attachment_s3_public_url: HttpUrl | None = None
    attachment_s3_bucket: str = "aftercare-attachments"
    attachment_s3_region: str = "us-east-1"
    attachment_s3_access_key: Annotated[str | None, Field(repr=False)] = None
    attachment_s3_secret_key: Annotated[str | None, Field(repr=False)] = None
    # MP4 and HEIC may be added where the packages that decode them are installed.
    attachment_types: Annotated[
        tuple[MediaType, ...], Field(min_length=1, validate_default=True), AfterValidator(_decodable)
    ] = (MediaType.JPEG, MediaType.PNG, MediaType.WEBP, MediaType.PDF)
    attachment_image_bytes: Bytes = 20 * 1024**2
    attachment_video_bytes: Bytes = 100 * 1024**2
    attachment_document_bytes: Bytes = 20 * 1024**2
    attachment_upload_minutes: Minutes = 15
    attachment_link_minutes: Minutes = 5
    attachment_upload_hours: Hours = 1
    attachment_check_hours: Hours = 24
    # So long after its check a file may be added to a message or a note.
    attachment_unused_hours: Hours = 24
    # Of the process that decodes a file.
    attachment_check_seconds: Annotated[float, Field(gt=0, le=600)] = 60
    attachment_check_memory_mb: Annotated[int, Field(ge=128, le=16_384)] = 768
    attachment_max_pixels: Annotated[int, Field(ge=1_000_000, le=200_000_000)] = 50_000_000
    attachment_clamd: Annotated[str, Field(pattern=r"^$|^[^:\s]+:\d{1,5}$")] = ""
    email_address: Annotated[str, Field(pattern=r"^$|^[^@\s<>]+@[^@\s<>]+$")] = ""
    email_name: str = ""
    email_authserv_id: str = ""
    email_smtp_host: str = ""
    email_smtp_port: Port = 465
    email_smtp_security: Literal["tls", "starttls", "none"] = "tls"
    email_smtp_username: str = ""
    email_smtp_password: Secret = ""
    email_imap_host: str = ""
    email_imap_port: Port = 993
    email_imap_security: Literal["tls", "none"] = "tls"
    email_imap_username: str = ""
    email_imap_password: Secret = ""
    email_poll_seconds: Annotated[float, Field(ge=1, le=3600)] = 15
    wechat_app_id: str = ""
    wechat_app_secret: Secret = ""
    wechat_tokens: Secret = ""
    wechat_aes_keys: Annotated[Secret, Field(pattern=r"^([A-Za-z0-9+/]{43}(, ?)?)*$")] = ""
    wechat_url: HttpUrl = "https://api.weixin.qq.com"
    phone_webhook_secrets: Annotated[Secret, Field(pattern=r"^(whsec_[A-Za-z0-9+/]{32,}={0,2}(, ?)?)*$")] = ""
    qq_app_id: str = ""
    # The first one is that of today: by it access tokens are fetched.
    qq_secrets: Secret = ""
    qq_url: HttpUrl = "https://api.sgroup.qq.com"
    qq_login_url: HttpUrl = "https://bots.qq.com"
    sms_key_id: str = ""
    sms_key_secret: Secret = ""
    sms_push_tokens: Secret = ""
    sms_sign_name: str = ""
    sms_template: str = ""
    # The longest text message, and the most of them to one number in an hour.
    sms_most_segments: Annotated[int, Field(ge=1, le=20)] = 8
    sms_hourly: Annotated[int, Field(ge=1, le=1000)] = 10
    sms_url: HttpUrl = "https://dysmsapi.aliyuncs.com"

    @model_validator(mode="after")
    def _is_connected(self) -> Self:
        for first, others in _NEEDED_BESIDE.items():
            missing = [PREFIX + name.upper() for name in others if not getattr(self, name)]
            if getattr(self, first) and missing:
                raise ValueError(f"{', '.join(missing)} must be set beside {PREFIX}{first.upper()}")
        if self.email_address and not (self.email_smtp_host and self.email_imap_host):
            raise ValueError(
                "AFTERCARE_EMAIL_ADDRESS needs AFTERCARE_EMAIL_SMTP_HOST and AFTERCARE_EMAIL_IMAP_HOST beside it"
            )
        return self
