import { describe, expect, it } from "vitest";
import { testClient } from "../helpers/client";
import { OWN, PEER } from "../helpers/ids";
import { nockPlatform, reply } from "../helpers/nock-platform";

const platform = nockPlatform();
const DIRTY = "a\u0000b\ud800c";
const CLEAN = "a\ufffdb\ufffdc";

// The platform's database refuses both: the message is then kept nowhere, and a card or a task is never stored.
describe("NUL and lone surrogates are replaced before they are sent", () => {
  it("in the text, the data, the file and the metadata of a message", async () => {
    platform.answerMessage(reply());
    await testClient().sendA2AMessage(
      PEER,
      {
        text: DIRTY,
        parts: [
          { kind: "data", data: { [DIRTY]: [{ deep: DIRTY }] } },
          { kind: "file", file: { uri: "workspace:/r.pdf", name: DIRTY } },
        ],
      },
      { metadata: { note: DIRTY } },
    );
    expect(platform.envelopes()[0]?.params.message).toMatchObject({
      parts: [
        { kind: "text", text: CLEAN },
        { kind: "data", data: { [CLEAN]: [{ deep: CLEAN }] } },
        { kind: "file", file: { uri: "workspace:/r.pdf", name: CLEAN } },
      ],
      metadata: { note: CLEAN },
    });
  });

  it("in a delegated task", async () => {
    platform.answer(`POST /workspaces/${OWN}/delegate`, { status: 202, body: { delegation_id: "d-1" } });
    await testClient().delegate(PEER, DIRTY);
    expect(platform.sent[0]?.body).toMatchObject({ task: CLEAN });
  });

  it("in a message to the user", async () => {
    platform.answer(`POST /workspaces/${OWN}/notify`, { body: { status: "sent" } });
    await testClient().notifyUser(DIRTY);
    expect(platform.sent[0]?.body).toEqual({ message: CLEAN });
  });

  it("in an agent card", async () => {
    platform.answer("POST /registry/update-card", { body: { status: "updated" } });
    await testClient().updateAgentCard({ name: DIRTY, skills: [{ name: "s", examples: [DIRTY] }] });
    expect(platform.sent[0]?.body).toMatchObject({
      agent_card: { name: CLEAN, skills: [{ name: "s", examples: [CLEAN] }] },
    });
  });
});
