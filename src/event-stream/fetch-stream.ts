import { errorMessage } from "../text/format";
import type { OpenStream, StreamRequest } from "./stream-request";

/** A stream over the caller's fetch, or the global one. It may keep the process alive for as long as it is open. */
export const openFetchStream =
  (customFetch: typeof fetch | undefined): OpenStream =>
  (request) => {
    const controller = new AbortController();
    const { signal } = controller;
    read(customFetch ?? globalThis.fetch, request, signal).then(
      () => signal.aborted || request.onEnd("the connection was closed"),
      (error: unknown) => {
        if (signal.aborted) return;
        controller.abort();
        request.onEnd(errorMessage(error));
      },
    );
    return () => controller.abort();
  };

async function read(fetchLike: typeof fetch, request: StreamRequest, signal: AbortSignal): Promise<void> {
  const { url, headers, onHead, onText } = request;
  const response = await fetchLike(url, { headers, redirect: "manual", signal });
  if (signal.aborted) return;
  const header = (name: string) => response.headers.get(name) ?? undefined;
  onHead({ status: response.status, header });
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) return;
    onText(decoder.decode(value, { stream: true }));
  }
}
