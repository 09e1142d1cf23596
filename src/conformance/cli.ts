import type { Check, World } from "./check";
import { CHECKS } from "./checks";
import { startEmbedded } from "./embedded";
import { type Environment, type Options, readOptions, USAGE } from "./options";
import { reasonOf } from "./reason";
import { openRemote, Unfit } from "./remote";
import { type Result, runChecks } from "./runner";
import { countsOf, listOf, needsOf, tableOf, topicOf } from "./table";

interface Output {
  write(text: string): unknown;
}

/** Does what the command line says and resolves to the exit code: 1 when a check failed, 2 when none could run. */
export async function runCommand(
  args: readonly string[],
  env: Environment,
  out: Output,
  err: Output,
): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args, env);
  } catch (error) {
    err.write(`${reasonOf(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    out.write(USAGE);
    return 0;
  }
  const checks = CHECKS.filter(({ id }) => id.startsWith(options.only));
  if (checks.length === 0) {
    err.write(`No check is named ${options.only}…; --list prints them all.\n`);
    return 2;
  }
  if (options.list) {
    out.write(options.json ? `${JSON.stringify({ checks: checks.map(entryOf) })}\n` : listOf(checks));
    return 0;
  }
  return options.url === undefined
    ? runEmbedded(checks, options, out)
    : runRemote(checks, options.url, options, out, err);
}

async function runEmbedded(checks: readonly Check[], options: Options, out: Output): Promise<number> {
  await using embedded = await startEmbedded(options.version ?? "2026-05", options.deployMode);
  // Awaited here, or the platform would be closed first.
  return await report(checks, embedded.world, embedded.platform.url, options, out);
}

async function runRemote(
  checks: readonly Check[],
  url: string,
  options: Options,
  out: Output,
  err: Output,
): Promise<number> {
  let world: World;
  try {
    world = await openRemote(url, options);
  } catch (error) {
    const isUnfit = error instanceof Unfit;
    err.write(
      `${isUnfit ? error.message : `The platform at ${url} cannot be reached: ${reasonOf(error)}`}\n`,
    );
    return 2;
  }
  return report(checks, world, url, options, out);
}

async function report(
  checks: readonly Check[],
  world: World,
  url: string,
  { json, deployMode }: Options,
  out: Output,
): Promise<number> {
  const results = await runChecks(checks, world);
  const about = { url, version: world.version, deployMode };
  if (json)
    out.write(`${JSON.stringify({ ...about, counts: countsOf(results), results: results.map(rowOf) })}\n`);
  else out.write(`${about.url}, version ${about.version}, ${deployMode}\n\n${tableOf(results)}`);
  return results.some(({ verdict }) => verdict === "fail") ? 1 : 0;
}

function entryOf(check: Check) {
  const { id, title, only = null, mayFail = null } = check;
  return { id, topic: topicOf(check), title, only, needs: needsOf(check), mayFail };
}

function rowOf({ check, verdict, note, elapsedMs }: Result) {
  return { id: check.id, topic: topicOf(check), title: check.title, verdict, note, elapsedMs };
}
