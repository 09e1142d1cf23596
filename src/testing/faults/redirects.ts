import type { ServerResponse } from "node:http";
import type { FaultContext, FaultGroup, RequestFault } from "./fault";
import { respond } from "./responses";

type Locate = (response: ServerResponse, context: FaultContext) => string | Promise<string>;

const secondOrigin: Locate = (_, context) => context.secondOrigin();

export const REDIRECTS = {
  redirect: redirect(302, () => "http://elsewhere.invalid/"),
  "redirect-301": redirect(301, secondOrigin),
  "redirect-302": redirect(302, secondOrigin),
  "redirect-307": redirect(307, secondOrigin),
  "redirect-308": redirect(308, secondOrigin),
  "redirect-same-origin": redirect(301, () => "/health"),
  "redirect-loop": redirect(302, ({ req }) => req.url ?? "/"),
  "redirect-metadata": redirect(302, () => "http://169.254.169.254/latest/meta-data/"),
  "redirect-file": redirect(302, () => "file:///etc/passwd"),
  "redirect-no-location": respond(302, {}, undefined),
} satisfies FaultGroup;

function redirect(status: number, locate: Locate): RequestFault {
  return {
    at: "request",
    async run(response, context) {
      const location = await locate(response, context);
      respond(status, { location }, undefined).run(response, context);
    },
  };
}
