import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TelemetryView } from "../../src/common/api";
import type { History } from "../history/index";
import { csvFileName, csvHeader, csvLine } from "./csv";
import { type HistoryRequest, parseHistoryRequest } from "./telemetry-request";

/** Number of rows read and sent at a time. */
const PAGE_ROWS = 2_000;

export interface HistoryAnswers {
  history: History;
  /** The rule's fields. */
  fields: string[];
  /** Silence after which a device counts as offline, ms. */
  silenceMs: number;
}

/**
 * Handles `GET /api/devices/ID/telemetry`.
 * @throws HttpError 400
 */
export async function answerTelemetry(
  { history, fields, silenceMs }: HistoryAnswers,
  id: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = parseHistoryRequest(query, request.headers.accept, Date.now());
  response.setHeader("vary", "accept");
  if (asked.csv) {
    response.setHeader("content-type", "text/csv; charset=utf-8");
    response.setHeader("content-disposition", `attachment; filename="${csvFileName(id)}"`);
    if (request.method === "HEAD") response.end();
    else await sendCsv(history, fields, id, asked, response);
    return;
  }
  const { bucketMs, points } = await history.points(id, asked.span, asked.points);
  const view: TelemetryView = { id, ...asked.span, bucketMs, silenceMs, points };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(`${JSON.stringify(view)}\n`);
}

/** Sends rows only as fast as the client reads, and stops when the client disconnects. */
async function sendCsv(
  history: History,
  fields: string[],
  id: string,
  { span }: HistoryRequest,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.write(csvHeader(fields));
  try {
    for await (const rows of history.pages(id, span, PAGE_ROWS)) {
      if (gone.signal.aborted) return;
      const isFull = !response.write(rows.map((row) => csvLine(row, fields)).join(""));
      if (isFull) await once(response, "drain", { signal: gone.signal });
    }
    response.end();
  } catch {
    // The status was already sent. Cutting the connection is the only way to signal an incomplete
    // file.
    response.destroy();
  }
}
