import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { expect, it } from "vitest";
import { createInstruments } from "../../src/otel/instruments";

/** The real SDK, with what it has collected last: the workspaces whose inboxes are observed. */
function createMeter() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const provider = new MeterProvider({ readers: [reader] });
  async function collect(): Promise<unknown[]> {
    const { resourceMetrics } = await reader.collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const attributes = metrics.flatMap(({ dataPoints }) => dataPoints.map((point) => point.attributes));
    return [...new Set(attributes.map((each) => each["a2a_peers.workspace.id"]))].sort();
  }
  return { meter: provider.getMeter("test"), collect };
}

const depth = () => ({ waiting: 3, inFlight: 1 });

it("observes the inboxes of the other clients of a meter while those of one end", async () => {
  const { meter, collect } = createMeter();
  const clients = ["one", "two", "three"].map((id) => createInstruments(meter).watchInbox(id, depth));
  expect(await collect()).toEqual(["one", "three", "two"]);

  clients[0]?.();
  // The end of the first is observed once, and the others each time.
  expect(await collect()).toEqual(["one", "three", "two"]);
  expect(await collect()).toEqual(["three", "two"]);
});

it("leaves nothing at the meter, which outlives the client, once the end of its last inbox was observed", async () => {
  const { meter } = createMeter();
  const callbacks = new Set<(result: object) => void>();
  const gauge = {
    addCallback: (callback: (result: object) => void) => void callbacks.add(callback),
    removeCallback: (callback: (result: object) => void) => void callbacks.delete(callback),
  };
  const { watchInbox } = createInstruments(Object.assign(meter, { createObservableGauge: () => gauge }));
  const stop = watchInbox("one", depth);
  stop();
  for (const callback of [...callbacks]) callback({ observe() {} });
  await Promise.resolve();
  expect(callbacks.size).toBe(0);
});
