/** What a client is made of, and what it hears. */
import type { components } from "./generated/aftersale-svc.js";

/** A problem document (RFC 9457). `code` is stable; `title` and `detail` are in the reader's language. */
export type Problem = components["schemas"]["Problem"];

type Code<Problem> = Problem extends { code: infer Literal extends string } ? Literal : never;

/** The codes that an operation documents for its problems, of what `client.POST(…)` resolves to. */
export type CodeOf<Answer> = Answer extends { error?: infer Problem } ? Code<Problem> : never;

export interface Options {
  /** Where the service answers, without a slash at the end. */
  baseUrl: string;
  /** The caller's bearer token, asked for at each call. */
  token: () => string | Promise<string>;
  language?: "zh-CN" | "en";
  /** The runtime's own when left out. */
  fetch?: (request: Request) => Promise<Response>;
}

/** A refusal, thrown. */
export class Refused extends Error {
  constructor(
    readonly problem: Problem,
    readonly response: Response,
  ) {
    super(problem.detail ?? problem.title);
    this.name = "Refused";
  }
}

/** What was answered; Refused where it was a problem. */
export function value<Data>(answer: { data?: Data; error?: unknown; response: Response }): Data {
  if (answer.error !== undefined) throw new Refused(answer.error as Problem, answer.response);
  return answer.data as Data;
}
