import { v4 } from "uuid";

/** A random id for messages and requests; the one door to uuid. */
export const newId = (): string => v4();
