import type { JsonRecord } from "../text/json";
import { classifyStatus, readJsonObject } from "../transport/request/classify-status";
import { requestPlatform } from "../transport/request/platform-request";
import { fail, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import { type AgentCard, checkAgentCard } from "./agent-card";
import type { RegistrationContext } from "./context";
import { changeRegistration } from "./serialize-change";

/** Replaces the whole agent card of a workspace. A registration that is repeated later has the new card. */
export async function updateAgentCard(
  context: RegistrationContext,
  card: AgentCard,
  options?: CallOptions,
): Promise<void> {
  const agentCard = checkAgentCard(card, "`card`");
  await changeRegistration(
    context,
    options,
    "The new agent card",
    async ({ workspace, waitForTurn: turn, remainingOptions: left }) => {
      await turn();
      await requestPlatform(context, {
        method: "POST",
        path: () => "/registry/update-card",
        body: ({ id }) => ({ workspace_id: id, agent_card: agentCard }),
        options: left(),
        classify: classifyUpdate,
      });
      const state = context.stateFor(workspace);
      if (state.last !== undefined) state.last = { ...state.last, agentCard };
    },
  );
}

function classifyUpdate(response: HttpResponse): Result<JsonRecord> {
  const what = "the new agent card";
  if (isSuccess(response.status)) return readJsonObject(response, what);
  const general = classifyStatus(response, what);
  return fail({ ...general, retryable: general.retryable || response.status === 500 });
}
