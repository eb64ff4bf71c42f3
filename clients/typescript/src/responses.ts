/** The options of a client, and the responses that it returns. */
import type { components } from "./generated/aftersale-svc.js";

/** A problem document (RFC 9457). `code` is stable; `title` and `detail` are in the reader's language. */
export type Problem = components["schemas"]["Problem"];

type Code<Problem> = Problem extends { code: infer Literal extends string } ? Literal : never;

/** The codes that an operation documents for its problems, of what `client.POST(…)` resolves to. */
export type CodeOf<Result> = Result extends { error?: infer Problem } ? Code<Problem> : never;

export interface Options {
  /** The address of the service, without a slash at the end. */
  baseUrl: string;
  /** Returns the caller's bearer token; called for each request. */
  token: () => string | Promise<string>;
  language?: "zh-CN" | "en";
  /** The runtime's own by default. */
  fetch?: (request: Request) => Promise<Response>;
}

/** Thrown where the response is a problem. */
export class Refused extends Error {
  constructor(
    readonly problem: Problem,
    readonly response: Response,
  ) {
    super(problem.detail ?? problem.title);
    this.name = "Refused";
  }
}

/** The body of a successful response. Throws Refused where the response is a problem. */
export function value<Data>(result: { data?: Data; error?: unknown; response: Response }): Data {
  if (result.error !== undefined) throw new Refused(result.error as Problem, result.response);
  return result.data as Data;
}
