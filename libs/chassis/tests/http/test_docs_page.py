"""The page that shows the API: it works without the internet."""

import re

from aftercare_chassis.testing import Harness


async def test_the_page_loads_everything_from_the_service(tally: Harness) -> None:
    client = tally.client()
    page = await client.get("/docs")
    assert page.status_code == 200
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 3
    for path in loaded:
        assert path.startswith("/docs/"), path
        assert (await client.get(path)).status_code == 200, path
    assert "/openapi.json" in page.text


async def test_it_serves_no_other_files(tally: Harness) -> None:
    client = tally.client()
    for path in ("/docs/redoc.standalone.js", "/docs/..%2Fcore.py", "/docs/"):
        tally.problem(await client.get(path), 404, "not_found")
    refused = await client.delete("/docs/swagger-ui.css")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
