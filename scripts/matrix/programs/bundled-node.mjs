import { sendOnce } from "./bundled.mjs";

console.log(JSON.stringify({ reply: await sendOnce(JSON.parse(process.argv.at(-1))) }));
