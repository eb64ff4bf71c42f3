"""What the merchant packs of an order before a courier takes it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from order_svc.domain import errors, fulfilment
from order_svc.domain.cases import CaseLine
from order_svc.domain.fulfilment import Pick
from order_svc.domain.model import OrderLine
from order_svc.domain.sales import goods
from order_svc.domain.sales.errors import VirtualGoods

# Any: packages are JSON documents.


@dataclass(frozen=True, slots=True)
class Package:
    """What is in one package, and what it weighs in grams where that was stated."""

    content: tuple[Pick, ...]
    weight_grams: int | None = None


def everything(lines: Sequence[OrderLine]) -> list[Package]:
    """One package with all units that may be shipped now, in a parcel."""
    free = ((line.id, fulfilment.shippable(line)) for line in lines if not goods.is_virtual(line))
    return [Package(tuple(Pick(line_id, units) for line_id, units in free if units))]


def check(lines: Sequence[OrderLine], packages: Sequence[Package], case_lines: Sequence[CaseLine]) -> None:
    """Refuse packages with units that may not be shipped now. A line may be in several of them.

    Raises:
        UnknownLine: a package names no line of this order.
        DuplicateLine: a package names a line twice.
        VirtualGoods: a package has units of goods that are delivered without a parcel.
        UnitsHeldByCase, QuantityExceedsShippable: see `fulfilment.check_units`.
    """
    by_id, packed = {line.id: line for line in lines}, Counter[str]()
    for number, package in enumerate(packages):
        named = set[str]()
        for place, pick in enumerate(package.content):
            at = f"/packages/{number}/lines/{place}"
            line = by_id.get(pick.line_id)
            if line is None:
                raise errors.UnknownLine(pointer=f"{at}/line_id", line_id=pick.line_id)
            if pick.line_id in named:
                raise errors.DuplicateLine(pointer=f"{at}/line_id", line_id=pick.line_id)
            named.add(pick.line_id)
            if goods.is_virtual(line):
                raise VirtualGoods(pointer=f"{at}/line_id", line_id=line.id)
            packed[pick.line_id] += pick.quantity
            fulfilment.check_units(line, Pick(line.id, packed[line.id]), case_lines, f"{at}/quantity")


def left(packages: Sequence[dict[str, Any]], picks: Sequence[Pick]) -> list[dict[str, Any]]:
    """The stored packages after these units have left: the package that has exactly these, else the units of any, from the first on."""
    sent = {pick.line_id: pick.quantity for pick in picks}
    for place, each in enumerate(packages):
        if {line["line_id"]: line["quantity"] for line in each["lines"]} == sent:
            return [*packages[:place], *packages[place + 1 :]]
    return _without(packages, sent)


def shippable_only(packages: Sequence[dict[str, Any]], lines: Iterable[OrderLine]) -> list[dict[str, Any]]:
    """The stored packages with no more units than are left to ship: those that were withdrawn are taken out of the last ones first."""
    packed = Counter[str]()
    for each in packages:
        for line in each["lines"]:
            packed[line["line_id"]] += line["quantity"]
    withdrawn = packed - Counter({line.id: fulfilment.unshipped(line) for line in lines})
    return _without(packages[::-1], withdrawn)[::-1]


def _without(packages: Sequence[dict[str, Any]], units: Mapping[str, int]) -> list[dict[str, Any]]:
    """The packages without these units, by line, from the first on."""
    waiting, out = list[dict[str, Any]](), dict(units)
    for each in packages:
        lines = []
        for line in each["lines"]:
            gone = min(out.get(line["line_id"], 0), line["quantity"])
            out[line["line_id"]] = out.get(line["line_id"], 0) - gone
            if line["quantity"] > gone:
                lines.append({**line, "quantity": line["quantity"] - gone})
        if lines == each["lines"]:
            waiting.append(each)
        elif lines:
            waiting.append({"lines": lines})  # what the rest weighs is not known
    return waiting


def stored(packages: Sequence[Package]) -> list[dict[str, Any]]:
    """The packages as the row of the order keeps them."""
    return [
        {
            "lines": [{"line_id": pick.line_id, "quantity": pick.quantity} for pick in package.content],
            **({} if package.weight_grams is None else {"weight_grams": package.weight_grams}),
        }
        for package in packages
    ]
