import { mayTalk } from "../access";
import { isObject, parseJson } from "../json";
import type { PlatformState } from "../state";
import type { RouteContext } from "./env";

export function checkAccess(state: PlatformState) {
  return (c: RouteContext): Response => {
    const body = parseJson(c.env.body.toString());
    const { caller_id: caller, target_id: target } = isObject(body) ? body : {};
    if (!isId(caller) || !isId(target)) return c.json({ error: "invalid request body" }, 400);
    return c.json({ allowed: mayTalk(state, caller, target) });
  };
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
