import nock from "nock";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { rpc, textMessage } from "./answer";
import { PEER, PLATFORM } from "./ids";

/** One answer of the platform: a status with a body, or an error of the connection with this code. */
export interface Answer {
  status?: number;
  /** Text is sent as it is, anything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  error?: string;
  /** What the connection error says. */
  errorText?: string;
}

export interface SentRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** Parsed JSON; `undefined` without a body. */
  body: unknown;
}

/** The envelope of a message, as the platform receives it. */
export interface SentEnvelope {
  jsonrpc: string;
  id: string;
  method: string;
  params: {
    message: {
      kind: string;
      role: string;
      messageId: string;
      parts: unknown[];
      contextId?: string;
      taskId?: string;
      metadata?: unknown;
    };
    metadata?: unknown;
  };
}

export interface NockPlatform {
  /** Every request of the running test that was answered, oldest first. */
  readonly sent: readonly SentRequest[];
  /**
   * Answers the next requests to a route, one each. A test fails over an answer nobody asked for. A client that checks
   * a refusal finds its own workspace online, unless the test answers that route.
   */
  answer(route: string, ...answers: Answer[]): void;
  /** The same for messages to {@link PEER}. */
  answerMessage(...answers: Answer[]): void;
  /** The envelopes among the requests. */
  envelopes(): SentEnvelope[];
}

export const reply = (text = "done"): Answer => ({ body: rpc(textMessage(text)) });

const OWN_RECORD = /^\/workspaces\/[^/]+$/;

/** A platform in the place of the network: what is not answered here fails the test that asked for it. */
export function nockPlatform(): NockPlatform {
  const sent: SentRequest[] = [];
  const unmatched: string[] = [];
  const onNoMatch = (request: { method?: string; path?: string }) =>
    void unmatched.push(`${request.method} ${request.path}`);

  // Active only in the files that use it: it passes other requests through sockets of its own, and takes the error
  // listener off a TLS socket before it destroys it, so that an aborted handshake is an uncaught exception.
  beforeAll(() => {
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
    nock.emitter.on("no match", onNoMatch);
  });
  const answered = new Set<string>();
  const isUnanswered = (path: string) => OWN_RECORD.test(path) && !answered.has(`GET ${path}`);

  beforeEach(() => {
    sent.length = 0;
    unmatched.length = 0;
    answered.clear();
    nock(PLATFORM).persist().get(isUnanswered).optionally().reply(200, { status: "online" });
  });
  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    expect({ pending, unmatched }).toEqual({ pending: [], unmatched: [] });
  });
  afterAll(() => {
    nock.emitter.off("no match", onNoMatch);
    nock.enableNetConnect();
    nock.restore();
  });

  function answer(route: string, ...answers: Answer[]): void {
    const [method = "", path = ""] = route.split(" ");
    answered.add(route);
    for (const { status = 200, body, headers, error, errorText } of answers) {
      const interceptor = nock(PLATFORM).intercept(path, method);
      const scope =
        error === undefined
          ? interceptor.reply(status, body as nock.ReplyBody, headers)
          : interceptor.replyWithError(
              Object.assign(new Error(errorText ?? "connection lost"), { code: error }),
            );
      scope.on("request", (request: IncomingRequest, _: unknown, text: string) => {
        sent.push({
          method: request.method,
          path: request.path,
          headers: { ...request.headers },
          body: text === "" ? undefined : JSON.parse(text),
        });
      });
    }
  }

  return {
    sent,
    answer,
    answerMessage: (...answers) => answer(`POST /workspaces/${PEER}/a2a`, ...answers),
    envelopes: () => sent.map((request) => request.body as SentEnvelope),
  };
}

interface IncomingRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
}
