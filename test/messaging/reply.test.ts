import { describe, expect, it } from "vitest";
import { failureFrom, outcomeOf, resultOutcome, rpc, textMessage, verdictOf } from "../helpers/answer";

const text = (value: string) => ({ kind: "text", text: value });
const agentSays = (value: string) => ({ role: "agent", parts: [text(value)] });
const finished = { state: "completed", timestamp: "2026-05-01T12:34:56.123456Z" };

describe("the text of a reply", () => {
  it.each<[string, unknown, string]>([
    ["one text part", textMessage("hi"), "hi"],
    ["several text parts, in order", textMessage("one", "two", "three"), "one\ntwo\nthree"],
    ["parts that say `type`", { parts: [{ type: "text", text: "hi" }] }, "hi"],
    ["parts known by their members", { parts: [{ text: "hi" }, { text: "you", mediaType: "text/plain" }] }, "hi\nyou"],
    ["parts inside a root", { parts: [{ root: text("hi") }] }, "hi"],
    ["a wrapped message", { message: { role: "ROLE_AGENT", parts: [{ text: "hi" }] } }, "hi"],
    ["a wrapped message with typed parts", { message: { parts: [{ type: "text", text: "hi" }] } }, "hi"],
    ["a wrapped task", { task: { id: "t", status: { state: "TASK_STATE_COMPLETED" }, artifacts: [{ parts: [{ text: "hi" }] }] } }, "hi"],
    ["a task with artifacts", { kind: "task", id: "t", status: finished, artifacts: [{ parts: [text("a"), text("b")] }, { parts: [text("c")] }] }, "ab\nc"],
    ["a task with a status message", { kind: "task", status: { ...finished, message: agentSays("said") } }, "said"],
    ["a message before the artifacts", { kind: "task", status: { ...finished, message: agentSays("summary") }, artifacts: [{ parts: [text("detail")] }] }, "summary\ndetail"],
    ["parts before the status message", { parts: [text("first")], status: { ...finished, message: agentSays("second") } }, "first\nsecond"],
    ["the last words of the agent", { kind: "task", status: finished, history: [agentSays("old"), agentSays("new"), { role: "user", parts: [text("mine")] }] }, "new"],
    ["the last words of a 1.0 agent", { task: { status: { state: "TASK_STATE_COMPLETED" }, history: [{ role: "ROLE_AGENT", parts: [{ text: "hi" }] }] } }, "hi"],
    ["a status that is a word", { status: "completed", artifacts: [{ parts: [text("hi")] }] }, "hi"],
    ["artifact content", { artifacts: [{ type: "text/plain", content: "hi" }] }, "hi"],
    ["a string", "hi", "hi"],
    ["an empty object", {}, "(no response)"],
    ["no parts", { parts: [] }, "(no response)"],
    ["parts that are no array", { kind: "message", parts: "hi" }, "(no response)"],
    ["a part with empty text", textMessage(""), ""],
    ["a part of a file alone", { parts: [{ kind: "file", file: { uri: "workspace:/r.pdf" } }] }, ""],
    ["parts that are nothing", { parts: [null, 7, "x", [], text("hi")] }, "hi"],
    ["text that is no text", { parts: [{ kind: "text", text: 7 }, text("hi")] }, "hi"],
    ["another kind with a text", { parts: [{ kind: "thought", text: "hm" }, text("hi")] }, "hi"],
    ["repeated parts", textMessage("a", "a", "b", "a"), "a\na\nb\na"],
    ["content in the place of parts", { role: "agent", content: [text("hi")] }, "hi"],
    ["content that is text", { kind: "message", content: "hi" }, "hi"],
    ["content that is one part", { content: { type: "text", text: "hi" } }, "hi"],
    ["artifact content that is an array of parts", { artifacts: [{ content: [{ text: "h" }, { text: "i" }] }] }, "hi"],
    ["a single artifact", { status: finished, artifact: { parts: [text("hi")] } }, "hi"],
    ["a bare artifact", { artifactId: "a", parts: [text("h"), text("i")] }, "hi"],
    ["a bare artifact in snake case", { artifact_id: "a", parts: [text("h"), text("i")] }, "hi"],
    ["an update of an artifact", { kind: "artifact-update", taskId: "t", contextId: "c", artifact: { artifactId: "a", parts: [text("hi")] } }, "hi"],
    ["a wrapped update of an artifact", { artifactUpdate: { taskId: "t", artifact: { parts: [{ text: "h" }, { text: "i" }] }, lastChunk: true } }, "hi"],
    ["a wrapped update in snake case", { artifact_update: { artifact: { parts: [{ text: "hi" }] } } }, "hi"],
    ["an update of the status", { kind: "status-update", taskId: "t", status: { ...finished, message: agentSays("hi") }, final: true }, "hi"],
    ["a wrapped update of the status", { statusUpdate: { taskId: "t", status: { state: "TASK_STATE_COMPLETED", message: { parts: [{ text: "hi" }] } } } }, "hi"],
    ["a status that says ok", { status: "ok", parts: [text("hi")] }, "hi"],
    ["a word for a status that is no state", { status: "cheerful", parts: [text("hi")] }, "hi"],
    ["a numeric role in the history", { status: finished, history: [{ role: 2, parts: [{ text: "hi" }] }, { role: 1, parts: [{ text: "mine" }] }] }, "hi"],
    ["a message of which only its id is left", { messageId: "m" }, "(no response)"],
    ["members without a value", { parts: [], metadata: {}, text: null }, "(no response)"],
    ["parts beside the model's reasoning", { parts: [{ kind: "text", text: "hm", metadata: { adk_thought: true } }, text("hi")] }, "hi"],
    ["an artifact whose reasoning is between two pieces", { artifacts: [{ parts: [text("h"), { text: "hm", metadata: { adk_thought: true } }, text("i")] }] }, "hi"],
    ["reasoning inside a root", { parts: [{ root: { kind: "text", text: "hm", metadata: { adk_thought: true } } }, text("hi")] }, "hi"],
    ["nothing but reasoning", { parts: [{ text: "hm", metadata: { adk_thought: true } }] }, ""],
    ["a part whose mark is not true", { parts: [{ text: "hi", metadata: { adk_thought: "no" } }] }, "hi"],
    ["a summary repeated as artifact", { status: { ...finished, message: agentSays("same") }, artifacts: [{ parts: [text("same")] }] }, "same"],
    ["a status message that is a string", { kind: "task", status: { state: "completed", message: "hi" } }, "hi"],
    ["only what the user said", { kind: "task", status: finished, history: [{ role: "user", parts: [text("mine")] }] }, "(no response)"],
    ["tool traces and usage beside the parts", { ...textMessage("hi"), metadata: { tool_trace: [{ tool: "x" }] }, usage: { input_tokens: 1 } }, "hi"],
  ])("is read from %s", (_, result, expected) => {
    expect(resultOutcome(result)).toMatchObject({ kind: "reply", text: expected });
  }); // biome-ignore format: a table reads best in rows

  it.each<[string, unknown]>([
    ["a body of another server", { status: "ok", result: { parts: [{ type: "text", text: "hi" }] } }],
    ["a double envelope", { result: { jsonrpc: "2.0", id: "x", result: textMessage("hi") } }],
    ["a double envelope with a string", { result: { jsonrpc: "2.0", result: "hi" } }],
    ["a message without an envelope", textMessage("hi")],
    ["parts without an envelope", { parts: [text("hi")] }],
    ["a task without an envelope", { kind: "task", status: finished, artifacts: [{ parts: [text("hi")] }] }],
    ["a wrapped message without an envelope", { message: textMessage("hi") }],
  ])("is read from %s", (_, body) => {
    expect(outcomeOf(body)).toMatchObject({ kind: "reply", text: "hi", raw: body });
  });

  it("keeps the model's reasoning in `raw`", () => {
    const body = rpc({ parts: [{ text: "hm", metadata: { adk_thought: true } }, { text: "hi" }] });
    expect(outcomeOf(body)).toMatchObject({ text: "hi", raw: body });
  });

  it("is unchanged", () => {
    const words = "  # Title\n\n```js\n1 < 2\n```\t\u202e ";
    expect(resultOutcome(textMessage(words))).toMatchObject({ text: words });
  });

  it("comes with the whole response in `raw`", () => {
    const body = rpc({ ...textMessage("hi"), metadata: { tool_trace: [{ tool: "search" }] } });
    expect(outcomeOf(body).raw).toEqual(body);
  });
});

describe("files and data of a reply", () => {
  it.each<[string, unknown, object]>([
    ["with a uri", { kind: "file", file: { uri: "workspace:/r.pdf", name: "r.pdf", mimeType: "application/pdf", size: 9 } }, { uri: "workspace:/r.pdf", name: "r.pdf", mimeType: "application/pdf", size: 9 }],
    ["with bytes", { kind: "file", file: { bytes: "aGk=", name: "hi.txt" } }, { bytes: "aGk=", name: "hi.txt" }],
    ["of 1.0 with a url", { url: "https://x.test/r.pdf", filename: "r.pdf", mediaType: "application/pdf" }, { uri: "https://x.test/r.pdf", name: "r.pdf", mimeType: "application/pdf" }],
    ["of 1.0 with raw bytes", { raw: "aGk=", mediaType: "text/plain" }, { bytes: "aGk=", mimeType: "text/plain" }],
    ["that is flat", { type: "file", uri: "workspace:/r.pdf" }, { uri: "workspace:/r.pdf" }],
    ["inside a root", { root: { kind: "file", file: { uri: "workspace:/r.pdf" } } }, { uri: "workspace:/r.pdf" }],
    ["of protobuf JSON with a uri", { file: { fileWithUri: "workspace:/r.pdf", mimeType: "application/pdf" } }, { uri: "workspace:/r.pdf", mimeType: "application/pdf" }],
    ["of protobuf JSON with bytes", { file: { fileWithBytes: "aGk=", name: "hi.txt" } }, { bytes: "aGk=", name: "hi.txt" }],
    ["of protobuf in snake case", { file: { file_with_uri: "u", mime_type: "text/plain" } }, { uri: "u", mimeType: "text/plain" }],
    ["of protobuf in snake case with bytes", { file: { file_with_bytes: "aGk=", media_type: "text/plain" } }, { bytes: "aGk=", mimeType: "text/plain" }],
    ["with fields of wrong types", { kind: "file", file: { uri: "u", name: 7, mimeType: null, size: "9" } }, { uri: "u" }],
  ])("holds a file %s", (_, part, file) => {
    expect(resultOutcome({ parts: [text("see"), part] })).toMatchObject({ kind: "reply", text: "see", files: [file], data: [] });
  }); // biome-ignore format: a table reads best in rows

  it.each<[string, unknown, unknown]>([
    ["a data part", { kind: "data", data: { a: 1 } }, { a: 1 }],
    ["a 1.0 part", { data: [1, 2] }, [1, 2]],
    ["a part whose data is null", { kind: "data", data: null }, null],
  ])("holds the data of %s", (_, part, data) => {
    expect(resultOutcome({ parts: [part] })).toMatchObject({
      kind: "reply",
      text: "",
      files: [],
      data: [data],
    });
  });

  it("include artifact content that is an object, as data", () => {
    expect(resultOutcome({ artifacts: [{ type: "application/json", content: { n: 1 } }] })).toMatchObject({
      text: "",
      data: [{ n: 1 }],
    });
  });

  it("are also read from the status message and the artifacts", () => {
    const outcome = resultOutcome({
      status: { state: "completed", message: { parts: [{ data: 1 }] } },
      artifacts: [{ parts: [{ data: 2 }, { url: "u" }] }],
    });
    expect(outcome).toMatchObject({ data: [1, 2], files: [{ uri: "u" }] });
  });
});

describe("the ids of a reply", () => {
  it("are the ids of a task", () => {
    const task = { kind: "task", id: "t-1", contextId: "c-1", status: finished };
    expect(resultOutcome(task)).toMatchObject({ taskId: "t-1", contextId: "c-1" });
    expect(resultOutcome({ task })).toMatchObject({ taskId: "t-1", contextId: "c-1" });
  });

  it("are the ids that a message refers to, never the id of the message", () => {
    const outcome = resultOutcome({ ...textMessage("hi"), id: "m-1", taskId: "t-2", contextId: "c-2" });
    expect(outcome).toMatchObject({ taskId: "t-2", contextId: "c-2" });
    expect(resultOutcome({ ...textMessage("hi"), id: "m-1" })).not.toHaveProperty("taskId");
  });

  it("are read in snake case", () => {
    const task = { kind: "task", id: "t-1", context_id: "c-1", status: finished };
    expect(resultOutcome(task)).toMatchObject({ taskId: "t-1", contextId: "c-1" });
    expect(resultOutcome({ message_id: "m", task_id: "t-2", context_id: "c-2", parts: [] })).toMatchObject({
      taskId: "t-2",
      contextId: "c-2",
    });
  });

  it("are those of an update", () => {
    const update = { taskId: "t-1", contextId: "c-1", status: finished };
    const expected = { taskId: "t-1", contextId: "c-1" };
    expect(resultOutcome({ statusUpdate: update })).toMatchObject(expected);
    expect(resultOutcome({ artifactUpdate: { ...expected, artifact: { parts: [] } } })).toMatchObject(
      expected,
    );
  });

  it("are left out when they are not strings", () => {
    const outcome = resultOutcome({ kind: "task", id: 7, contextId: null, status: finished });
    expect(outcome).not.toHaveProperty("taskId");
    expect(outcome).not.toHaveProperty("contextId");
  });
});

describe("the state of a task", () => {
  const inState = (state: unknown, words = "words") => ({
    kind: "task",
    id: "t",
    contextId: "c",
    status: { state, message: agentSays(words) },
  });

  it.each([
    "failed",
    "rejected",
    "canceled",
    "cancelled",
    "TASK_STATE_FAILED",
    "TASK_STATE_REJECTED",
    "Canceled",
    4,
    5,
    7,
    "4",
    "TaskState.failed",
  ])("%s is a failed task with the reason the peer gave", (state) => {
    const failure = failureFrom(rpc(inState(state, "disk full")));
    expect(failure).toMatchObject({
      code: "task_failed",
      delivery: "confirmed",
      retryable: false,
      status: 200,
    });
    expect(failure.summary).toMatch(/^peer P took the task, and it ended as \w+: disk full$/);
  });

  it("takes the reason of a failure from the status message before the artifacts", () => {
    const task = { ...inState("failed", "disk full"), artifacts: [{ parts: [text("half a report")] }] };
    expect(failureFrom(rpc(task)).summary).not.toContain("half a report");
  });

  it("takes the reason from any other text when there is no status message", () => {
    const task = { status: { state: "failed" }, artifacts: [{ parts: [text("stack trace")] }] };
    expect(failureFrom(rpc(task)).summary).toContain("failed: stack trace");
    expect(failureFrom(rpc({ status: "failed" })).summary).toBe(
      "peer P took the task, and it ended as failed",
    );
  });

  it.each([
    ["input-required", "input-required"],
    ["input_required", "input-required"],
    ["TASK_STATE_INPUT_REQUIRED", "input-required"],
    ["auth-required", "auth-required"],
    ["TASK_STATE_AUTH_REQUIRED", "auth-required"],
    ["working", "working"],
    ["TASK_STATE_WORKING", "working"],
    ["submitted", "working"],
    ["TASK_STATE_SUBMITTED", "working"],
    ["unknown", "working"],
    ["TASK_STATE_UNSPECIFIED", "working"],
    ["TASK_STATE_PAUSED", "working"],
    ["", "working"],
    [undefined, "working"],
    [null, "working"],
    [{}, "working"],
    [0, "working"],
    [1, "working"],
    [2, "working"],
    [6, "input-required"],
    [8, "auth-required"],
    ["8", "auth-required"],
    [99, "working"],
    [-1, "working"],
    [2.5, "working"],
    ["inputRequired", "input-required"],
    ["TaskState.input_required", "input-required"],
  ])("%s is the outcome %s with its words and ids", (state, kind) => {
    const body = rpc(inState(state, "which one?"));
    expect(outcomeOf(body)).toEqual({
      kind,
      text: "which one?",
      files: [],
      data: [],
      taskId: "t",
      contextId: "c",
      raw: body,
    });
  });

  it("gives an unfinished task without text an empty text", () => {
    expect(resultOutcome({ kind: "task", id: "t", status: { state: "working" } })).toMatchObject({
      kind: "working",
      text: "",
    });
  });

  it.each(["completed", "TASK_STATE_COMPLETED", 3, "3", " Completed "])(
    "%j is an ordinary reply",
    (state) => {
      expect(resultOutcome(inState(state))).toMatchObject({ kind: "reply", text: "words" });
    },
  );

  it.each<[string, object]>([
    ["a wrapped task", { task: { id: "t", contextId: "c", artifacts: [{ parts: [{ text: "half" }] }] } }],
    ["a task by its kind", { kind: "task", id: "t", artifacts: [{ parts: [text("half")] }] }],
    ["a task by its ids", { id: "t", contextId: "c", artifacts: [{ parts: [text("half")] }] }],
    ["a status without a state", { id: "t", status: {}, artifacts: [{ parts: [text("half")] }] }],
    ["an update without a state", { statusUpdate: { taskId: "t", status: { message: agentSays("half") } } }],
    ["an artifact of which more follows", { kind: "artifact-update", taskId: "t", artifact: { parts: [text("half")] }, lastChunk: false }],
  ])("is working where it is missing: %s", (_, result) => {
    expect(resultOutcome(result)).toMatchObject({ kind: "working", text: "half", taskId: "t" });
  }); // biome-ignore format: a table reads best in rows

  it("counts as finished for artifacts alone, as agents without an SDK give them", () => {
    expect(resultOutcome({ artifacts: [{ parts: [text("hi")] }] })).toMatchObject({
      kind: "reply",
      text: "hi",
    });
  });

  it.each<[string, object]>([
    ["a wrapped update", { statusUpdate: { status: { state: "TASK_STATE_FAILED", message: { parts: [{ text: "disk full" }] } } } }],
    ["a wrapped update in snake case", { status_update: { status: { state: "TASK_STATE_FAILED", message: { parts: [{ text: "disk full" }] } } } }],
    ["a flat update", { kind: "status-update", status: { state: "failed", message: agentSays("disk full") }, final: true }],
    ["a status message called update", { status: { state: 4, update: { content: [{ text: "disk full" }] } } }],
    ["a plain word", { status: "error", parts: [text("disk full")] }],
  ])("of a failure is read in %s", (_, result) => {
    const failure = failureFrom(rpc(result));
    expect(failure.code).toBe("task_failed");
    expect(failure.summary).toContain("ended as failed: disk full");
  }); // biome-ignore format: a table reads best in rows

  it("comes with what the peer asks as data or as a file", () => {
    const form = { fields: ["city"] };
    const file = { file: { uri: "workspace:/form.pdf" } };
    for (const state of ["input-required", "auth-required", "working"]) {
      const result = { ...inState(state), status: { state, message: { parts: [{ data: form }, file] } } };
      expect(resultOutcome(result)).toMatchObject({
        kind: state,
        text: "",
        data: [form],
        files: [{ uri: "workspace:/form.pdf" }],
      });
    }
  });

  it("comes with the reason of a failure that is data or a file", () => {
    const status = {
      state: "rejected",
      message: { parts: [{ data: { reason: "quota" } }, { url: "workspace:/log.txt" }] },
    };
    const failure = failureFrom(rpc({ kind: "task", id: "t", status }));
    expect(failure.summary).toBe(
      'peer P took the task, and it ended as rejected: {"reason":"quota"}\n[file: unnamed (workspace:/log.txt)]',
    );
    expect(failure.data).toEqual([{ reason: "quota" }]);
  });

  it("is read from a body that is a bare task", () => {
    expect(verdictOf(inState("failed"))).toBe("task_failed");
    expect(verdictOf(inState("working"))).toBe("working");
  });
});

describe("an agent's error as the text of a reply", () => {
  it.each<[string, unknown]>([
    ["a message", textMessage("Agent error: model overloaded")],
    ["a message that names the exception", textMessage("Agent error (TimeoutError) - see workspace logs")],
    ["a string", "Agent error: model overloaded"],
    ["a task", { status: finished, artifacts: [{ parts: [text("Agent error: model overloaded")] }] }],
  ])("is agent_error in %s", (_, result) => {
    const failure = failureFrom(rpc(result));
    expect(failure).toMatchObject({
      code: "agent_error",
      delivery: "confirmed",
      retryable: false,
      status: 200,
    });
    expect(failure.detail).toMatch(/^Agent error/);
  });

  it.each([
    "Agent errors are rare",
    "The Agent error: none",
    "agent error: lower case",
    "[A2A_ERROR] quoted",
  ])("is not suspected in %j", (words) => {
    expect(resultOutcome(textMessage(words))).toMatchObject({ kind: "reply", text: words });
  });
});

describe("an error inside an inner envelope", () => {
  it("counts like an error of the outer envelope", () => {
    expect(verdictOf(rpc({ jsonrpc: "2.0", error: { code: 1, message: "x" } }))).toBe("rpc_error");
    expect(verdictOf(rpc({ error: "agent exploded" }))).toBe("agent_error");
  });
});
