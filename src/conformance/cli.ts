import type { Check, Target } from "./check";
import { CHECKS } from "./checks";
import { startEmbeddedTarget } from "./embedded-target";
import { errorMessage } from "./error-message";
import { countVerdicts, formatChecks, formatResults, getRequiredOptions, getTopic } from "./format";
import { type Environment, type Options, parseOptions, USAGE } from "./options";
import { connectTarget, UnusableTarget } from "./remote-target";
import { type Result, runChecks } from "./runner";

interface Output {
  write(text: string): unknown;
}

/** Runs the command and resolves to the exit code: 0, 1 when a check failed, 2 when none could run. */
export async function runCommand(
  args: readonly string[],
  env: Environment,
  out: Output,
  err: Output,
): Promise<number> {
  let options: Options;
  try {
    options = parseOptions(args, env);
  } catch (error) {
    err.write(`${errorMessage(error)}\n\n${USAGE}`);
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
    out.write(
      options.json ? `${JSON.stringify({ checks: checks.map(toCheckJson) })}\n` : formatChecks(checks),
    );
    return 0;
  }
  return options.url === undefined
    ? runEmbedded(checks, options, out)
    : runRemote(checks, options.url, options, out, err);
}

async function runEmbedded(checks: readonly Check[], options: Options, out: Output): Promise<number> {
  await using embedded = await startEmbeddedTarget(options.version ?? "2026-05", options.deployMode);
  // Without this await, the platform would be closed before the checks run.
  return await runAndPrint(checks, embedded.target, embedded.platform.url, options, out);
}

async function runRemote(
  checks: readonly Check[],
  url: string,
  options: Options,
  out: Output,
  err: Output,
): Promise<number> {
  let target: Target;
  try {
    target = await connectTarget(url, options);
  } catch (error) {
    const isUnusable = error instanceof UnusableTarget;
    err.write(
      `${isUnusable ? error.message : `The platform at ${url} cannot be reached: ${errorMessage(error)}`}\n`,
    );
    return 2;
  }
  return runAndPrint(checks, target, url, options, out);
}

async function runAndPrint(
  checks: readonly Check[],
  target: Target,
  url: string,
  { json, deployMode }: Options,
  out: Output,
): Promise<number> {
  const results = await runChecks(checks, target);
  const about = { url, version: target.version, deployMode };
  if (json)
    out.write(
      `${JSON.stringify({ ...about, counts: countVerdicts(results), results: results.map(toResultJson) })}\n`,
    );
  else out.write(`${about.url}, version ${about.version}, ${deployMode}\n\n${formatResults(results)}`);
  return results.some(({ verdict }) => verdict === "fail") ? 1 : 0;
}

function toCheckJson(check: Check) {
  const { id, title, only = null, mayFail = null } = check;
  return { id, topic: getTopic(check), title, only, needs: getRequiredOptions(check), mayFail };
}

function toResultJson({ check, verdict, note, elapsedMs }: Result) {
  return { id: check.id, topic: getTopic(check), title: check.title, verdict, note, elapsedMs };
}
