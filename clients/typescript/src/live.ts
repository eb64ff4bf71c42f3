/** The socket of conversations: `/v1/live`, with typed frames, which connects again and resumes without a gap. */
import type { components } from "./generated/live-frames.js";
import { pause } from "./retries.js";

type Frames = components["schemas"];
/** What the client gets. */
export type LiveFrame = Frames["FrameOut"];
/** What the client sends; it authenticates and subscribes by itself. */
export type SentFrame = Exclude<Frames["FrameIn"], { type: "authenticate" | "subscribe" | "unsubscribe" }>;

const PROTOCOL = "aftercare.live.v1";
const FIRST_MILLISECONDS = 500;
const LONGEST_MILLISECONDS = 30_000;
/** Codes after which another attempt has no other end: another person's token, and frames that the service does not take. */
const FINAL = new Set([1002, 1003, 1007, 4403]);

export interface LiveOptions {
  /** The address of cs-svc, without a slash at the end: `https://…`. */
  baseUrl: string;
  /** Returns the caller's bearer token; called for each connection. */
  token: () => string | Promise<string>;
  /** Called with each frame, in order; messages come once, also after a connection was lost. */
  onFrame: (frame: LiveFrame) => void;
  /** Called where the socket is connected (true) or was lost (false). */
  onConnected?: (connected: boolean) => void;
  /** The runtime's own by default. */
  WebSocket?: new (url: string, protocols: string[]) => WebSocket;
}

/** The service closed the socket for a reason that no other attempt mends. */
export class LiveEnded extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
  ) {
    super(`the socket was closed: ${code} ${reason}`);
    this.name = "LiveEnded";
  }
}

/** A socket that is connected again until `close` is called. */
export class Live {
  /** By conversation that is followed, the place of the last message that was received. */
  readonly #places = new Map<string, string | undefined>();
  /** What was posted, or read, and has no answer yet: it is sent again after a connection was lost, and has one effect. */
  readonly #unanswered = new Map<string, SentFrame>();
  readonly #ending = new AbortController();
  #socket: WebSocket | undefined;

  constructor(private readonly options: LiveOptions) {}

  /** Connects, and stays connected; resolves after `close`. Throws LiveEnded where the service ends it for good. */
  async run(): Promise<void> {
    let failed = 0;
    while (!this.#ending.signal.aborted) {
      const { code, reason, welcomed } = await this.#connection();
      if (this.#ending.signal.aborted) return;
      if (FINAL.has(code)) throw new LiveEnded(code, reason);
      failed = welcomed ? 0 : failed + 1;
      await pause(retryAfter(reason) ?? backoff(failed), this.#ending.signal).catch(() => undefined);
    }
  }

  /** Follows a conversation from the message after this place on; everything from `00000000` on, and what is posted from now on without one. */
  follow(conversationId: string, after?: string): void {
    this.#places.set(conversationId, after);
    if (this.#isOpen) this.#subscribe([conversationId]);
  }

  /** Follows a conversation no more. */
  leave(conversationId: string): void {
    this.#places.delete(conversationId);
    if (this.#isOpen) this.#write({ type: "unsubscribe", conversation_ids: [conversationId] });
  }

  /** Sends a frame. A `post` is sent again with its id until it is answered; `typing`, `mark` and `calls` may be lost with the connection. */
  send(frame: SentFrame): void {
    if (frame.type === "post") this.#unanswered.set(frame.id, frame);
    if (this.#isOpen) this.#write(frame);
  }

  /** Ends the connection; `run` resolves. */
  close(): void {
    this.#ending.abort();
    this.#socket?.close(1000);
  }

  get #isOpen(): boolean {
    return this.#socket?.readyState === 1;
  }

  async #connection(): Promise<{ code: number; reason: string; welcomed: boolean }> {
    const Socket = this.options.WebSocket ?? WebSocket;
    const url = `${this.options.baseUrl.replace(/^http/, "ws")}/v1/live`;
    const socket = new Socket(url, [PROTOCOL, `bearer.${await this.options.token()}`]);
    const { signal } = this.#ending;
    const end = (): void => socket.close(1000);
    let welcomed = false;
    return new Promise((resolve) => {
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(String(data)) as LiveFrame;
        if (frame.type === "welcome" && !welcomed) {
          welcomed = true;
          this.#socket = socket;
          this.#resume();
          this.options.onConnected?.(true);
        }
        this.#received(frame);
      };
      socket.onclose = ({ code, reason }) => {
        this.#socket = undefined;
        signal.removeEventListener("abort", end);
        if (welcomed) this.options.onConnected?.(false);
        resolve({ code, reason, welcomed });
      };
      signal.addEventListener("abort", end, { once: true });
      if (signal.aborted) end();
    });
  }

  #resume(): void {
    const followed = [...this.#places.keys()];
    for (let first = 0; first < followed.length; first += 100) this.#subscribe(followed.slice(first, first + 100));
    for (const frame of this.#unanswered.values()) this.#write(frame);
  }

  #subscribe(ids: string[]): void {
    const conversations = ids.map((id) => {
      const after = this.#places.get(id);
      return after === undefined ? { conversation_id: id } : { conversation_id: id, after };
    });
    this.#write({ type: "subscribe", conversations });
  }

  #received(frame: LiveFrame): void {
    if (frame.type === "subscribed" && this.#places.get(frame.conversation_id) === undefined) {
      this.#places.set(frame.conversation_id, frame.after);
    }
    if (frame.type === "messages") {
      const known = this.#places.get(frame.conversation_id) ?? "";
      const messages = frame.messages.filter((message) => message.place > known);
      const last = messages.at(-1);
      if (last === undefined) return;
      this.#places.set(frame.conversation_id, last.place);
      this.options.onFrame({ ...frame, messages });
      return;
    }
    if (frame.type === "posted") this.#unanswered.delete(frame.id);
    if (frame.type === "refused") {
      if (frame.id) this.#unanswered.delete(frame.id);
      if (frame.conversation_id) this.#places.delete(frame.conversation_id);
    }
    this.options.onFrame(frame);
  }

  #write(frame: Frames["FrameIn"]): void {
    this.#socket?.send(JSON.stringify(frame));
  }
}

/** The milliseconds that the service asks for (`retry_after=<seconds>`). */
function retryAfter(reason: string): number | undefined {
  const found = /^retry_after=(\d{1,3})/.exec(reason);
  return found ? Number(found[1]) * 1000 : undefined;
}

/** Milliseconds that grow with the number of failures, and differ between clients, which would all come back at once. */
function backoff(failed: number): number {
  return Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** failed) * (0.5 + Math.random() / 2);
}
