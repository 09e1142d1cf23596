import { randomUUID } from "node:crypto";
import { type Check, check } from "../check";
import { expectError, expectResponse, expectThat, readFields, readRows, UUID } from "../expect";
import type { Credentials, HttpResponse, SendRequest } from "../http";

const commit = (request: SendRequest, as: Credentials, body: unknown): Promise<HttpResponse> =>
  request("POST", `/workspaces/${as.id}/memories`, { as, body });

const search = (request: SendRequest, as: Credentials, query: string): Promise<HttpResponse> =>
  request("GET", `/workspaces/${as.id}/memories?${query}`, { as });

const LOCAL = { content: "x", scope: "LOCAL" };

const MALFORMED: readonly [name: string, title: string, body: unknown, error: string][] = [
  ["no-content", "A memory without content is refused", { scope: "LOCAL" }, "invalid request body"],
  ["no-scope", "A memory without a scope is refused", { content: "x" }, "invalid request body"],
  [
    "unknown-scope",
    "A memory of another scope is refused",
    { content: "x", scope: "local" },
    "scope must be LOCAL, TEAM, or GLOBAL",
  ],
  [
    "long-namespace",
    "A memory with a namespace of 51 characters is refused",
    { ...LOCAL, namespace: "n".repeat(51) },
    "namespace must be <= 50 characters",
  ],
];

export const MEMORIES: readonly Check[] = [
  ...MALFORMED.map(([name, title, body, error]) =>
    check({
      id: `memories.${name}`,
      title,
      needs: ["self"],
      run: async ({ request, self }) => expectError(await commit(request, self, body), 400, error),
    }),
  ),
  check({
    id: "memories.missing-token",
    title: "A memory without a token is refused",
    needs: ["self"],
    run: async ({ request, self }) => {
      const response = await request("POST", `/workspaces/${self.id}/memories`, { body: LOCAL });
      expectError(response, 401, "missing workspace auth token");
    },
  }),
  check({
    id: "memories.life",
    title: "A memory is found by its words until it is deleted, which only its workspace can do",
    needs: ["scratch"],
    run: async ({ request, scratch }) => {
      const author = scratch();
      const word = `w${randomUUID().slice(0, 8)}`;
      const committed = await commit(request, author, { content: `remember ${word}`, scope: "LOCAL" });
      expectResponse(committed, 201, { id: UUID, scope: "LOCAL", namespace: "general" });
      const { id } = readFields(committed.json);
      const [row] = readRows(await search(request, author, `q=${word}`));
      expectThat(
        row?.id === id && row?.content === `remember ${word}` && row?.workspace_id === author.id,
        `expected the memory, got ${JSON.stringify(row)}`,
      );
      const other = scratch();
      const path = (owner: Credentials) => `/workspaces/${owner.id}/memories/${id}`;
      const notFound = "memory not found or not owned by this workspace";
      if (other.id !== author.id) {
        expectError(await request("DELETE", path(other), { as: other }), 404, notFound);
      }
      expectResponse(await request("DELETE", path(author), { as: author }), 200, { status: "deleted" });
      expectError(await request("DELETE", path(author), { as: author }), 404, notFound);
      expectThat(
        readRows(await search(request, author, `q=${word}`)).length === 0,
        "expected no memory after it was deleted",
      );
    },
  }),
  check({
    id: "memories.global-by-child",
    title: "A workspace that has a parent cannot write for all",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const parent = embedded.addWorkspace();
      const { id, token } = embedded.addWorkspace({ parentId: parent.id });
      const response = await commit(request, { id, token: token ?? "" }, { ...LOCAL, scope: "GLOBAL" });
      expectError(response, 403, "only root workspaces can write GLOBAL memories");
    },
  }),
  check({
    id: "memories.scopes",
    title: "A team reads what is for it, and everybody what is for all, marked as data",
    needs: ["embedded"],
    run: async ({ request, embedded }) => {
      const lead = embedded.addWorkspace();
      const member = embedded.addWorkspace({ parentId: lead.id });
      const stranger = embedded.addWorkspace();
      const as = ({ id, token }: { id: string; token: string | null }) => ({ id, token: token ?? "" });
      for (const scope of ["LOCAL", "TEAM", "GLOBAL"]) {
        expectResponse(await commit(request, as(lead), { content: `${scope} fact`, scope }), 201);
      }
      const count = async (reader: Parameters<typeof as>[0], scope: string) =>
        readRows(await search(request, as(reader), `scope=${scope}`)).filter(
          ({ workspace_id: id }) => id === lead.id,
        );
      expectThat((await count(member, "TEAM")).length === 1, "expected the memory of the team");
      expectThat((await count(stranger, "TEAM")).length === 0, "expected no memory of another team");
      expectThat((await count(member, "LOCAL")).length === 0, "expected no memory of another workspace");
      const [shared] = await count(stranger, "GLOBAL");
      expectThat(
        /^\[MEMORY id=\S+ scope=GLOBAL from=\S+\]: GLOBAL fact$/.test(String(shared?.content)),
        `expected a marked memory, got ${JSON.stringify(shared)}`,
      );
    },
  }),
];
