import { describe, expect, it } from "vitest";
import { parseMessageParts, serializeMessage } from "../../src/messaging/outgoing-message";
import { testClient } from "../helpers/client";
import { failureOf, thrownBy } from "../helpers/failure";
import { OWN, PEER } from "../helpers/ids";
import { nockPlatform, reply } from "../helpers/nock-platform";

const platform = nockPlatform();
const circular: Record<string, unknown> = {};
circular.self = circular;

describe("a message from a caller", () => {
  it("is one unchanged text part when it is a string", () => {
    expect(parseMessageParts("  hi\n")).toEqual([{ kind: "text", text: "  hi\n" }]);
  });

  it("is its text followed by its parts when it is an object", () => {
    const parts = [{ kind: "data", data: null }] as const;
    expect(parseMessageParts({ text: "a", parts })).toEqual([
      { kind: "text", text: "a" },
      { kind: "data", data: null },
    ]);
    expect(parseMessageParts({ parts })).toEqual([{ kind: "data", data: null }]);
  });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "`message`"],
    ["null", null, "`message`"],
    ["a number", 7, "`message`"],
    ["an array", ["hi"], "`message`"],
    ["empty text", "", "`message`"],
    ["blank text", " \n\t\u00a0", "`message`"],
    ["an empty object", {}, "`message`"],
    ["no parts", { parts: [] }, "`message`"],
    ["blank text beside parts", { text: " ", parts: [{ kind: "text", text: "a" }] }, "`message.text`"],
    ["text that is no text", { text: 7 }, "`message.text`"],
    ["parts that are no array", { parts: { kind: "text" } }, "`message.parts`"],
    ["a part that is no object", { parts: ["hi"] }, "`message.parts[0]`"],
    ["a part without a kind", { parts: [{ text: "hi" }] }, "`message.parts[0]`.kind"],
    ["a part of another kind", { parts: [{ kind: "image" }] }, "`message.parts[0]`.kind"],
    ["a blank text part", { parts: [{ kind: "text", text: "a" }, { kind: "text", text: "" }] }, "`message.parts[1]`.text"],
    ["a data part without data", { parts: [{ kind: "data" }] }, "`message.parts[0]`.data"],
    ["a data part that JSON would leave out", { parts: [{ kind: "data", data: () => 1 }] }, "`message.parts[0]`.data"],
    ["a file part without a file", { parts: [{ kind: "file" }] }, "`message.parts[0]`.file"],
    ["a file that is nowhere", { parts: [{ kind: "file", file: { name: "r.pdf" } }] }, "`message.parts[0]`.file"],
  ])("is refused when it is %s", async (_, message, culprit) => {
    const error = await thrownBy(() => parseMessageParts(message));
    expect(error).toMatchObject({ code: "invalid_argument", attempts: 0, delivery: "not-sent" });
    expect(error.message).toContain(culprit);
    expect(error.message.length).toBeLessThanOrEqual(500);
  }); // biome-ignore format: a table reads best in rows

  it.each<[string, unknown]>([
    ["a circle", circular],
    ["a bigint", 1n],
  ])("is rejected when its data contains %s, which JSON cannot represent", async (_, data) => {
    const envelope = { sourceId: OWN, messageId: "m", rpcId: "r" };
    const error = await thrownBy(() => serializeMessage([{ kind: "data", data }], envelope));
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(error.message).toContain("JSON");
  });
});

describe("a message that is too large", () => {
  /** A text that makes the whole request, written as JSON, exactly `bytes` bytes long. */
  function textOfSize(bytes: number, unit: string): string {
    const envelope = { sourceId: OWN, messageId: "m", rpcId: "0".repeat(36) };
    const frame = serializeMessage([{ kind: "text", text: "" }], envelope).length;
    const size = Buffer.byteLength(unit);
    const units = Math.floor((bytes - frame) / size);
    return unit.repeat(units) + "x".repeat(bytes - frame - units * size);
  }

  it.each([
    ["plain text", "a"],
    ["two-byte text", "é"],
    ["three-byte text", "語"],
    ["four-byte text", "🦊"],
  ])("of %s is measured in bytes, and refused from the first byte too many", async (_, unit) => {
    platform.answerMessage(reply());
    const client = testClient({ limits: { requestBytes: 2000 } });
    await client.sendA2AMessage(PEER, textOfSize(2000, unit), { messageId: "m" });

    const error = await failureOf(client.sendA2AMessage(PEER, textOfSize(2001, unit), { messageId: "m" }));
    expect(error).toMatchObject({
      code: "too_large",
      delivery: "not-sent",
      retryable: false,
      attempts: 0,
      messageId: "m",
      peerId: PEER,
    });
    expect(error.message).toContain("The message has 2001 bytes as JSON; the limit is 2000.");
  });

  it("is one above 1 MiB by default", async () => {
    platform.answerMessage(reply());
    const client = testClient();
    await client.sendA2AMessage(PEER, textOfSize(1_048_576, "a"), { messageId: "m" });
    const sending = client.sendA2AMessage(PEER, textOfSize(1_048_577, "a"), { messageId: "m" });
    expect((await failureOf(sending)).message).toContain("1048577 bytes");
  });

  it("counts the escapes that JSON adds", async () => {
    const client = testClient({ limits: { requestBytes: 2000 } });
    const error = await failureOf(client.sendA2AMessage(PEER, "\u0001".repeat(400)));
    expect(error).toMatchObject({ code: "too_large" });
  });
});
