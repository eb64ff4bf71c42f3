"""Dashboards as Grafana reads them: pages of panels, two in a row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

WIDTH, HEIGHT = 12, 8
SOURCE = {"type": "prometheus", "uid": "${source}"}
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Panel:
    """A graph. `queries` are expressions of PromQL with the legend of their series; `unit` is one of Grafana's."""

    title: str
    queries: Mapping[str, str]
    unit: str = "short"


@dataclass(frozen=True, slots=True)
class Page:
    """A dashboard. `name` is its file and its id."""

    name: str
    title: str
    panels: tuple[Panel, ...]


def dashboard(page: Page) -> Json:
    """The JSON of a page. The reader chooses the data source and the services."""
    return {
        "uid": f"aftercare-{page.name}",
        "title": f"Aftercare: {page.title}",
        "tags": ["aftercare"],
        "schemaVersion": 39,
        "editable": False,
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "templating": {"list": [_source(), _services()]},
        "links": [{"type": "dashboards", "tags": ["aftercare"], "title": "Aftercare", "asDropdown": True}],
        "panels": list(_panels(page)),
    }


def _source() -> Json:
    return {"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"}


def _services() -> Json:
    query = "label_values(aftercare_service_info, app_kubernetes_io_name)"
    return {
        "name": "service",
        "type": "query",
        "datasource": SOURCE,
        "query": {"query": query, "refId": "services"},
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _panels(page: Page) -> Iterator[Json]:
    for number, panel in enumerate(page.panels):
        row, column = divmod(number, 2)
        yield {
            "id": number + 1,
            "type": "timeseries",
            "title": panel.title,
            "datasource": SOURCE,
            "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
            "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
            "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
            "targets": [
                {"refId": chr(ord("A") + at), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
                for at, (expression, legend) in enumerate(panel.queries.items())
            ],
        }
