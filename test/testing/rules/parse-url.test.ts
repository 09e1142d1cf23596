import { describe, expect, it } from "vitest";
import { parseUrl } from "../../../src/testing/rules/parse-url";

describe("parseUrl parses as the platform does", () => {
  it.each([
    ["http://LOCALHOST:9", "LOCALHOST"],
    ["http://localhost.", "localhost."],
    ["http://2130706433", "2130706433"],
    ["http://0x7f.1/", "0x7f.1"],
    ["http://127.0.0.01", "127.0.0.01"],
    ["HTTP://8.8.8.8:", "8.8.8.8"],
    ["http://8.8.8.8:99999", "8.8.8.8"],
    ["http://a@b@127.0.0.1/", undefined],
    ["http://user:p%40ss@127.0.0.1/", "127.0.0.1"],
    ["http://8.8.8.8#@127.0.0.1", "8.8.8.8"],
    ["http://8.8.8.8?@127.0.0.1", "8.8.8.8"],
    ["http://8.8.8.8/@127.0.0.1", "8.8.8.8"],
    ["http://user@[::1]:80/x", "::1"],
    ["http://[fe80::1%25eth0]/", "fe80::1%eth0"],
    ["http://[fe80::1%2525]/", "fe80::1%25"],
    ["http://[fe80::1%25e%74h%ff]/", "fe80::1%eth\u00ff"],
    ["http://a%25b/", "a%b"],
    ["http://bücher.example", "bücher.example"],
    ["http://１２７.0.0.1", "１２７.0.0.1"],
    ["http://a,b;c=d!$&'()*+~_/", "a,b;c=d!$&'()*+~_"],
    ["http://a/?%zz", "a"],
    ["http://a/ b", "a"],
    ["http:/x", ""],
    ["http:///x", ""],
    ["http:x", ""],
    ["http://?x", ""],
    ["http://:80", ""],
    ["http:\\\\a", ""],
  ])("%s has the host %j", (url, host = "127.0.0.1") => {
    expect(parseUrl(url)).toEqual({ scheme: "http", host });
  });

  it.each([
    ["agent.example", ""],
    ["//8.8.8.8", ""],
    ["localhost:9000", "localhost"],
    ["mailto:a@b", "mailto"],
    ["remote://no-inbound", "remote"],
  ])("%s has the scheme %j", (url, scheme) => {
    expect(parseUrl(url)).toMatchObject({ scheme });
  });

  it.each([
    "8.8.8.8:80",
    " http://a",
    ":a",
    "http://a b/",
    "http://a ",
    "http://a\\b",
    "http://127.0.0.1\\@8.8.8.8/",
    "http://a\tb/",
    "http://a/\u0001",
    "http://a/\u007f",
    "http://a|b",
    "http://a%41b/",
    "http://%31%32%37.0.0.1/",
    "http://a%zz/",
    "http://a/%zz",
    "http://a/#%zz",
    "http://us er@a/",
    "http://user%zz@a/",
    "http://a:x",
    "http://a:80:90/",
    "http://::1/",
    "http://[::1",
    "http://[::1]x/",
    "http://[::1]:80:90/",
    "http://[127.0.0.1]/",
    "http://[localhost]/",
    "http://[v1.a]/",
    "http://[fe80::1%eth0]/",
    "http://[fe80::1%25]/",
  ])("%j is an error", (url) => {
    expect(parseUrl(url)).toEqual({ error: expect.any(String) });
  });
});
