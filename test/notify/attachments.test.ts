import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type A2AClientOptions, type Attachment, createA2AClient } from "a2a-peers";
import { type PlatformOptions, startPlatform } from "a2a-peers/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { failureOf } from "../helpers/failure";
import { scratchFolder } from "../helpers/scratch-folder";

const SECRET = "content-that-stays-private";

async function start(options: PlatformOptions = { uploads: "platform" }, client: A2AClientOptions = {}) {
  const platform = await startPlatform(options);
  const me = platform.addWorkspace();
  const own = createA2AClient({
    platformUrl: platform.url,
    workspaceId: me.id,
    token: me.token,
    retry: { baseDelayMs: 1, maxDelayMs: 1 },
    ...client,
  });
  onTestFinished(async () => {
    await own.close();
    await platform.close();
  });
  const folder = await scratchFolder();
  return { platform, me, client: own, folder };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (content: Uint8Array) => new TextDecoder().decode(content);

describe.each<[string, A2AClientOptions]>([
  ["own transport", {}],
  ["a fetch", { fetch: (...given) => fetch(...given) }],
])("attachments over %s", (_, options) => {
  it("are uploaded, and shown in their order with references and types", async () => {
    const { me, client, folder } = await start(undefined, options);
    const path = join(folder, "rows.csv");
    writeFileSync(path, "a,b\r\n");
    const content = new Uint8Array(100_000).map((_, index) => index);
    await client.notifyUser("Here:", {
      attachments: [
        { uri: "workspace:/x/old.pdf", mimeType: "application/pdf" },
        { path, mimeType: "text/csv" },
        { bytes: content, name: 'a "b".bin' },
        { path: relative(process.cwd(), path), name: "again.csv" },
      ],
    });
    expect(me.notifications).toEqual(["Here:"]);
    expect(me.uploads.map(({ name }) => name)).toEqual([
      "rows.csv",
      expect.stringMatching(/^a_.*b.*\.bin$/),
      "again.csv",
    ]);
    expect(textOf(me.uploads[0]?.bytes ?? bytes(""))).toBe("a,b\r\n");
    expect(me.uploads[1]?.bytes).toEqual(content);
    expect(me.attachments[0]).toEqual([
      { uri: "workspace:/x/old.pdf", name: "old.pdf", mimeType: "application/pdf" },
      expect.objectContaining({ uri: me.uploads[0]?.uri, name: "rows.csv", mimeType: "text/csv", size: 5 }),
      expect.objectContaining({ uri: me.uploads[1]?.uri, size: 100_000 }),
      expect.objectContaining({ uri: me.uploads[2]?.uri, name: "again.csv" }),
    ]);
  });
});

describe("attachments", () => {
  it("that the platform has already are sent without an upload", async () => {
    const { me, client, platform } = await start({});
    await client.notifyUser("Here:", { attachments: [{ uri: "workspace:/a.txt" }] });
    expect(me.attachments).toEqual([[{ uri: "workspace:/a.txt", name: "a.txt" }]]);
    expect(platform.requests).toHaveLength(1);
  });

  it("are refused by a platform that keeps files in containers, with what can be done", async () => {
    const { me, client, platform } = await start({});
    const error = await failureOf(
      client.notifyUser("x", { attachments: [{ bytes: bytes(SECRET), name: "a" }] }),
    );
    expect(error).toMatchObject({
      code: "platform_error",
      status: 503,
      retryable: false,
      delivery: "not-sent",
      attempts: 1,
    });
    expect(error.message).toContain("agent outside cannot attach");
    expect(error.message).toContain("send it without attachments");
    expect(JSON.stringify(error) + error.stack).not.toContain(SECRET);
    expect(me.notifications).toEqual([]);
    expect(platform.requests).toHaveLength(1);
  });

  it("are uploaded again after a transient failure, and the message is shown once", async () => {
    const { me, client, platform } = await start();
    platform.fail("POST /workspaces/:id/chat/uploads", { status: 502 }, { times: 2 });
    await client.notifyUser("x", { attachments: [{ bytes: bytes("1"), name: "a" }] });
    expect(me.uploads).toHaveLength(1);
    expect(me.notifications).toEqual(["x"]);
  });

  it("that were not all stored keep the message back", async () => {
    const { me, client, platform } = await start();
    platform.fail("POST /workspaces/:id/chat/uploads", {
      status: 200,
      body: { files: [{ uri: "workspace:/a" }] },
    });
    expect(
      await failureOf(client.notifyUser("x", { attachments: [{ bytes: bytes("1"), name: "a" }] })),
    ).toMatchObject({
      code: "bad_response",
    });
    expect(me.notifications).toEqual([]);
  });

  it("share the time of the call", async () => {
    const { client, platform } = await start();
    platform.fail("POST /workspaces/:id/chat/uploads", { kind: "stall" });
    const options = { attachments: [{ bytes: bytes("1"), name: "a" }], timeoutMs: 60 };
    expect(await failureOf(client.notifyUser("x", options))).toMatchObject({ code: "timeout" });
  });

  it.each<[string, (folder: string) => unknown, RegExp]>([
    ["no list", () => ({}), /`attachments`/],
    ["no object", () => ["/a"], /`attachments\[0\]`/],
    ["nothing", () => [{ name: "a" }], /exactly one of/],
    ["two places", () => [{ uri: "workspace:/a" }, { path: "/a", uri: "b" }], /`attachments\[1\]`/],
    ["bytes without a name", () => [{ bytes: bytes(SECRET) }], /`name`/],
    ["bytes that are none", () => [{ bytes: SECRET, name: "a" }], /Uint8Array/],
    ["an empty path", () => [{ path: " " }], /`path`/],
    ["a type with a line break", () => [{ uri: "a", mimeType: "text/plain\r\nx: y" }], /`mimeType`/],
    ["a wrong name of an option", () => [{ url: "a" }], /Did you mean `uri`|`attachments\[0\]\.uri`/],
    ["a path to nothing", (folder) => [{ path: join(folder, "none") }], /does not exist/],
    ["a folder", (folder) => [{ path: folder }], /no regular file/],
    ["a device", () => [{ path: "/dev/null" }], /no regular file/],
  ])("are refused before anything is sent: %s", async (_, attachments, text) => {
    const { client, platform, folder } = await start();
    mkdirSync(join(folder, "sub"));
    const given = { attachments: attachments(folder) as Attachment[] };
    const error = await failureOf(client.notifyUser("x", given));
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(error.message).toMatch(text);
    expect(error.message).not.toContain(SECRET);
    expect(platform.requests).toEqual([]);
  });

  it.each([
    ["one is above 25 MiB", [25 * 1024 * 1024 + 1]],
    ["all are above 50 MiB", [20, 20, 11].map((size) => size * 1024 * 1024)],
  ])("are refused before anything is sent when %s", async (_, sizes) => {
    const { client, platform } = await start();
    const attachments = sizes.map((size) => ({ bytes: new Uint8Array(size), name: "big" }));
    expect(await failureOf(client.notifyUser("x", { attachments }))).toMatchObject({ code: "too_large" });
    expect(platform.requests).toEqual([]);
  });

  it("need bytes where there is no file system", async () => {
    const { client } = await start();
    const real = process.getBuiltinModule;
    const spy = vi
      .spyOn(process, "getBuiltinModule")
      .mockImplementation(((name: string) => (name === "node:fs" ? undefined : real(name))) as typeof real);
    const error = await failureOf(client.notifyUser("x", { attachments: [{ path: "/a" }] })).finally(() =>
      spy.mockRestore(),
    );
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(error.message).toContain("give its `bytes`");
  });
});
