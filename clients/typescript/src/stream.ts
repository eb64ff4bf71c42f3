/** Paths that end in `/live`: what is there, and then what comes (server-sent events, WHATWG HTML). */
import { EventSourceParserStream } from "eventsource-parser/stream";

import { type Options, type Problem, Refused } from "./answers.js";
import { pause } from "./patience.js";

export interface Told<Data> {
  id: string;
  data: Data;
}

const RETRY_MILLISECONDS = 2000;

/**
 * Each event once and in order, until `signal` ends it or the service refuses (Refused). A stream that ends is taken up
 * again behind the last event, so nothing is missed. A browser's own EventSource cannot send a token; this can.
 */
export async function* follow<Data>(
  options: Options,
  path: `${string}/live`,
  { last, signal }: { last?: string; signal?: AbortSignal } = {},
): AsyncGenerator<Told<Data>, void, undefined> {
  const ask = options.fetch ?? ((request: Request) => fetch(request));
  while (!signal?.aborted) {
    const headers = new Headers({ Authorization: `Bearer ${await options.token()}`, Accept: "text/event-stream" });
    if (last !== undefined) headers.set("Last-Event-ID", last);
    let answer: Response | undefined;
    try {
      answer = await ask(new Request(options.baseUrl + path, { headers, signal: signal ?? null }));
      if (answer.ok && answer.body) {
        const events = answer.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
        for await (const event of read(events)) {
          if (event.id === undefined) continue;
          last = event.id;
          yield { id: event.id, data: JSON.parse(event.data) as Data };
        }
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof TypeError)) throw error; // what fetch throws where the connection fails
    }
    if (answer && !answer.ok && !answer.headers.has("Retry-After")) {
      throw new Refused((await answer.json()) as Problem, answer);
    }
    await pause(RETRY_MILLISECONDS, signal).catch(() => undefined);
  }
}

/** Not every browser iterates over streams yet. */
async function* read<Piece>(stream: ReadableStream<Piece>): AsyncGenerator<Piece, void, undefined> {
  const reader = stream.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
  } finally {
    await reader.cancel();
  }
}
