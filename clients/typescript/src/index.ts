/** The five services of Aftercare, typed from their OpenAPI documents. */
import createClient, { type Client } from "openapi-fetch";

import type { paths as AftersalePaths } from "./generated/aftersale-svc.js";
import type { paths as AnalyticsPaths } from "./generated/analytics-svc.js";
import type { paths as CsPaths } from "./generated/cs-svc.js";
import type { paths as KbPaths } from "./generated/kb-svc.js";
import type { paths as OrderPaths } from "./generated/order-svc.js";
import type { Options } from "./responses.js";
import { withRetries } from "./retries.js";

export type { components as AftersaleComponents } from "./generated/aftersale-svc.js";
export type { components as AnalyticsComponents } from "./generated/analytics-svc.js";
export type { components as CsComponents } from "./generated/cs-svc.js";
export type { components as KbComponents } from "./generated/kb-svc.js";
export type { components as OrderComponents } from "./generated/order-svc.js";
export { Live, LiveEnded, type LiveFrame, type LiveOptions, type SentFrame } from "./live.js";
export { type CodeOf, type Options, type Problem, Refused, value } from "./responses.js";
export { follow, type StreamEvent } from "./stream.js";

/** Headers that the client sets by itself are optional; those that are given are kept. */
type WithOptionalHeaders<Operation> = Operation extends { parameters: infer Parameters extends { header?: unknown } }
  ? Omit<Operation, "parameters"> & {
      parameters: Omit<Parameters, "header"> & { header?: Partial<NonNullable<Parameters["header"]>> };
    }
  : Operation;
type ClientPaths<Paths> = {
  [Path in keyof Paths]: { [Method in keyof Paths[Path]]: WithOptionalHeaders<Paths[Path][Method]> };
};

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

function connect<Paths extends {}>(options: Options): Client<ClientPaths<Paths>> {
  const client = createClient<ClientPaths<Paths>>({
    baseUrl: options.baseUrl,
    fetch: withRetries(options.fetch ?? ((request) => fetch(request))),
  });
  client.use({
    async onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${await options.token()}`);
      if (options.language && !request.headers.has("Accept-Language")) {
        request.headers.set("Accept-Language", options.language);
      }
      if (!READS.has(request.method) && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      }
      return request;
    },
  });
  return client;
}

/** Orders, payments, parcels, courier endpoints. */
export const orders = (options: Options) => connect<OrderPaths>(options);
/** Cases and disputes. */
export const aftersale = (options: Options) => connect<AftersalePaths>(options);
/** Conversations, complaints, feedback, ratings. */
export const cs = (options: Options) => connect<CsPaths>(options);
/** Articles, policies, search. */
export const kb = (options: Options) => connect<KbPaths>(options);
/** Traces and metrics. */
export const analytics = (options: Options) => connect<AnalyticsPaths>(options);
