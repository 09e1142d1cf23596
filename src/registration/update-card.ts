import { type HttpAnswer, isSuccess } from "../transport/response";
import type { JsonRecord } from "../text/json";
import { requestPlatform } from "../transport/request/platform-request";
import { judgeStatus, readJsonObject } from "../transport/request/classify-status";
import { failed, type Verdict } from "../transport/request/result";
import type { CallOptions } from "../validation/options";
import { type AgentCard, checkAgentCard } from "./agent-card";
import { change } from "./registration-change";
import type { RegistrationContext } from "./register";

/** Replaces the whole card of a workspace. A registration that is repeated later carries the new one. */
export async function updateAgentCard(
  context: RegistrationContext,
  card: AgentCard,
  options?: CallOptions,
): Promise<void> {
  const agentCard = checkAgentCard(card, "`card`");
  await change(context, options, "The new agent card", async ({ workspace, turn, left }) => {
    await turn();
    await requestPlatform(context, {
      method: "POST",
      path: () => "/registry/update-card",
      body: ({ id }) => ({ workspace_id: id, agent_card: agentCard }),
      options: left(),
      judge: judgeUpdate,
    });
    const record = context.recordOf(workspace);
    if (record.last !== undefined) record.last = { ...record.last, agentCard };
  });
}

function judgeUpdate(answer: HttpAnswer): Verdict<JsonRecord> {
  const what = "the new agent card";
  if (isSuccess(answer.status)) return readJsonObject(answer, what);
  const general = judgeStatus(answer, what);
  return failed({ ...general, again: general.again || answer.status === 500 });
}
