"""What each alert is about, as series of values, one a step, after which it fires and no other one does.

The notation is promtool's: `1+2x3` is 1, 3, 5, 7; `0x3` is 0 four times; `_x2` is no value twice.
"""

from dataclasses import dataclass

Series = dict[str, str]


def of(service: str, component: str = "consume") -> str:
    """The labels that scraping adds."""
    return f'app_kubernetes_io_name="{service}", app_kubernetes_io_component="{component}", instance="{service}-{component}"'


ORDER, CS, AFTERSALE = of("order-svc"), of("cs-svc"), of("aftersale-svc")
SERVE = of("order-svc", "serve")


@dataclass(frozen=True, slots=True)
class Incident:
    """`series` are the values of what goes wrong, one every `step` minutes; at `after` minutes the alert fires."""

    alert: str
    after: int
    series: Series
    step: int = 1


def _signal(name: str, source: str, values: str) -> Series:
    return {f'aftercare_signals_total{{{ORDER}, signal="{name}", source="{source}"}}': values}


def _gauge(name: str, values: str, labels: str = ORDER) -> Series:
    return {f"{name}{{{labels}}}": values}


def _requests(status: str, values: str) -> Series:
    return {
        f'aftercare_http_request_seconds_count{{{SERVE}, method="GET", route="/v1/orders", status="{status}"}}': values
    }


def _buckets(name: str, labels: str, fast: str, all_of_them: str) -> Series:
    return {
        f'{name}_bucket{{{labels}, le="0.1"}}': fast,
        f'{name}_bucket{{{labels}, le="2.5"}}': all_of_them,
        f'{name}_bucket{{{labels}, le="+Inf"}}': all_of_them,
    }


def healthy(step: int = 1) -> Series:
    """A suite in which nothing is wrong, one value every `step` minutes; a single unknown code does not matter."""
    return {
        **_gauge("aftercare_service_info", "1x400"),
        **_gauge("aftercare_outbox_oldest_seconds", "0.1x400", of("order-svc", "relay")),
        **_gauge("aftercare_relay_buckets", "64x400", of("order-svc", "relay")),
        **_gauge("aftercare_consumer_lag_seconds", "0.5x400"),
        **_gauge("aftercare_ledger_holds", "1x400"),
        **_gauge("aftercare_ledger_holds", " ".join(["NaN"] * 60), SERVE),
        **_gauge("aftercare_ledger_checked_timestamp_seconds", f"0+{60 * step}x400"),
        **_requests("200", "0+600x400"),
        **_requests("404", "0+60x400"),
        **_gauge("aftercare_http_shed_total", "0x400", f'{SERVE}, priority="read", code="overloaded"'),
        **_gauge("aftercare_deadline_overdue_seconds", "0x400", f'{AFTERSALE}, timer="cases"'),
        **_signal("courier_unknown_code", "zto", "0x100 1x300"),
        **_gauge("process_open_fds", "50x400"),
        **_gauge("process_max_fds", "1024x400"),
    }


INCIDENTS = (
    Incident("ProcessMissing", 10, _gauge("aftercare_service_info", "1x3 stale", CS)),
    Incident(
        "WorkerFails",
        30,
        _gauge("aftercare_worker_step_seconds_count", "0+1x60", f'{ORDER}, worker="feeds", outcome="failed"'),
    ),
    Incident("EventLoopLate", 20, _buckets("aftercare_event_loop_late_seconds", SERVE, "0+100x30", "0+120x30")),
    Incident("PoolExhausted", 15, _gauge("aftercare_pool_wait_seconds_sum", "0+180x30", SERVE)),
    Incident(
        "FilesRunOut",
        10,
        _gauge("process_open_fds", "1000x20", CS)
        | _gauge("process_max_fds", "1024x20", CS)
        | _gauge("aftercare_service_info", "1x20", CS),
    ),
    Incident(
        "DeadlinesOverdue", 15, _gauge("aftercare_deadline_overdue_seconds", "0+60x20", f'{CS}, timer="complaints"')
    ),
    Incident("DeadlinesPutOff", 40, _gauge("aftercare_deadlines_put_off", "3x50", f'{CS}, timer="complaints"')),
    Incident(
        "AnswersOverdue", 20, _gauge("aftercare_answer_overdue_seconds", "90000+60x30", f'{CS}, document="complaint"')
    ),
    Incident(
        "SlaClocksBreached", 20, _gauge("aftercare_sla_clocks", "12x30", f'{CS}, kind="next_answer", state="breached"')
    ),
    Incident(
        "WaitForecastsWrong",
        1_800,
        {
            **_gauge("aftercare_wait_forecasts", "0+3x80", f'{CS}, ahead="4-15", outcome="inside"'),
            **_gauge("aftercare_wait_forecasts", "0+1x80", f'{CS}, ahead="4-15", outcome="longer"'),
            **_gauge("aftercare_wait_forecasts", "0x80", f'{CS}, ahead="4-15", outcome="shorter"'),
        },
        step=30,
    ),
    Incident("CaseReviewsLate", 20, _gauge("aftercare_case_review_late_seconds", "90000+60x30", AFTERSALE)),
    Incident("RefundsUnknown", 20, _gauge("aftercare_refund_unknown_oldest_seconds", "90000+60x30")),
    Incident("ProviderCallsStandStill", 30, _gauge("aftercare_provider_call_overdue_seconds", "0+60x40")),
    Incident("PartnerPushesStandStill", 30, _gauge("aftercare_partner_push_overdue_seconds", "0+60x40")),
    Incident("PaymentCallbackSignaturesInvalid", 20, _signal("payment_callback_signature_invalid", "stripe", "0+1x30")),
    Incident("IdentityFileUnreadable", 5, _gauge("aftercare_identity_files_unreadable", "1x10")),
    Incident("IssuerFails", 30, _gauge("aftercare_issuers_failing", "1x40")),
    Incident("SigningKeysNotFetched", 30, _signal("signing_keys_not_fetched", "wechat_pay", "1+1x40")),
    Incident(
        "CourierFeedSilent",
        4410,
        {
            f'aftercare_partner_pushes_total{{{SERVE}, partner="zto", endpoint="ep_1", outcome="processed"}}': "0+30x117 3510x40"
        },
        step=30,
    ),
    Incident("CourierCodesUnknown", 60, _signal("courier_unknown_code", "yto", "0+1x60")),
    Incident("CourierPushSignaturesInvalid", 20, _signal("courier_push_signature_missing", "zto", "0+1x30")),
    Incident("CourierPushAddressesNotAllowed", 20, _signal("courier_push_address_not_allowed", "zto", "0+1x30")),
    Incident(
        "CourierEndpointSilent",
        60,
        _gauge("aftercare_courier_endpoint_silent_seconds", "90000+60x60", f'{ORDER}, partner="zto", endpoint="ep_1"'),
    ),
    Incident(
        "BotHandsOverMore",
        1740,
        _signal("bot_answered", "answer", "0+100x60") | _signal("bot_handed_over", "not_sure", "0+10x54 640+100x6"),
        step=30,
    ),
    Incident("BotDoesNotAnswer", 20, _signal("bot_handed_over", "no_model", "0+1x30")),
    Incident("ChannelPushSignaturesInvalid", 20, _signal("channel_push_signature_missing", "wechat", "0+1x30")),
    Incident("ChannelMessagesNotSent", 40, _signal("channel_delivery_failed", "sms", "0+1x50")),
    Incident("ChannelMessagesNotRead", 40, _signal("channel_inbound_unreadable", "email", "0+1x50")),
    Incident("ChannelDeliveriesStandStill", 30, _gauge("aftercare_channel_delivery_overdue_seconds", "0+60x40", CS)),
    Incident("ChannelInboxStandsStill", 30, _gauge("aftercare_channel_inbound_overdue_seconds", "0+60x40", CS)),
    Incident("ChannelFilesStandStill", 30, _gauge("aftercare_channel_file_overdue_seconds", "0+60x40", CS)),
    Incident(
        "ChannelDeliveriesRepeated",
        20,
        _gauge("aftercare_channel_deliveries_repeated", "0x2 12x30", f'{CS}, channel="sms"'),
    ),
    Incident("ParcelAnomaliesStandStill", 20, _gauge("aftercare_parcel_anomaly_oldest_open_seconds", "90000+60x30")),
    Incident("ShippingCallsStandStill", 30, _gauge("aftercare_shipping_call_overdue_seconds", "0+60x40")),
    Incident("LabelFilesStandStill", 50, _gauge("aftercare_label_file_oldest_seconds", "0+60x60")),
    # Series that begin with their first count, of which `increase` sees nothing.
    Incident("LabelsNotPrinted", 10, _signal("label_not_printed", "sf", "_x5 1x20")),
    Incident("PaymentsDifferFromStatement", 10, _signal("payment_difference_amount", "stripe", "_x5 1x20")),
    Incident("LogLost", 10, _signal("log_lost", "aftercare.orders.v1", "1x20")),
    Incident(
        "LedgerDiffers", 10, _gauge("aftercare_ledger_difference_minor", "0x3 -500x20", f'{ORDER}, currency="CNY"')
    ),
    Incident("LedgerNotChecked", 20, _gauge("aftercare_ledger_checked_timestamp_seconds", "0x30")),
    Incident("OutboxStandsStill", 10, _gauge("aftercare_outbox_oldest_seconds", "0+60x20", of("cs-svc", "relay"))),
    Incident("AggregateBlocked", 10, _gauge("aftercare_outbox_blocked", "0x2 1x20", of("cs-svc", "relay"))),
    Incident("EventsParked", 10, _gauge("aftercare_parked_events", "0x2 1x20", f'{CS}, trouble="refused"')),
    Incident("ConsumerBehind", 15, _gauge("aftercare_consumer_lag_seconds", "0+60x20", CS)),
    Incident("ConsumerRebuilt", 20, _gauge("aftercare_consumer_rebuilds_total", "0+1x30", CS)),
    Incident("ShardsWithoutRelay", 10, _gauge("aftercare_relay_buckets", "40x20", of("cs-svc", "relay"))),
    Incident(
        "CommandsWaitInVain",
        30,
        _gauge("aftercare_command_wait_seconds_count", "0+60x40", f'{SERVE}, arrived="yes"')
        | _gauge("aftercare_command_wait_seconds_count", "0+30x40", f'{SERVE}, arrived="no"'),
    ),
    Incident("RequestsFail", 15, _requests("500", "0+60x20")),
    Incident(
        "RequestsShed",
        15,
        _gauge("aftercare_http_shed_total", "0+60x20", f'{SERVE}, priority="read", code="overloaded"'),
    ),
    Incident(
        "RequestsSlow",
        20,
        _buckets(
            "aftercare_http_request_seconds",
            f'{SERVE}, method="GET", route="/v1/orders", status="200"',
            "0+100x30",
            "0+120x30",
        ),
    ),
)
