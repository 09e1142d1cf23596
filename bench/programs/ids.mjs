export const PEER = "22222222-2222-4222-8222-222222222222";
export const WORKSPACE = "11111111-1111-4111-8111-111111111111";

/** The id of a workspace by its number. */
export const idOf = (index) => `${index.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
