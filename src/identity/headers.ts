/** The values of the headers that are the same in every request of a client. */
export interface TenantHeaders {
  readonly orgId: string | undefined;
  /** `null` sends no Origin. */
  readonly origin: string | null;
}

/**
 * The headers of one request. The token and `X-Workspace-ID` must be of the same workspace, or the platform responds
 * with 401. SaaS tenants need the organisation, and an Origin equal to the platform's own.
 */
export function requestHeaders(
  workspaceId: string,
  token: string | undefined,
  tenant: TenantHeaders,
): Record<string, string> {
  const headers: Record<string, string> = {
    accept: "application/json",
    // Responses are limited in decoded bytes; a compressed one would only hide its size.
    "accept-encoding": "identity",
    "x-workspace-id": workspaceId,
  };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (tenant.orgId !== undefined) headers["x-molecule-org-id"] = tenant.orgId;
  if (tenant.origin !== null) headers.origin = tenant.origin;
  return headers;
}
