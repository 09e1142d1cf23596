import type { SecureContext } from "node:tls";
import { configurationError } from "../../errors";
import { builtin, isNode } from "../../runtime/builtins";
import { errorMessage } from "../../text/format";

/**
 * Certificates for the connections to the platform: those of a company, and one of the client's own (mutual TLS). PEM
 * throughout, as text or bytes. No option switches the check of the server's certificate off; Node's NODE_TLS_REJECT_UNAUTHORIZED does.
 */
export interface TlsOptions {
  /** Certificate authorities that are trusted in place of Node's. @default Node's, with `NODE_EXTRA_CA_CERTS` */
  ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** The client's certificate, with its chain; needs `key`. */
  cert?: string | Uint8Array | undefined;
  /** The private key of `cert`. */
  key?: string | Uint8Array | undefined;
  /** What `key` is encrypted with. */
  passphrase?: string | undefined;
  /** Name that the server's certificate has to have, and that is sent as SNI. @default the host of the platform URL */
  servername?: string | undefined;
}

/** Certificates that have been read. */
export interface ClientTls {
  /** Options of an agent of `node:https`. */
  readonly settings: { readonly secureContext: SecureContext; readonly servername?: string };
  /** Equal for equal options; from it they cannot be computed. */
  readonly fingerprint: string;
}

/**
 * Reads the certificates of `tls`. Throws `configuration` where they are wrong or would not be used: over plain `http`,
 * with a custom fetch, and outside Node. Messages hold none of their text.
 */
export function resolveTls(
  tls: TlsOptions | undefined,
  platformUrl: string,
  customFetch: unknown,
): ClientTls | undefined {
  if (tls === undefined) return undefined;
  if (typeof tls !== "object" || tls === null) {
    throw configurationError(`Expected \`tls\` to be an object, got a value of type ${typeof tls}.`);
  }
  checkUsable(platformUrl, customFetch);
  const { ca, cert, key, passphrase, servername } = tls;
  for (const each of Array.isArray(ca) ? ca : [ca]) checkAuthority(each);
  checkPem(cert, "tls.cert");
  checkPem(key, "tls.key");
  checkText(passphrase, "tls.passphrase");
  checkText(servername, "tls.servername");
  if ((cert === undefined) !== (key === undefined)) {
    throw configurationError(
      "Expected `tls.cert` and `tls.key` together: a certificate is used with its key.",
    );
  }
  const secureContext = createContext(tls);
  return {
    settings: { secureContext, ...(servername !== undefined && { servername }) },
    fingerprint: fingerprint([ca, cert, key, passphrase, servername]),
  };
}

function checkUsable(platformUrl: string, customFetch: unknown): void {
  if (customFetch !== undefined) {
    throw configurationError("`tls` is not used with `fetch`: give the certificates to that fetch.");
  }
  if (!platformUrl.startsWith("https:")) {
    throw configurationError(`\`tls\` needs a platform URL that begins with https://, not ${platformUrl}.`);
  }
  if (!isNode() || builtin("node:tls") === undefined) {
    throw configurationError("`tls` needs Node: elsewhere give a `fetch` that uses the certificates.");
  }
}

function checkPem(value: unknown, name: string): void {
  if (value === undefined) return;
  const text = value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
  if (typeof text === "string" && text.includes("-----BEGIN ")) return;
  // Never quoted: it may be a key.
  throw configurationError(
    `Expected \`${name}\` to be PEM, which has a line -----BEGIN …-----, as text or bytes: the contents of a file, not its path.`,
  );
}

/** Node ignores an authority that it cannot read. */
function checkAuthority(value: unknown): void {
  checkPem(value, "tls.ca");
  const X509Certificate = builtin("node:crypto")?.X509Certificate;
  if (value === undefined || X509Certificate === undefined) return;
  try {
    new X509Certificate(value as string);
  } catch (error) {
    throw configurationError(`A certificate of \`tls.ca\` cannot be read: ${errorMessage(error)}.`);
  }
}

function checkText(value: unknown, name: string): void {
  if (value === undefined || (typeof value === "string" && value !== "")) return;
  throw configurationError(`Expected \`${name}\` to be a string that is not empty.`);
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/bad decrypt|interrupted or cancelled|password|passphrase/i, "`tls.passphrase` does not open `tls.key`"],
  [/key values mismatch|key type mismatch/i, "`tls.key` is not the key of `tls.cert`"],
];

function createContext({ ca, cert, key, passphrase }: TlsOptions): SecureContext {
  try {
    const options = Object.entries({ ca, cert, key, passphrase }).filter(([, value]) => value !== undefined);
    const context = builtin("node:tls")?.createSecureContext(Object.fromEntries(options));
    if (context !== undefined) return context;
  } catch (error) {
    const message = errorMessage(error);
    const reason = REASONS.find(([pattern]) => pattern.test(message))?.[1];
    throw configurationError(`The certificates of \`tls\` cannot be used: ${reason ?? message}.`);
  }
  throw configurationError("`tls` needs a Node with TLS.");
}

/** A digest, so that no key is kept as text. */
function fingerprint(parts: readonly unknown[]): string {
  const hash = builtin("node:crypto")?.createHash("sha256");
  const bytes = (part: unknown) => (part instanceof Uint8Array ? new TextDecoder().decode(part) : part);
  const text = JSON.stringify(
    parts.map((part) => (Array.isArray(part) ? part.map(bytes) : bytes(part)) ?? null),
  );
  return hash?.update(text).digest("hex") ?? "";
}
