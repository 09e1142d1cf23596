/** Whether a request matches a route. */
export type RoutePattern = (method: string, path: string) => boolean;

const EXAMPLE = "for example `POST /workspaces/:id/a2a`, `* /registry/*` or `*`";

/** Parses a route: a method (or `*`), a space and a path; or `*` alone. Throws for anything else. */
export function parseRoute(route: string): RoutePattern {
  if (route === "*") return () => true;
  const match = /^(\*|[A-Z]+) (\/\S*)$/.exec(route);
  const [, routeMethod, routePath] = match ?? [];
  if (routeMethod === undefined || routePath === undefined) {
    throw new Error(`Expected a method and a path as the route, ${EXAMPLE}, got \`${route}\``);
  }
  const pattern = routePath.split("/");
  return (method, path) =>
    (routeMethod === "*" || routeMethod === method) && matchesPath(pattern, path.split("/"));
}

function matchesPath(pattern: string[], path: string[]): boolean {
  const hasOpenEnd = pattern.at(-1) === "*";
  if (hasOpenEnd ? path.length < pattern.length : path.length !== pattern.length) return false;
  return pattern.every(
    (segment, index) => segment === "*" || segment === path[index] || isParameter(segment, path[index]),
  );
}

/** Whether a segment is `:name`, which matches any segment that is not empty. */
function isParameter(segment: string, value: string | undefined): boolean {
  return segment.startsWith(":") && segment.length > 1 && value !== undefined && value !== "";
}
