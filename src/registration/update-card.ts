import type { JsonRecord } from "../text/json";
import { classifyStatus, readJsonObject } from "../transport/request/classify-status";
import { requestPlatform } from "../transport/request/platform-request";
import { fail, type Result } from "../transport/request/result";
import { type HttpResponse, isSuccess } from "../transport/response";
import type { CallOptions } from "../validation/options";
import { type AgentCard, checkAgentCard } from "./agent-card";
import type { RegistrationContext } from "./register";
import { changeRegistration } from "./serialize-change";

/** Replaces the whole card of a workspace. A registration that is repeated later carries the new one. */
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
        classify: judgeUpdate,
      });
      const record = context.stateFor(workspace);
      if (record.last !== undefined) record.last = { ...record.last, agentCard };
    },
  );
}

function judgeUpdate(answer: HttpResponse): Result<JsonRecord> {
  const what = "the new agent card";
  if (isSuccess(answer.status)) return readJsonObject(answer, what);
  const general = classifyStatus(answer, what);
  return fail({ ...general, retryable: general.retryable || answer.status === 500 });
}
