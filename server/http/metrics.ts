import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { DiskHealth } from "../base/disk-health";
import type { Rejections } from "../base/rejections";
import { VERSION } from "../base/version";
import type { Counters, ServerBus } from "../deciding/index";

/** The sources that are read on each request for the metrics. */
export interface MetricsSources {
  bus: ServerBus;
  counts: Counters;
  rejections: Rejections;
  devices: { count(): { known: number; online: number } };
  /** The embedded broker, if there is one. */
  broker?: { readonly clientCount: number };
  disk: DiskHealth;
}

/** Returns a number, or one number for each value of the label. */
type Source = () => number | Record<string, number>;

/**
 * Limits of the latency's buckets, s: from half a millisecond, with a broker on this machine, to
 * what people notice.
 */
const LATENCY_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/**
 * The server's metrics in the Prometheus text format 0.0.4. All metrics but the latency are read
 * from counters elsewhere when they are requested, so they cost nothing until then.
 */
export class Metrics {
  private readonly registry = new Registry();

  constructor({ bus, counts, rejections, devices, broker, disk }: MetricsSources) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    const latency = new Histogram({
      name: "nightlight_decision_latency_seconds",
      help: "From a reading's arrival until its command was acknowledged, or at QoS 0 sent.",
      buckets: LATENCY_BUCKETS_S,
      registers,
    });
    bus.on("decided", (latencyMs) => latency.observe(latencyMs / 1000));
    this.gauge("info", "Always 1, for the version.", () => ({ [VERSION]: 1 }), "version");
    this.counter("readings_total", "Readings received, without duplicates.", () => counts.readings);
    this.counter("commands_total", "Commands sent, by cause.", () => counts.commands, "kind");
    this.gauge(
      "commands_unacknowledged",
      "Commands that the broker has not acknowledged yet.",
      () => counts.unacknowledged + counts.unconfirmed,
    );
    this.gauge("broker_connected", "1 while the server is connected to its broker, else 0.", () =>
      Number(counts.brokerConnected),
    );
    this.counter("broker_reconnects_total", "Reconnects to the broker.", () => counts.reconnects);
    if (broker) {
      this.gauge("broker_clients", "Clients at the embedded broker.", () => broker.clientCount);
      this.gauge(
        "broker_unwritten",
        "1 while the embedded broker can't write to disk, else 0.",
        () => Number(disk.unwritten.includes("broker")),
      );
    }
    this.gauge("history_unwritten", "1 while the history can't be written to disk, else 0.", () =>
      Number(disk.unwritten.includes("history")),
    );
    this.gauge("devices", "Devices seen since the start.", () => devices.count().known);
    this.gauge("devices_online", "Devices that are online.", () => devices.count().online);
    this.counter(
      "rejections_total",
      "Rejected or ignored input, by reason.",
      () => rejections.totals(),
      "reason",
    );
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  private counter(name: string, help: string, source: Source, label?: string): void {
    new Counter({
      ...this.options(name, help, label),
      collect() {
        this.reset();
        for (const [labels, value] of valuesOf(source, label)) this.inc(labels, value);
      },
    });
  }

  private gauge(name: string, help: string, source: Source, label?: string): void {
    new Gauge({
      ...this.options(name, help, label),
      collect() {
        for (const [labels, value] of valuesOf(source, label)) this.set(labels, value);
      },
    });
  }

  private options(name: string, help: string, label: string | undefined) {
    const labelNames = label === undefined ? [] : [label];
    return { name: `nightlight_${name}`, help, labelNames, registers: [this.registry] };
  }
}

function valuesOf(source: Source, label = ""): [Record<string, string>, number][] {
  const found = source();
  if (typeof found === "number") return [[{}, found]];
  return Object.entries(found).map(([name, value]) => [{ [label]: name }, value]);
}
