/** Checked by `tsc` alone: each operation has its codes as a union of literals. */
import type { CodeOf, orders, aftersale } from "../src/index.js";

const cases = {} as ReturnType<typeof aftersale>;
const shop = {} as ReturnType<typeof orders>;

type CreateCase = Awaited<ReturnType<typeof createCase>>;
const createCase = () =>
  cases.POST("/v1/cases", { body: { order_id: "ord_1", type: "refund_only", reason: "changed_mind", lines: [] } });
const cancelOrder = () => shop.POST("/v1/orders/{order_id}/cancel", { params: { path: { order_id: "ord_1" } } });

/** The same type, not merely one that fits. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type Conflict = Extract<CodeOf<CreateCase>, "units_in_live_case" | "window_passed" | "after_sale_open">;
export const ofCreateCase: Same<Conflict, "units_in_live_case" | "window_passed"> = true;

export async function check(): Promise<string | undefined> {
  const { error } = await cancelOrder();
  switch (error?.code) {
    case "after_sale_open":
      return error.detail;
    // @ts-expect-error: creating a case is refused with this code, cancelling an order is not
    case "units_in_live_case":
      return undefined;
    default:
      return undefined;
  }
}
