"""Every service in which an administrator can change something records what they do."""

import pytest
from aftercare_chassis.http.responses import is_command
from aftercare_chassis.http.routing import ApiRoute
from aftercare_chassis.service import Service
from aftercare_events.roles import AUDITED
from aftersale_svc import main as aftersale
from analytics_svc import main as analytics
from cs_svc import main as cs
from kb_svc import main as kb
from order_svc import main as order


def audited_commands(service: Service) -> list[str]:
    """The commands of a service that an audited role may reach."""
    routes = [each for each in service.app.router.routes if isinstance(each, ApiRoute) and is_command(each)]
    return [
        route.path
        for route in routes
        if all(AUDITED & set(requirement.roles) for requirement in route.role_requirements)
    ]


@pytest.mark.parametrize("main", [order, aftersale, cs, kb, analytics], ids=lambda main: main.__name__)
def test_commands_that_administrators_may_reach_are_audited(main) -> None:
    settings = main.Settings.example()
    service = main.service(settings)
    audit = service.runtime.audit
    assert (audit is not None and audit.roles == AUDITED) or not audited_commands(service)
