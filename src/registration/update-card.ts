import { type HttpAnswer, isSuccess } from "../transport/answer";
import type { JsonRecord } from "../transport/json";
import { requestPlatform } from "../transport/request";
import { judgeStatus, readJsonObject } from "../transport/status";
import { failed, type Verdict } from "../transport/verdict";
import type { CallOptions } from "../validate";
import { type AgentCard, checkAgentCard } from "./agent-card";
import type { RegistrationContext } from "./register";

/** Replaces the whole card of a workspace. A registration that is repeated later carries the new one. */
export async function updateAgentCard(
  context: RegistrationContext,
  card: AgentCard,
  options?: CallOptions,
): Promise<void> {
  const agentCard = checkAgentCard(card, "`card`");
  await requestPlatform(context, {
    method: "POST",
    path: () => "/registry/update-card",
    body: ({ id }) => ({ workspace_id: id, agent_card: agentCard }),
    options,
    judge(answer, workspace) {
      const verdict = judgeUpdate(answer);
      const last = context.last.get(workspace);
      if (verdict.ok && last !== undefined) context.last.set(workspace, { ...last, agentCard });
      return verdict;
    },
  });
}

function judgeUpdate(answer: HttpAnswer): Verdict<JsonRecord> {
  const what = "the new agent card";
  if (isSuccess(answer.status)) return readJsonObject(answer, what);
  const general = judgeStatus(answer, what);
  return failed({ ...general, again: general.again || answer.status === 500 });
}
