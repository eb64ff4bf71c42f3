"""How what merchants set about their cases is read: each setting, and each of its versions, by the same routes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from aftercare_chassis.http.routing import ApiRoute, Read, require_role
from aftercare_chassis.http.schemas import Cursor, Limit, Out, PageOut, PrincipalId
from fastapi import APIRouter, Path

from aftersale_svc.domain.merchant_settings.model import MerchantSetting, SettingKind, SettingVersion
from aftersale_svc.queries import merchant_settings as queries
from aftersale_svc.settings import Settings

R = TypeVar("R", bound=Out)
MerchantId = Annotated[PrincipalId, Path(description="The merchant, as in the tokens of its sellers.")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="The version, from 1.")]
READERS = require_role("seller", "agent", "arbitrator", "admin")


def merchants_router() -> APIRouter:
    """A router of what merchants set."""
    return APIRouter(prefix="/v1/merchants/{merchant_id}", tags=["merchants"], route_class=ApiRoute)


@dataclass(frozen=True)
class ReadRoutes(Generic[R]):
    """The routes that read one kind of setting, shown as `out`.

    `name` is in the names of the operations, such as `getCaseRules`. `in_force` describes the first of them, `what` is its object in
    the sentences of the others.
    """

    kind: SettingKind
    path: str
    name: str
    out: type[R]
    page: type[PageOut[R]]
    shape: Callable[[MerchantSetting | SettingVersion], R]
    in_force: str
    what: str

    def add_to(self, router: APIRouter) -> None:
        """Add what is in force, its versions, and one of them."""
        self._add_in_force(router)
        self._add_versions(router)
        self._add_version(router)

    def _add_in_force(self, router: APIRouter) -> None:
        @router.get(f"/{self.path}", **self._named("get", "", self.out, self.in_force))
        async def in_force(merchant_id: MerchantId, reader: Read[Settings]) -> Out:
            return self.shape(await queries.setting(reader, merchant_id, self.kind))

    def _add_versions(self, router: APIRouter) -> None:
        about = f"List the versions of {self.what}, the newest first. Empty where nothing was ever set."

        @router.get(f"/{self.path}/versions", **self._named("list", "Versions", self.page, about))
        async def versions(
            merchant_id: MerchantId, reader: Read[Settings], limit: Limit = 20, cursor: Cursor = None
        ) -> Out:
            found = await queries.versions(reader, merchant_id, self.kind, limit=limit, cursor=cursor)
            return self.page.of(found, self.shape)

    def _add_version(self, router: APIRouter) -> None:
        about = f"Get {self.what} as set in this version."

        @router.get(f"/{self.path}/versions/{{number}}", **self._named("get", "Version", self.out, about))
        async def version(merchant_id: MerchantId, number: Number, reader: Read[Settings]) -> Out:
            return self.shape(await queries.version(reader, merchant_id, self.kind, number))

    def _named(self, verb: str, of: str, model: type[Out], description: str) -> dict[str, Any]:  # Any: see FastAPI
        operation = f"{verb}{self.name}{of}"
        name = "".join(f"_{each.lower()}" if each.isupper() else each for each in operation)
        return {
            "operation_id": operation,
            "name": name,
            "response_model": model,
            "description": description,
            "dependencies": [READERS],
        }
