"""What each dashboard shows."""

from panels import Page, Panel

OF = 'app_kubernetes_io_name=~"$service"'
BY = "app_kubernetes_io_name"
PROCESS = "app_kubernetes_io_name, app_kubernetes_io_component"
SERVICE = "{{app_kubernetes_io_name}}"
BOTH = "{{app_kubernetes_io_name}} {{app_kubernetes_io_component}}"


def _quantiles(metric: str, by: str = BY, legend: str = SERVICE) -> dict[str, str]:
    return {
        f"histogram_quantile({q}, sum by ({by}, le) (rate({metric}_bucket{{{OF}}}[5m])))": f"p{q[2:]} {legend}"
        for q in ("0.50", "0.99")
    }


def _max(metric: str, by: str = BY, legend: str = SERVICE) -> dict[str, str]:
    return {f"max by ({by}) ({metric}{{{OF}}})": legend}


def _oldest(metric: str, legend: str, by: str = "") -> dict[str, str]:
    return {f"max by ({by}) ({metric})" if by else f"max({metric})": legend}


REQUESTS = Page(
    "requests",
    "requests",
    (
        Panel("Requests per second", {f"sum by ({BY}) (aftercare:http_requests:rate5m{{{OF}}})": SERVICE}, "reqps"),
        Panel(
            "Responses from 500 on, of all",
            {
                f'sum by ({BY}) (aftercare:http_requests:rate5m{{{OF}, status=~"5.."}})'
                f" / sum by ({BY}) (aftercare:http_requests:rate5m{{{OF}}})": SERVICE
            },
            "percentunit",
        ),
        Panel("Time to the response", _quantiles("aftercare_http_request_seconds"), "s"),
        Panel(
            "Slowest routes (p99)",
            {
                f"topk(10, histogram_quantile(0.99, sum by ({BY}, method, route, le) (rate(aftercare_http_request_seconds_bucket{{{OF}}}[5m]))))": "{{method}} {{route}}"
            },
            "s",
        ),
        Panel(
            "Refusals by route and status",
            {
                f'topk(10, sum by (route, status) (aftercare:http_requests:rate5m{{{OF}, status=~"4.."}}))': "{{status}} {{route}}"
            },
            "reqps",
        ),
        Panel(
            "Commands that waited for an event",
            {
                f"sum by ({BY}, arrived) (rate(aftercare_command_wait_seconds_count{{{OF}}}[5m]))": f"{SERVICE}, arrived: {{{{arrived}}}}"
            },
            "reqps",
        ),
        Panel("Open event streams", _max("aftercare_http_open_streams")),
        Panel(
            "Requests that run, and that wait for their turn",
            _max("aftercare_http_running", PROCESS, f"{BOTH} run")
            | _max("aftercare_http_waiting", PROCESS, f"{BOTH} wait"),
        ),
        Panel(
            "Requests refused because of overload",
            {
                f"sum by ({BY}, priority) (rate(aftercare_http_shed_total{{{OF}}}[5m]))": f"{SERVICE} {{{{priority}}}}",
            },
            "reqps",
        ),
        Panel(
            "Time that requests waited for their turn",
            _quantiles("aftercare_http_wait_seconds", f"{BY}, priority", f"{SERVICE} {{{{priority}}}}"),
            "s",
        ),
        Panel("Alerts that fire", {'count by (alertname, severity) (ALERTS{alertstate="firing"})': "{{alertname}}"}),
    ),
)
MESSAGING = Page(
    "messaging",
    "events",
    (
        Panel("Outbox: events not yet on the log", _max("aftercare_outbox_backlog")),
        Panel("Outbox: age of the oldest", _max("aftercare_outbox_oldest_seconds"), "s"),
        Panel("Sent per second", {f"sum by ({BY}) (rate(aftercare_relay_events_total{{{OF}}}[5m]))": SERVICE}, "eps"),
        Panel("Time to Kafka's acknowledgement", _quantiles("aftercare_relay_ack_seconds"), "s"),
        Panel(
            "Lag in messages",
            {f"sum by ({BY}, topic) (aftercare_consumer_topic_lag{{{OF}}})": f"{SERVICE} {{{{topic}}}}"},
        ),
        Panel("Lag in seconds", _max("aftercare_consumer_lag_seconds"), "s"),
        Panel("Handled per second", {f"sum by ({BY}) (aftercare:consumer_events:rate5m{{{OF}}})": SERVICE}, "eps"),
        Panel("From commit to effect", _quantiles("aftercare_consumer_event_age_seconds"), "s"),
        Panel("Parked events", _max("aftercare_parked_events", f"{BY}, trouble", f"{SERVICE} {{{{trouble}}}}")),
        Panel(
            "Blocked",
            _max("aftercare_outbox_blocked", legend=f"{SERVICE} in the outbox")
            | _max("aftercare_parked_aggregates", legend=f"{SERVICE} behind parked events")
            | _max("aftercare_consumer_paused_partitions", legend=f"{SERVICE} partitions that wait"),
        ),
        Panel("Shards owned, of 64", {f"sum by ({BY}) (aftercare_relay_buckets{{{OF}}})": SERVICE}),
        Panel(
            "Kafka clients replaced",
            {f"sum by ({BY}) (increase(aftercare_consumer_rebuilds_total{{{OF}}}[15m]))": SERVICE},
        ),
    ),
)
PROCESSES = Page(
    "processes",
    "processes",
    (
        Panel(
            "Processor time", {f"sum by ({PROCESS}) (rate(process_cpu_seconds_total{{{OF}}}[5m]))": BOTH}, "percentunit"
        ),
        Panel("Memory", _max("process_resident_memory_bytes", PROCESS, BOTH), "bytes"),
        Panel("Lateness of the event loop", _quantiles("aftercare_event_loop_late_seconds", PROCESS, BOTH), "s"),
        Panel("Threads", _max("aftercare_threads", PROCESS, BOTH)),
        Panel(
            "Connections in use, of those allowed",
            {
                f'max by ({PROCESS}) (aftercare_pool_connections{{{OF}, state="used"}} / ignoring (state) aftercare_pool_connections_max{{{OF}}})': BOTH
            },
            "percentunit",
        ),
        Panel(
            "Waiting for a connection, on average",
            {f"max by ({PROCESS}) (rate(aftercare_pool_wait_seconds_sum{{{OF}}}[5m]))": BOTH},
        ),
        Panel(
            "Open files and sockets, of those allowed",
            {f"max by ({PROCESS}) (process_open_fds{{{OF}}} / process_max_fds{{{OF}}})": BOTH},
            "percentunit",
        ),
        Panel("Processes", {f"count by ({PROCESS}) (aftercare_service_info{{{OF}}})": BOTH}),
        Panel(
            "Spans that no collector took, per second",
            {f'sum by ({PROCESS}) (rate(aftercare_spans_total{{{OF}, outcome!="sent"}}[5m]))': BOTH},
        ),
    ),
)
WORK = Page(
    "work",
    "timers, workers and people",
    (
        Panel("Deadlines that are set, up to 10,000", _max("aftercare_deadlines_open", f"{BY}, timer", "{{timer}}")),
        Panel(
            "Fired per second",
            {f"sum by (timer) (rate(aftercare_deadlines_fired_total{{{OF}}}[5m]))": "{{timer}}"},
            "ops",
        ),
        Panel("Fired after their time", _quantiles("aftercare_deadline_late_seconds", "timer", "{{timer}}"), "s"),
        Panel("Overdue and not fired", _max("aftercare_deadline_overdue_seconds", f"{BY}, timer", "{{timer}}"), "s"),
        Panel("Put off", _max("aftercare_deadlines_put_off", f"{BY}, timer", "{{timer}}")),
        Panel(
            "Steps of workers that fail, per second",
            {
                f'sum by ({BY}, worker) (aftercare:worker_steps:rate5m{{{OF}, outcome="failed"}})': f"{SERVICE} {{{{worker}}}}"
            },
            "ops",
        ),
        Panel(
            "Answers that are owed and overdue",
            _oldest("aftercare_answers_owed", "{{document}}", "document")
            | _oldest("aftercare_answers_overdue", "{{document}}, overdue", "document"),
        ),
        Panel(
            "SLA clocks that run and that are breached",
            _oldest("aftercare_sla_clocks", "{{kind}} {{state}}", "kind, state"),
        ),
        Panel(
            "Waits of a day that were inside the interval shown to buyers",
            {
                'sum by (ahead) (increase(aftercare:wait_forecasts:max{outcome="inside"}[1d]))'
                " / sum by (ahead) (increase(aftercare:wait_forecasts:max[1d]))": "{{ahead}} ahead"
            },
            "percentunit",
        ),
        Panel("Answers that became overdue within an hour", {"aftercare:sla_breaches:increase1h": "{{timer}}"}),
        Panel(
            "Cases and disputes that wait for the platform",
            _oldest("aftercare_case_reviews", "reviews")
            | _oldest("aftercare_case_reviews_late", "late reviews")
            | _oldest("aftercare_dispute_hearings", "disputes"),
        ),
        Panel(
            "For how long the oldest is late",
            _oldest("aftercare_answer_overdue_seconds", "answer: {{document}}", "document")
            | _oldest("aftercare_case_review_late_seconds", "review"),
            "s",
        ),
    ),
)
MONEY = Page(
    "money-and-partners",
    "money and partners",
    (
        Panel(
            "Ledger: difference in minor units",
            _oldest("aftercare_ledger_difference_minor", "{{currency}}", "currency")
            | _oldest("aftercare_ledger_broken_orders", "orders"),
        ),
        Panel(
            "Ledger: seconds since the last check",
            {"time() - max(aftercare_ledger_checked_timestamp_seconds)": "check"},
            "s",
        ),
        Panel("Refunds of unknown outcome", _oldest("aftercare_refunds_unknown", "refunds")),
        Panel("Age of the oldest", _oldest("aftercare_refund_unknown_oldest_seconds", "refund"), "s"),
        Panel(
            "Pushes per second by partner and outcome",
            {"sum by (partner, outcome) (rate(aftercare_partner_pushes_total[5m]))": "{{partner}} {{outcome}}"},
            "reqps",
        ),
        Panel(
            "Signals within an hour",
            {"sum by (signal, source) (aftercare:signals:increase1h)": "{{signal}} {{source}}"},
        ),
        Panel(
            "Calls and pushes that are overdue",
            _oldest("aftercare_provider_call_overdue_seconds", "payment provider")
            | _oldest("aftercare_shipping_call_overdue_seconds", "courier")
            | _oldest("aftercare_partner_push_overdue_seconds", "push")
            | _oldest("aftercare_label_file_oldest_seconds", "label"),
            "s",
        ),
        Panel(
            "Messages of channels that are overdue",
            _oldest("aftercare_channel_delivery_overdue_seconds", "out")
            | _oldest("aftercare_channel_inbound_overdue_seconds", "in")
            | _oldest("aftercare_channel_file_overdue_seconds", "file"),
            "s",
        ),
        Panel(
            "Messages that could not be sent so far",
            _oldest("aftercare_channel_deliveries_repeated", "{{channel}}", "channel"),
        ),
        Panel(
            "Silent endpoints of couriers",
            _oldest("aftercare_courier_endpoint_silent_seconds", "{{partner}} {{endpoint}}", "partner, endpoint"),
            "s",
        ),
        Panel(
            "Oldest anomaly of a parcel that is open",
            _oldest("aftercare_parcel_anomaly_oldest_open_seconds", "anomaly"),
            "s",
        ),
    ),
)
PAGES = (REQUESTS, MESSAGING, PROCESSES, WORK, MONEY)
