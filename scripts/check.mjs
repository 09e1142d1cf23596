// What `npm test` runs: every check of the project, each counted. The last line is the sum.
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const scratch = await mkdtemp(join(tmpdir(), "a2a-peers-check-"));
const bin = (name) => join("node_modules", ".bin", name);
// Colour codes make a log unreadable.
const plain = process.stdout.isTTY ? {} : { NO_COLOR: "1", FORCE_COLOR: undefined };
let passed = 0;
let failed = 0;

function run(command, args, { env = {}, show = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...plain, ...env },
      stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
    });
    let output = "";
    child.stdout?.on("data", (chunk) => (output += chunk));
    child.stderr?.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ ok: false, output: String(error) }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

/** One check that counts as one. Shows its output when it does not pass, or always. */
async function check(name, command, args, { show = false } = {}) {
  const startedAt = performance.now();
  const { ok, output } = await run(command, args);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${ok ? "pass" : "FAIL"}  ${name} (${seconds} s)`);
  if (show || !ok) console.log(output.trimEnd());
  if (ok) passed += 1;
  else failed += 1;
  return ok;
}

async function packed() {
  const [tarball] = (await readdir(scratch)).filter((file) => file.endsWith(".tgz"));
  return tarball && join(scratch, tarball);
}

/** The tests of a project of vitest.config.ts, or with `!` of all others, each counted. */
async function tests(project, { show = false, env = {} } = {}) {
  const report = join(scratch, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const args = ["run", "--project", project, ...reporters];
  const { ok, output } = await run(bin("vitest"), args, { env, show });
  const counts = await readFile(report, "utf8").then(JSON.parse, () => undefined);
  passed += counts?.numPassedTests ?? 0;
  const missed = (counts?.numFailedTests ?? 0) + (counts?.numPendingTests ?? 0) + (counts?.numTodoTests ?? 0);
  // A suite that does not load, or an error outside a test, fails the run without failing a test.
  failed += ok ? missed : Math.max(1, missed);
  return output;
}

/** Checks of the source. */
async function source() {
  await check("lint and format", bin("biome"), ["ci", "--error-on-warnings", "."]);
  await check("types", bin("tsc"), ["--noEmit"]);
  await check("nothing unused", bin("knip"), []);
  await check("documentation", "node", [join("scripts", "docs", "build.mjs"), "--check"]);
}

/** Builds, packs and checks the package. Resolves to its path; `undefined` when it could not be made. */
async function pack() {
  if (!(await check("build", "npm", ["run", "build"]))) return undefined;
  await check("pack", "npm", ["pack", "--ignore-scripts", "--pack-destination", scratch]);
  const tarball = await packed();
  if (tarball) {
    await check("package layout", bin("publint"), ["run", "--strict", tarball]);
    await check("types for every resolution", bin("attw"), [tarball]);
    await check("size", "node", [join("scripts", "size-budget.mjs"), tarball], { show: true });
  }
  return tarball;
}

/** One check after the other, beside the tests of the source, which wait half of the time. Resolves to what is to be shown. */
async function checksAndPackage() {
  const tarball = await pack();
  await source();
  return tests("package", { env: { A2A_PEERS_TARBALL: tarball ?? "" } });
}

try {
  const [output] = await Promise.all([checksAndPackage(), tests("!package", { show: true })]);
  console.log(output);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
