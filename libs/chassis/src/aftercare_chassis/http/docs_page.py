"""The page `/docs`, where people read and try the API. It loads nothing from other hosts, unlike FastAPI's own page: its
script and style sheet are served from the package `fastapi-offline`, which contains Swagger UI."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse

_FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon.png": "image/png"}


def router(title: str) -> APIRouter:
    """The page and its files."""
    routes = APIRouter(include_in_schema=False)
    folder = Path(str(files("fastapi_offline"))) / "static"

    @routes.get("/docs")
    async def page() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=title,
            swagger_js_url="/docs/swagger-ui-bundle.js",
            swagger_css_url="/docs/swagger-ui.css",
            swagger_favicon_url="/docs/favicon.png",
        )

    @routes.get("/docs/{name}")
    async def file(name: str) -> FileResponse:
        if name not in _FILES:
            raise HTTPException(404)
        return FileResponse(folder / name, media_type=_FILES[name])

    return routes
