/** Event streams: the paths that end in `/live` (server-sent events, WHATWG HTML). */
import { EventSourceParserStream } from "eventsource-parser/stream";

import { type Options, type Problem, Refused } from "./responses.js";
import { pause } from "./retries.js";

/** One event of a stream. */
export interface StreamEvent<Data> {
  id: string;
  data: Data;
}

const RETRY_MILLISECONDS = 2000;

/**
 * The events of a stream, each once and in order, until `signal` is aborted. A stream that ends is requested again after its
 * last event, so that none is missed. Throws Refused where the response is a problem without Retry-After.
 *
 * The EventSource of browsers cannot send a token.
 */
export async function* follow<Data>(
  options: Options,
  path: `${string}/live`,
  { last, signal }: { last?: string; signal?: AbortSignal } = {},
): AsyncGenerator<StreamEvent<Data>, void, undefined> {
  const send = options.fetch ?? ((request: Request) => fetch(request));
  while (!signal?.aborted) {
    const headers = new Headers({ Authorization: `Bearer ${await options.token()}`, Accept: "text/event-stream" });
    if (last !== undefined) headers.set("Last-Event-ID", last);
    let response: Response | undefined;
    try {
      response = await send(new Request(options.baseUrl + path, { headers, signal: signal ?? null }));
      if (response.ok && response.body) {
        const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
        for await (const event of read(events)) {
          if (event.id === undefined) continue;
          last = event.id;
          yield { id: event.id, data: JSON.parse(event.data) as Data };
        }
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof TypeError)) throw error; // fetch throws a TypeError where the connection fails
    }
    if (response && !response.ok && !response.headers.has("Retry-After")) {
      throw new Refused((await response.json()) as Problem, response);
    }
    await pause(RETRY_MILLISECONDS, signal).catch(() => undefined);
  }
}

/** The pieces of a stream. Not every browser supports iteration over streams yet. */
async function* read<Piece>(stream: ReadableStream<Piece>): AsyncGenerator<Piece, void, undefined> {
  const reader = stream.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
  } finally {
    await reader.cancel();
  }
}
