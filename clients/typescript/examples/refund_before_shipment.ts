/**
 * A buyer pays an order and asks for the money back before it is shipped: two people, two services, one refund.
 *
 * Needs the environment variables ORDERS_URL, AFTERSALE_URL, SELLER_TOKEN, BUYER_TOKEN and BUYER (the id). Prints the results
 * as JSON.
 */
import { env } from "node:process";
import { setTimeout as wait } from "node:timers/promises";

import { aftersale, type AftersaleComponents, follow, type Options, orders, value } from "../src/index.js";

type Step = AftersaleComponents["schemas"]["StepOut"];

function given(name: string): string {
  const found = env[name];
  if (!found) throw new Error(`${name} is not set`);
  return found;
}

const at = (url: string, token: string): Options => ({ baseUrl: given(url), token: () => given(token), language: "en" });
const seller = { orders: orders(at("ORDERS_URL", "SELLER_TOKEN")), cases: aftersale(at("AFTERSALE_URL", "SELLER_TOKEN")) };
const buyer = { orders: orders(at("ORDERS_URL", "BUYER_TOKEN")), cases: aftersale(at("AFTERSALE_URL", "BUYER_TOKEN")) };

const orderRequest = {
  params: { header: { "Idempotency-Key": crypto.randomUUID() } },
  body: {
    buyer_id: given("BUYER"),
    currency: "CNY",
    lines: [{ sku: "KETTLE-1", title: "Kettle 1.7 l", quantity: 2, unit_price: { amount: 9900, currency: "CNY" } }],
    shipping_fee: { amount: 800, currency: "CNY" },
    shipping_address: {
      name: "王芳",
      phone: "13800000000",
      country: "CN",
      province: "浙江省",
      city: "杭州市",
      district: "西湖区",
      street: "文三路 1 号",
    },
  },
};
const order = value(await seller.orders.POST("/v1/orders", orderRequest));
const repeated = await seller.orders.POST("/v1/orders", orderRequest);

const path = { order_id: order.id };
value(await buyer.orders.POST("/v1/orders/{order_id}/payments", { params: { path }, body: {} }));
while (value(await buyer.orders.GET("/v1/orders/{order_id}", { params: { path } })).state !== "paid") await wait(100);

// The event of the order may reach the other service a moment later: it responds with 404 and Retry-After, and the client retries.
const caseRequest = {
  order_id: order.id,
  type: "refund_only" as const,
  reason: "changed_mind" as const,
  lines: order.lines.map(({ id, quantity }) => ({ line_id: id, quantity })),
};
const opened = value(await buyer.cases.POST("/v1/cases", { body: caseRequest }));

// A problem's code is one of those that the operation documents: any other literal here does not compile.
const { error } = await buyer.cases.POST("/v1/cases", { body: caseRequest });
const refused = error?.code === "units_in_live_case" ? error.code : undefined;

const case_id = opened.id;
value(await seller.cases.POST("/v1/cases/{case_id}/approve", { params: { path: { case_id } }, body: {} }));

const steps: string[] = [];
for await (const { data } of follow<Step>(at("AFTERSALE_URL", "BUYER_TOKEN"), `/v1/cases/${case_id}/timeline/live`)) {
  steps.push(data.state);
  if (data.state === "completed") break;
}
const ended = value(await buyer.cases.GET("/v1/cases/{case_id}", { params: { path: { case_id } } }));

console.log(
  JSON.stringify({
    order: order.id,
    again: repeated.data?.id,
    replayed: repeated.response.headers.get("idempotent-replayed"),
    refused,
    requested: opened.requested,
    state: ended.state,
    steps,
  }),
);
