import type { Delegation } from "../delegation/delegation-record";
import { type A2AError, settle } from "../errors";
import type { CallOptions } from "../validation/options";
import type { ToolContext } from "./context";

/** `source` is `undefined` where the model named none: then every own workspace may have handed the task over. */
export type FindOptions = Pick<CallOptions, "source" | "signal">;

/** The delegation with this id. Throws `reply_lost` where no workspace has it, and what kept one from being asked. */
export async function findDelegation(
  context: ToolContext,
  delegationId: string,
  options: FindOptions,
): Promise<Delegation> {
  const [found, failures] = await ask(context, options, (each) =>
    context.client.getDelegation(delegationId, each),
  );
  if (found[0] !== undefined) return found[0];
  throw failures.find(({ code }) => code !== "reply_lost") ?? failures[0];
}

/** The recent delegations, newest first, and why some workspaces could not be asked. Throws where none could. */
export async function listRecent(
  context: ToolContext,
  options: FindOptions,
): Promise<{ delegations: Delegation[]; failures: A2AError[] }> {
  const [lists, failures] = await ask(context, options, (each) => context.client.listDelegations(each));
  if (lists.length === 0) throw failures[0];
  const delegations = lists.flat();
  // The list of one workspace is in this order already.
  if (lists.length > 1) delegations.sort((one, other) => timeOf(other) - timeOf(one));
  return { delegations, failures };
}

const timeOf = ({ createdAt = "" }: Delegation): number => Date.parse(createdAt) || 0;

/** What the named workspace answers, else all of them. */
async function ask<T>(
  { workspaceIds }: ToolContext,
  { source, signal }: FindOptions,
  call: (options: FindOptions) => Promise<T>,
): Promise<[found: T[], failures: A2AError[]]> {
  const sources = source === undefined ? workspaceIds : [source];
  const answers = await Promise.all(sources.map((each) => settle(call({ source: each, signal }))));
  return [
    answers.flatMap((answer) => (answer.ok ? [answer.value] : [])),
    answers.flatMap((answer) => (answer.ok ? [] : [answer.error])),
  ];
}
