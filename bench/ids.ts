/** The id of a workspace by its number, as the stub platform makes it. */
export const idOf = (index: number): string =>
  `${index.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;

export const OWN_ID = "11111111-1111-4111-8111-111111111111";
export const PEER_ID = "22222222-2222-4222-8222-222222222222";
export const TOKEN = "t".repeat(43);
