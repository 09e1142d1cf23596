import { type Check, check } from "../check";
import {
  describeResponse,
  expectError,
  expectResponse,
  expectThat,
  isString,
  Mismatch,
  readFields,
} from "../expect";
import type { Credentials, HttpResponse, SendRequest } from "../http";

const BOUNDARY = "conformance-boundary";

function upload(request: SendRequest, as: Credentials, field: string, text: string): Promise<HttpResponse> {
  const head = `content-disposition: form-data; name="${field}"; filename="a file.txt"\r\ncontent-type: text/plain`;
  return request("POST", `/workspaces/${as.id}/chat/uploads`, {
    as,
    headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    body: `--${BOUNDARY}\r\n${head}\r\n\r\n${text}\r\n--${BOUNDARY}--\r\n`,
  });
}

export const UPLOADS: readonly Check[] = [
  check({
    id: "uploads.no-form",
    title: "An upload that is no form is refused",
    needs: ["self"],
    run: async ({ request, self }) => {
      const response = await request("POST", `/workspaces/${self.id}/chat/uploads`, { as: self, body: {} });
      expectError(response, 400, "failed to parse multipart form");
    },
  }),
  check({
    id: "uploads.no-file",
    title: "An upload without a file in `files` is refused",
    needs: ["self"],
    run: async ({ request, self }) =>
      expectError(await upload(request, self, "other", "x"), 400, "expected at least one 'files' field"),
  }),
  check({
    id: "uploads.file",
    title: "A file is stored under a reference, or refused where the workspace has no container",
    needs: ["self"],
    run: async ({ request, self }) => {
      const response = await upload(request, self, "files", "hello");
      if (response.status === 503) return expectError(response, 503, "workspace container not running");
      expectResponse(response, 200, { files: Array.isArray });
      const { files } = readFields(response.json);
      const [file] = files as unknown[];
      const { uri, name, mimeType, size } = readFields(file);
      if (!isString(uri) || !isString(name))
        throw new Mismatch(`expected a file, got ${describeResponse(response)}`);
      expectThat(
        String(uri).startsWith("workspace:/") && mimeType === "text/plain" && size === 5,
        `expected a reference to the file, got ${describeResponse(response)}`,
      );
    },
  }),
  check({
    id: "uploads.no-container",
    title: "A workspace that the platform does not run cannot upload",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const { id, token } = embedded.addWorkspace();
      const response = await upload(request, { id, token: token ?? "" }, "files", "hello");
      expectError(response, 503, "workspace container not running");
    },
  }),
];
