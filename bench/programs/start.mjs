// Imports modules, and sends a first message when the first of them is a client, in a fresh process.
// Arguments: the modules, separated by commas, and the URL of a platform.
const [, , modules, url] = process.argv;
const usage = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const startedAt = performance.now();
const startedWith = usage();
const [first] = await Promise.all(modules.split(",").map((module) => import(module)));
const imported = { importMs: performance.now() - startedAt, importCpuMs: usage() - startedWith };
if (first.open !== undefined) {
  const send = await first.open(url);
  await send();
}
process.send({ ...imported, ms: performance.now() - startedAt, cpuMs: usage() - startedWith });
process.exit();
