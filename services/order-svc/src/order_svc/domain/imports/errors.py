"""Why an import, or an order in it, is refused."""

from aftercare_chassis.refusals import Kind, Refusal


class ImportCompleted(Refusal):
    """The import was completed: it takes no rows any more."""

    kind, code = Kind.CONFLICT, "import_completed"
    zh, en = "该导入已完成，不再接收数据。", "The import is completed and takes no more rows."


class RowsOutOfOrder(Refusal):
    """The rows of a part do not rise, or were passed already."""

    kind, code = Kind.INVALID, "rows_out_of_order"
    zh = "行号必须递增，且不小于 {next_row}。"
    en = "The rows have to rise, from {next_row} on."


class PartTooEarly(Refusal):
    """The part goes on behind one that is not imported yet."""

    kind, code, retry_after = Kind.CONFLICT, "part_too_early", 1
    zh = "前面的数据尚未导入，请先发送第 {next_row} 行起的数据。"
    en = "The part before this one is not imported yet: the import goes on with line {next_row}."


class RowUnreadable(Refusal):
    """Who sends the file cannot read an order of it."""

    kind, code = Kind.INVALID, "row_unreadable"
    zh, en = "无法读取该行：{problem}", "The line cannot be read: {problem}"


class StateNotImported(Refusal):
    """An order that waits for its payment is placed here, not imported."""

    kind, code = Kind.INVALID, "state_not_imported"
    zh = "不能导入处于 {state} 状态的订单；可选：{allowed}。"
    en = "An order that is {state} is not imported; possible are {allowed}."


class FieldMissing(Refusal):
    """An order in this state has this field."""

    kind, code = Kind.INVALID, "field_missing"
    zh, en = "{state} 状态的订单必须填写 {field}。", "An order that is {state} needs `{field}`."


class FieldUnsuitable(Refusal):
    """An order in this state has no such field."""

    kind, code = Kind.INVALID, "field_unsuitable"
    zh, en = "{state} 状态的订单不能填写 {field}。", "An order that is {state} has no `{field}`."


class CauseNotImported(Refusal):
    """An order that was never paid was not cancelled for this cause."""

    kind, code = Kind.INVALID, "cause_not_imported"
    zh = "未付款的订单不会因 {cause} 而取消；可选：{allowed}。"
    en = "An order that was never paid was not cancelled as {cause}; possible are {allowed}."


class TimesDisordered(Refusal):
    """A time is before one that it follows, or in the future."""

    kind, code = Kind.INVALID, "times_disordered"
    zh, en = "{field} 不得早于 {before}，也不得晚于现在。", "`{field}` is not before `{before}` and not in the future."


class ParcelsIncomplete(Refusal):
    """Everything of an order that has arrived is in a parcel, but for virtual goods."""

    kind, code = Kind.INVALID, "parcels_incomplete"
    zh = "{state} 状态的订单，除虚拟商品外必须全部发货。"
    en = "All units of an order that is {state} are in parcels, but for virtual goods."


class VirtualInParcel(Refusal):
    """A parcel contains units that are delivered without one."""

    kind, code = Kind.INVALID, "virtual_in_parcel"
    zh = "虚拟商品不能放入包裹（第 {line} 行）；请填写 virtual_delivered_at。"
    en = "Line {line} is virtual and in no parcel: state `virtual_delivered_at`."


class NoVirtualLines(Refusal):
    """The order has no goods that are delivered without a parcel."""

    kind, code = Kind.INVALID, "no_virtual_lines"
    zh, en = "订单中没有虚拟商品，不能填写 {field}。", "The order has no virtual goods, so it has no `{field}`."


class NothingToShip(Refusal):
    """An order of virtual goods alone is never shipped: it is delivered once they are."""

    kind, code = Kind.INVALID, "nothing_to_ship"
    zh = "仅含虚拟商品的订单没有 {state} 状态；可选：{allowed}。"
    en = "An order of virtual goods alone is never {state}; possible are {allowed}."


class UnitsExceedOrder(Refusal):
    """The parcels have more units of a line than the order, or a line that it does not have."""

    kind, code = Kind.INVALID, "units_exceed_order"
    zh = "包裹中的商品超出订单：第 {line} 行。"
    en = "The parcels have more of line {line} than the order."


class RefundedUnderWay(Refusal):
    """Units that are under way were refunded: whether they come back is not known."""

    kind, code = Kind.INVALID, "refunded_under_way"
    zh = "第 {line} 行未发货的商品只有 {unsent} 件；运输途中的商品不能作为已退款导入。"
    en = "Only {unsent} units of line {line} are in no parcel; units that are under way are not imported as refunded."


class NothingLeftToImport(Refusal):
    """Everything of an order that waits for its shipment was refunded."""

    kind, code = Kind.INVALID, "nothing_left_to_import"
    zh, en = "{state} 状态的订单须有尚未退款的待发货商品。", "Something of an order that is {state} is left to ship."


class RefundExceedsPaid(Refusal):
    """More was refunded than was paid."""

    kind, code = Kind.INVALID, "refund_exceeds_paid"
    zh, en = "退款超过实付金额（{paid_minor:money}）。", "More was refunded than was paid ({paid_minor:money})."


class WaybillRepeated(Refusal):
    """Two parcels of an order have one waybill."""

    kind, code = Kind.INVALID, "waybill_repeated"
    zh, en = "运单号重复：{waybill_no}。", "Two parcels of the order have the waybill {waybill_no}."


class NumberRepeated(Refusal):
    """An earlier row of the same part has this number."""

    kind, code = Kind.INVALID, "order_no_repeated"
    zh, en = "订单编号在文件中重复：{order_no}。", "An earlier row of the file has the number {order_no}."
