import { v4 } from "uuid";

/** Creates a random UUID for a message or a request. The only file that imports uuid. */
export const newId = (): string => v4();
