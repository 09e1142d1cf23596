import { describe, expect, it } from "vitest";
import { PEER } from "../helpers/ids";
import { seeded } from "../helpers/seeded";
import { SECRET, startFetchAgent } from "./helpers/fetch-agent";

const REQUESTS = 5000;
const SEED = 20_260_426;
const MAX_BYTES = 20_000;

/** A request before it is sent; each mutation changes one of the layers. */
interface Draft {
  method: string;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: mutations reach everywhere
  json: any;
  /** Changes the text that is sent. */
  edit: (text: string) => string | Uint8Array;
}

interface Expected {
  status: number;
  code: number;
}

/** A mutation that leaves one right answer. `layer` is the order in which requests are checked: the first counts. */
interface Mutation extends Expected {
  layer: number;
  apply(draft: Draft): void;
}

const random = seeded(SEED);
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;

const JUNK = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  Number.MAX_VALUE,
  "",
  " ",
  "x",
  "\u0000",
  "\ud800",
  [],
  {},
  [[]],
  { a: 1 },
  "__proto__",
  "constructor",
];
const notIn = (...types: string[]) => JUNK.filter((value) => !types.includes(typeOf(value)));
const typeOf = (value: unknown) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

const rows: [layer: number, status: number, code: number, (draft: Draft) => void][] = [
  [0, 405, -32600, (draft) => { draft.method = pick(["PUT", "DELETE", "PATCH", "OPTIONS"]); }],
  [1, 401, -32600, ({ headers }) => { delete headers.authorization; }],
  [1, 401, -32600, ({ headers }) => { headers.authorization = pick(["", "Bearer", `Bearer ${SECRET.slice(1)}`, `Bearer ${SECRET}a`, `bearer ${SECRET}`, SECRET, `Basic ${SECRET}`, `Bearer  ${SECRET}`, `Bearer ${SECRET.toUpperCase()}`, "Bearer \u00ff"]); }],
  [2, 415, -32005, ({ headers }) => { headers["content-type"] = pick(["", "text/plain", "application/jsonp", "application/x-www-form-urlencoded", "json", "text/json", "application/octet-stream"]); }],
  [2, 415, -32005, ({ headers }) => { headers["content-encoding"] = pick(["gzip", "br", "identity, gzip"]); }],
  [3, 413, -32600, (draft) => { draft.edit = (text) => text + " ".repeat(MAX_BYTES); }],
  [3, 413, -32600, ({ headers }) => { headers["content-length"] = pick(["20001", "9007199254740993", "1e9"]); }],
  [4, 200, -32700, (draft) => { draft.edit = (text) => text.slice(0, Math.floor(random() * text.length)); }],
  [4, 200, -32700, (draft) => { draft.edit = (text) => pick(["", "\u0000", "{", "undefined", "NaN", "<html>", "'a'"]) + text.slice(0, 5); }],
  [4, 200, -32700, (draft) => { draft.edit = (text) => Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([pick([0xff, 0xc0, 0x80])])]); }],
  [4, 200, -32700, (draft) => { draft.edit = () => "[".repeat(5000) + "]".repeat(5000); }],
  [5, 200, -32600, (draft) => { draft.edit = (text) => pick([`[${text}]`, "[]", "1", '"x"', "null", "true"]); }],
  [6, 200, -32600, ({ json }) => { json.id = pick([[], {}, true, false, [1], { id: 1 }]); }],
  [7, 200, -32600, ({ json }) => { json.jsonrpc = pick(["1.0", "2", 2, 2.0, null, {}, ""]); }],
  [7, 200, -32600, ({ json }) => { delete json.jsonrpc; }],
  [8, 200, -32600, ({ json }) => { json.method = pick(notIn("string")); }],
  [9, 200, -32601, ({ json }) => { json.method = pick(["", "message", "Message/Send", "message/send ", "tasks/delete", "constructor", "__proto__", "toString", "sendMessage"]); }],
  [9, 200, -32004, ({ json }) => { json.method = pick(["message/stream", "SendStreamingMessage", "tasks/resubscribe", "ListTasks"]); }],
  [9, 200, -32003, ({ json }) => { json.method = pick(["tasks/pushNotificationConfig/set", "CreateTaskPushNotificationConfig"]); }],
  [10, 200, -32602, ({ json }) => { json.params = pick(notIn("object")); }],
  [11, 200, -32602, ({ json }) => { json.params.message = pick(notIn("object")); }],
  [12, 200, -32602, ({ json }) => { json.params.message[pick(["messageId", "contextId", "taskId"])] = pick([1, {}, [], true, "x".repeat(1025)]); }],
  [13, 200, -32602, ({ json }) => { json.params.message.parts = pick([...notIn("array"), []]); }],
  [13, 200, -32602, ({ json }) => { json.params.message.parts.push(pick(notIn("object"))); }],
  [14, 200, -32602, ({ json }) => { json.params.message.parts = pick([[{}], [{ kind: "text" }], [{ kind: "text", text: 1 }], [{ type: "x", text: "a" }], [{ kind: "file" }], [{ kind: "text", text: " " }]]); }],
  [15, 200, -32001, ({ json }) => { json.params.message.taskId = pick(["unknown", "constructor", "\u0000"]); }],
]; // biome-ignore format: rows

const MUTATIONS: readonly Mutation[] = rows.map(([layer, status, code, apply]) => ({
  layer,
  status,
  code,
  apply,
}));

function createDraft(index: number): Draft {
  const text = pick(["hello", "fail", "ä\ud83d\ude00", "a".repeat(1000)]);
  const part = pick([
    { kind: "text", text },
    { type: "text", text },
    { text },
    { kind: "data", data: { text } },
  ]);
  const message = { role: "user", messageId: `m-${index}`, parts: [part] };
  return {
    method: "POST",
    headers: { authorization: `Bearer ${SECRET}`, "content-type": "application/json" },
    json: {
      jsonrpc: "2.0",
      id: pick([index, `id-${index}`]),
      method: pick(["message/send", "SendMessage"]),
      params: { message, metadata: { source_workspace_id: PEER } },
    },
    edit: (json) => json,
  };
}

/** Puts junk in the place of anything in the request: whether that is still valid is not known. */
function scramble({ json }: Draft): void {
  let holder = json;
  for (;;) {
    const key = pick(Object.keys(holder));
    const value = holder[key];
    if (typeof value === "object" && value !== null && Object.keys(value).length > 0 && random() < 0.7) {
      holder = value;
      continue;
    }
    const choice = random();
    if (choice < 0.3) delete holder[key];
    else if (choice < 0.6)
      holder[pick(["kind", "type", "text", "parts", "id", "role", "status"])] = pick(JUNK);
    else holder[key] = pick(JUNK);
    return;
  }
}

const KNOWN_CODES = [-32700, -32600, -32601, -32602, -32603, -32001, -32002, -32003, -32004, -32005];
const LEAKS = /SENSITIVE|\.[jt]s:\d+|node:internal|node_modules|inbound-secret-of/;

describe("5,000 mutated requests", () => {
  it("are each answered with the right error, without a word of the inside, and run nothing that is refused", {
    timeout: 120_000,
  }, async () => {
    let runs = 0;
    const { agent, call } = await startFetchAgent({
      maxRequestBytes: MAX_BYTES,
      onMessage({ text }) {
        runs += 1;
        if (text === "fail") throw new Error("SENSITIVE");
        return text;
      },
    });
    const answers: Record<string, number> = {};
    for (let index = 0; index < REQUESTS; index += 1) {
      const draft = createDraft(index);
      const mutations = Array.from({ length: pick([0, 1, 1, 1, 2, 3]) }, () => pick(MUTATIONS));
      // From the inside out, one of a layer: an outer mutation may take away what an inner one needs.
      const layers = new Map(mutations.map((mutation) => [mutation.layer, mutation]));
      const applied = [...layers.values()].sort((a, b) => b.layer - a.layer);
      const isScrambled = applied.length === 0 && random() < 0.9;
      for (const { apply } of applied) apply(draft);
      if (isScrambled) scramble(draft);
      const expected = applied.at(-1);
      const before = runs;
      const response = await agent.fetch(toRequest(draft));
      const text = await response.text();
      const answer = JSON.parse(text);
      const seen = { index, draft: JSON.stringify(draft.json)?.slice(0, 300), text };
      expect(text, JSON.stringify(seen)).not.toMatch(LEAKS);
      expect(answer.jsonrpc).toBe("2.0");
      expect(("result" in answer ? 1 : 0) + ("error" in answer ? 1 : 0), JSON.stringify(seen)).toBe(1);
      const code = answer.error?.code ?? "result";
      if ("error" in answer) expect(KNOWN_CODES, JSON.stringify(seen)).toContain(code);
      if (expected !== undefined) {
        const { status } = response;
        expect({ ...seen, status, code }).toEqual({ ...seen, status: expected.status, code: expected.code });
        expect({ ...seen, runs: runs - before }).toEqual({ ...seen, runs: 0 });
      } else if (!isScrambled) {
        expect({ ...seen, runs: runs - before }).toEqual({ ...seen, runs: 1 });
      }
      answers[code] = (answers[code] ?? 0) + 1;
    }
    expect(Object.keys(answers).sort()).toEqual([
      "-32001",
      "-32003",
      "-32004",
      "-32005",
      "-32600",
      "-32601",
      "-32602",
      "-32603",
      "-32700",
      "result",
    ]);
    // It is as it was before.
    expect((await call(createDraft(REQUESTS).json)).jsonrpc).toBe("2.0");
    expect(agent.heartbeat.status.running).toBe(true);
  });
});

function toRequest({ method, headers, json, edit }: Draft): Request {
  const body = edit(JSON.stringify(json));
  const url = "http://agent.test/";
  try {
    return new Request(url, { method, headers, body });
  } catch {
    // A header that HTTP cannot hold.
    return new Request(url, { method, headers: { ...headers, authorization: "Bearer x" }, body });
  }
}
