import { generateKeyPairSync, sign } from "node:crypto";

/** The tags of DER. */
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;

const COMMON_NAME = Buffer.from("550403", "hex");
const ECDSA_WITH_SHA256 = Buffer.from("2a8648ce3d040302", "hex");
const FROM = "200101000000Z";
const TO = "491231235959Z";

let created: { readonly key: string; readonly cert: string } | undefined;

/**
 * A certificate for `localhost` that nobody trusts, and its key. Both are created at the first use, because a key in
 * the package would be reported by every scanner for secrets.
 */
export function selfSigned(): { readonly key: string; readonly cert: string } {
  created ??= create();
  return created;
}

function create(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const algorithm = der(SEQUENCE, der(OBJECT_ID, ECDSA_WITH_SHA256));
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, der(OBJECT_ID, COMMON_NAME), der(UTF8_STRING, Buffer.from("localhost")))),
  );
  const validity = der(SEQUENCE, der(UTC_TIME, Buffer.from(FROM)), der(UTC_TIME, Buffer.from(TO)));
  const serial = der(INTEGER, Buffer.from([1]));
  const spki = publicKey.export({ type: "spki", format: "der" });
  const content = der(SEQUENCE, serial, algorithm, name, validity, name, spki);
  const signature = der(BIT_STRING, Buffer.from([0]), sign("sha256", content, privateKey));
  const base64 = der(SEQUENCE, content, algorithm, signature).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
  };
}

/** One value of DER. Its content is shorter than 64 KiB. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
