import type { JsonRecord } from "../../text/json";
import type { HttpResponse } from "../response";
import type { Failure } from "./result";

/** The advice where the platform sends none. */
const REMOVED_HINT =
  "Workspace was deleted on the platform. Regenerate workspace + token from the canvas → Tokens tab.";

/** The failure of an own workspace that was removed. `body` is what the platform says of it. */
export function removedFailure(response: HttpResponse, id: string, body: JsonRecord): Failure {
  const removedId = typeof body.id === "string" ? body.id : id;
  const at = typeof body.removed_at === "string" ? ` at ${body.removed_at}` : "";
  const hint = typeof body.hint === "string" && body.hint !== "" ? body.hint : REMOVED_HINT;
  return {
    code: "workspace_removed",
    delivery: "not-sent",
    retryable: false,
    status: response.status,
    summary: `Workspace ${removedId} was removed from the platform${at}`,
    advice: hint.endsWith(".") ? hint : `${hint}.`,
  };
}
