/** Says whether a request is on a route. */
export type RoutePattern = (method: string, path: string) => boolean;

const EXAMPLE = "for example `POST /workspaces/:id/a2a`, `* /registry/*` or `*`";

/** Reads a route: a method (or `*`), a space and a path; or `*` alone. Throws for anything else. */
export function parseRoute(route: string): RoutePattern {
  if (route === "*") return () => true;
  const match = /^(\*|[A-Z]+) (\/\S*)$/.exec(route);
  const [, method, path] = match ?? [];
  if (method === undefined || path === undefined) {
    throw new Error(`Expected a method and a path as the route, ${EXAMPLE}, got \`${route}\``);
  }
  const pattern = path.split("/");
  return (ofMethod, ofPath) => (method === "*" || method === ofMethod) && fits(pattern, ofPath.split("/"));
}

function fits(pattern: string[], path: string[]): boolean {
  const open = pattern.at(-1) === "*";
  if (open ? path.length < pattern.length : path.length !== pattern.length) return false;
  return pattern.every(
    (segment, index) => segment === "*" || segment === path[index] || isName(segment, path[index]),
  );
}

function isName(segment: string, value: string | undefined): boolean {
  return segment.startsWith(":") && segment.length > 1 && value !== undefined && value !== "";
}
