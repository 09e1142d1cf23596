import { expect, it } from "vitest";
import { type PlatformOptions, startPlatform, type TestWorkspace } from "../../../src/testing/index";
import { asCaller } from "../helpers/exchange";

/** Uploads files under names, each with so many bytes. */
async function upload(url: string, workspace: TestWorkspace, files: Record<string, number>) {
  const body = new FormData();
  for (const [name, size] of Object.entries(files)) {
    body.append("files", new Blob(["x".repeat(size)], { type: "text/plain" }), name);
  }
  const headers = asCaller(workspace);
  const response = await fetch(`${url}/workspaces/${workspace.id}/chat/uploads`, {
    method: "POST",
    headers,
    body,
  });
  return { status: response.status, json: await response.json() };
}

const start = (options: PlatformOptions = {}) => startPlatform(options);

it("an upload is stored for a workspace that the platform runs, and for no other", async () => {
  await using platform = await start();
  const inside = platform.addWorkspace({ reply: () => "hi" });
  expect(await upload(platform.url, inside, { "a/b c.txt": 3 })).toEqual({
    status: 200,
    json: {
      files: [
        {
          uri: expect.stringMatching(/^workspace:\/.*-b_c\.txt$/),
          name: "b_c.txt",
          mimeType: "text/plain",
          size: 3,
        },
      ],
    },
  });
  expect(inside.uploads.map(({ name, bytes }) => [name, bytes.length])).toEqual([["b_c.txt", 3]]);
  for (const outside of [
    platform.addWorkspace(),
    platform.addWorkspace({ url: "http://localhost:1", reply: () => "" }),
  ]) {
    expect(await upload(platform.url, outside, { a: 1 })).toEqual({
      status: 503,
      json: { error: "workspace container not running" },
    });
  }
});

it("an upload is stored for every workspace where the platform keeps the files", async () => {
  await using platform = await start({ uploads: "platform" });
  const outside = platform.addWorkspace();
  expect(await upload(platform.url, outside, { a: 1, b: 2 })).toMatchObject({ status: 200 });
  expect(outside.uploads).toHaveLength(2);
});

it("an upload of a file of more than 25 MiB, or of more than 50 MiB in all, is refused", async () => {
  await using platform = await start({ uploads: "platform" });
  const me = platform.addWorkspace();
  const mebibyte = 1024 * 1024;
  expect(await upload(platform.url, me, { big: 25 * mebibyte + 1 })).toMatchObject({ status: 413 });
  expect(
    await upload(platform.url, me, { a: 20 * mebibyte, b: 20 * mebibyte, c: 11 * mebibyte }),
  ).toMatchObject({
    status: 400,
  });
  expect(me.uploads).toEqual([]);
});
