import { sendOnce } from "./bundled.mjs";

// biome-ignore lint/style/noDefaultExport: a worker is the default export of its module
export default {
  fetch: async (_, { GIVEN }) => Response.json({ reply: await sendOnce(GIVEN) }),
};
