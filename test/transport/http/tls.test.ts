import type { TLSSocket, TlsOptions } from "node:tls";
import { type A2AClientOptions, createA2AClient } from "a2a-peers";
import { describe, expect, it, onTestFinished } from "vitest";
import { openNodeStream } from "../../../src/event-stream/node-stream";
import { resolveTls } from "../../../src/transport/http/tls";
import { failureOf, thrownBy } from "../../helpers/failure";
import { COMPANY } from "../../helpers/sockets-certificate";
import { PEER_ID, quickClient, WORKSPACE_ID } from "../../helpers/sockets-client";
import { answerBytes, answering, rawServer, replyJson } from "../../helpers/sockets-server";

type Tls = A2AClientOptions["tls"];

/** A server of the company that wants a client certificate of the company. */
const MUTUAL: TlsOptions = { ...COMPANY.server, ca: COMPANY.ca, requestCert: true, rejectUnauthorized: true };
const CLIENT = { ca: COMPANY.ca, cert: COMPANY.client.cert, key: COMPANY.client.key };

function clientOf(url: string, tls: Tls) {
  const client = quickClient(url, { tls });
  onTestFinished(() => client.close());
  return client;
}

describe("the option tls", () => {
  it("trusts the authority of a company, which Node does not know", async () => {
    await using server = await rawServer(answering(), { tls: COMPANY.server });

    const sent = await clientOf(server.url, { ca: [COMPANY.ca] }).sendA2AMessage(PEER_ID, "hello");
    const error = await failureOf(clientOf(server.url, undefined).sendA2AMessage(PEER_ID, "hello"));

    expect(sent.text).toBe("ok");
    expect(error).toMatchObject({ code: "network", delivery: "not-sent", attempts: 1 });
    expect(error.message).toContain("NODE_EXTRA_CA_CERTS");
    expect(error.message).toContain("`tls.ca`");
    expect(server.complete).toBe(1);
  });

  it.each([
    ["a key", CLIENT],
    [
      "an encrypted key, as bytes",
      {
        ca: Buffer.from(COMPANY.ca),
        cert: Buffer.from(COMPANY.client.cert),
        key: Buffer.from(COMPANY.client.encryptedKey),
        passphrase: COMPANY.client.passphrase,
      },
    ],
  ])("identifies the client by its certificate, with %s", async (_, tls: Tls) => {
    const names: string[] = [];
    await using server = await rawServer(
      {
        onRequest: (socket) => {
          names.push(String((socket as TLSSocket).getPeerCertificate().subject.CN));
          socket.write(answerBytes(replyJson("ok")));
        },
      },
      { tls: MUTUAL },
    );

    const client = clientOf(server.url, tls);
    await client.sendA2AMessage(PEER_ID, "one");
    await client.sendA2AMessage(PEER_ID, "two");

    expect(names).toEqual(["client", "client"]);
    expect(server.connections).toBe(1);
  });

  it("names the host that the certificate of the server is for", async () => {
    const names: unknown[] = [];
    await using server = await rawServer(
      { ...answering(), onConnection: (socket) => names.push((socket as TLSSocket).servername) },
      { tls: COMPANY.server },
    );
    const tls = { ca: COMPANY.ca, servername: "platform.internal" };
    expect((await clientOf(server.url, tls).sendA2AMessage(PEER_ID, "hello")).text).toBe("ok");
    expect(names).toEqual(["platform.internal"]);

    const other = { ca: COMPANY.ca, servername: "elsewhere.internal" };
    const error = await failureOf(clientOf(server.url, other).sendA2AMessage(PEER_ID, "hello"));
    expect(error).toMatchObject({ code: "network", delivery: "not-sent", attempts: 1 });
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "is what a client without a certificate is told to give, over %s",
    async (version) => {
      await using server = await rawServer(answering(), { tls: { ...MUTUAL, maxVersion: version } });

      const error = await failureOf(
        clientOf(server.url, { ca: COMPANY.ca }).sendA2AMessage(PEER_ID, "hello"),
      );

      expect(error).toMatchObject({ code: "network", delivery: "not-sent", attempts: 1, retryable: false });
      expect(error.message).toContain("check `tls.cert` and `tls.key`");
      expect(server.complete).toBe(0);
    },
  );

  it("is named where a server closes the connections of a client whose certificate it does not know", async () => {
    await using server = await rawServer(answering(), { tls: MUTUAL });
    const tls = { ca: COMPANY.ca, ...COMPANY.stranger };

    const error = await failureOf(clientOf(server.url, tls).sendA2AMessage(PEER_ID, "hello"));

    expect(error.code).toBe("network");
    expect(error.message).toContain("`tls.cert`");
    expect(server.complete).toBe(0);
  });

  it("makes connections that are shared with equal options alone", async () => {
    await using server = await rawServer(answering(), { tls: { ...MUTUAL, rejectUnauthorized: false } });
    const certificates = [CLIENT, { ...CLIENT }, { ca: COMPANY.ca, ...COMPANY.stranger }, { ca: COMPANY.ca }];

    const connections: number[] = [];
    for (const tls of certificates) {
      await clientOf(server.url, tls).sendA2AMessage(PEER_ID, "hello");
      connections.push(server.connections);
    }

    expect(connections).toEqual([1, 1, 2, 3]);
  });
});

describe("the option tls at creation", () => {
  const create = (tls: unknown, options: A2AClientOptions = {}) =>
    thrownBy(() =>
      createA2AClient({
        platformUrl: "https://platform.example",
        workspaceId: WORKSPACE_ID,
        token: null,
        tls: tls as Tls,
        ...options,
      }),
    );
  const { cert, key, encryptedKey, passphrase } = COMPANY.client;

  it.each([
    ["with a fetch", CLIENT, "`fetch`", { fetch }],
    ["over plain HTTP", CLIENT, "https://", { platformUrl: "http://platform.example" }],
    ["with another name", { ...CLIENT, certificate: cert }, "tls.certificate", {}],
    ["that is a path", { ca: "/etc/ssl/company.pem" }, "`tls.ca`", {}],
    ["with a certificate and no key", { cert }, "`tls.key`", {}],
    ["with a key and no certificate", { key }, "`tls.cert`", {}],
    [
      "with the key of another certificate",
      { cert, key: COMPANY.stranger.key },
      "not the key of `tls.cert`",
      {},
    ],
    ["with an encrypted key and no passphrase", { cert, key: encryptedKey }, "`tls.passphrase`", {}],
    ["with a wrong passphrase", { cert, key: encryptedKey, passphrase: "wrong-one" }, "`tls.passphrase`", {}],
    [
      "with a broken certificate",
      { ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" },
      "`tls.ca`",
      {},
    ],
    ["with an empty name", { servername: "" }, "`tls.servername`", {}],
    ["that is a key", key, "`tls`", {}],
  ])("is refused %s, and no secret is repeated", async (_, tls, culprit, options) => {
    const error = await create(tls, options);

    expect(error).toMatchObject({ code: "configuration", delivery: "not-sent" });
    expect(error.message).toContain(culprit);
    const said = JSON.stringify([error, error.message, String(error.cause), error.stack]);
    for (const secret of [key.split("\n")[1], encryptedKey.split("\n")[1], passphrase, "wrong-one"]) {
      expect(said).not.toContain(secret);
    }
  });
});

it("has an effect on the stream of events, too", async () => {
  await using server = await rawServer(
    { onRequest: (socket) => socket.write(answerBytes("data: 1\n\n", ["content-type: text/event-stream"])) },
    { tls: MUTUAL },
  );
  const open = (tls: Tls) =>
    new Promise<string>((resolve) => {
      const close = openNodeStream(resolveTls(tls, server.url, undefined))({
        url: `${server.url}/events`,
        headers: {},
        onHead: ({ status }) => resolve(`answered ${status}`),
        onText: () => undefined,
        onEnd: resolve,
      });
      onTestFinished(close);
    });

  expect(await open(CLIENT)).toBe("answered 200");
  expect(await open(undefined)).toMatch(/certificate/);
});
