/** Run by `node --test`: the socket resumes without a gap, sends what had no answer again, and ends where it has to. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Live, LiveEnded, type LiveFrame } from "../src/live.js";

/** A socket whose other side is the test. */
class FakeSocket {
  static made: FakeSocket[] = [];
  static waiting: ((socket: FakeSocket) => void) | undefined;
  readyState = 0;
  sent: { type: string; [name: string]: unknown }[] = [];
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: (event: { code: number; reason: string }) => void = () => undefined;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.made.push(this);
    queueMicrotask(() => FakeSocket.waiting?.(this));
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  receive(frame: object): void {
    this.onmessage({ data: JSON.stringify(frame) });
  }
  welcome(): void {
    this.readyState = 1;
    this.receive({ type: "welcome", role: "buyer", person_id: "buyer-1", token_expires_at: "2026-12-01T00:00:00Z" });
  }
  end(code: number, reason = ""): void {
    this.readyState = 3;
    this.onclose({ code, reason });
  }
  close(code = 1000): void {
    if (this.readyState !== 3) this.end(code);
  }
}

const next = () => new Promise<FakeSocket>((resolve) => (FakeSocket.waiting = resolve));
const messages = (...places: string[]) => ({
  type: "messages",
  conversation_id: "conv_1",
  messages: places.map((place) => ({ id: `msg_${place}`, place })),
});

function client(token = "t"): { live: Live; frames: LiveFrame[] } {
  const frames: LiveFrame[] = [];
  const live = new Live({
    baseUrl: "https://shop.example",
    token: () => token,
    onFrame: (frame) => frames.push(frame),
    WebSocket: FakeSocket as unknown as new (url: string, protocols: string[]) => WebSocket,
  });
  return { live, frames };
}

test("it resumes after the last message, and gives each once", async () => {
  const { live, frames } = client();
  live.follow("conv_1", "00000000");
  let coming = next();
  const running = live.run();
  const first = await coming;
  assert.equal(first.url, "wss://shop.example/v1/live");
  assert.deepEqual(first.protocols, ["aftercare.live.v1", "bearer.t"]);
  first.welcome();
  assert.deepEqual(first.sent[0], {
    type: "subscribe",
    conversations: [{ conversation_id: "conv_1", after: "00000000" }],
  });
  first.receive(messages("00000001", "00000002"));
  live.send({ type: "post", id: "p-1", conversation_id: "conv_1", text: "你好" });
  coming = next();
  first.end(1012, "retry_after=0");
  const second = await coming;
  second.welcome();
  assert.deepEqual(second.sent, [
    { type: "subscribe", conversations: [{ conversation_id: "conv_1", after: "00000002" }] },
    { type: "post", id: "p-1", conversation_id: "conv_1", text: "你好" },
  ]);
  second.receive(messages("00000002", "00000003"));
  second.receive({ type: "posted", id: "p-1", message: { id: "msg_3", place: "00000003" } });
  const places = frames.flatMap((frame) => (frame.type === "messages" ? frame.messages.map((each) => each.place) : []));
  assert.deepEqual(places, ["00000001", "00000002", "00000003"]);
  coming = next();
  second.end(1006);
  const third = await coming;
  third.welcome();
  assert.deepEqual(
    third.sent.map((each) => each.type),
    ["subscribe"],
  );
  live.close();
  await running;
});

test("it ends where another attempt has no other end", async () => {
  const { live } = client();
  const coming = next();
  const running = live.run();
  const socket = await coming;
  socket.welcome();
  socket.end(4403, "person_differs");
  await assert.rejects(running, LiveEnded);
});

test("a conversation that is refused is followed no more", async () => {
  const { live } = client();
  live.follow("conv_1");
  let coming = next();
  const running = live.run();
  const first = await coming;
  first.welcome();
  first.receive({ type: "refused", id: null, conversation_id: "conv_1", problem: { code: "not_found" } });
  coming = next();
  first.end(1012, "retry_after=0");
  const second = await coming;
  second.welcome();
  assert.deepEqual(second.sent, []);
  live.close();
  await running;
});
