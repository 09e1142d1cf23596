// Fixed ids and tokens, so that the owner of each one in a test failure is obvious.
export const PLATFORM = "http://platform.test";
export const OWN = "7b0e1c52-5d0a-4d0f-9a53-0f6a2d9a11aa";
export const SECOND = "91cc3a47-0b6e-4f0c-8d5b-6a1f2e3d4c5b";
export const PEER = "2f6a0d1e-77b1-4c3e-8a55-9d1c3e5f7a90";
export const OTHER_PEER = "c41d8e02-3f5a-4b7c-9e61-0a2b4c6d8e0f";
export const STRANGER = "deadbeef-0000-4000-8000-00000000beef";
export const TOKEN = "own-token-5fA0r9Kc2LmXw8Yz";
export const SECOND_TOKEN = "second-token-Q7tB3nVd6HsJ";

/** The id with this number, for tests that need many different ones. */
export const numberedId = (index: number): string =>
  `${index.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
