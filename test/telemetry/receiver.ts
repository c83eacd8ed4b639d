import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

const Value = z.object({
  stringValue: z.string().optional(),
  intValue: z.union([z.number(), z.string()]).optional(),
  doubleValue: z.number().optional(),
  boolValue: z.boolean().optional(),
});
const Attributes = z
  .array(z.object({ key: z.string(), value: Value }))
  .transform((pairs) => Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]])));
const Span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: Attributes,
  status: z.object({ code: z.number(), message: z.string().optional() }),
});
export type Span = z.infer<typeof Span>;
/** The part of OTLP's ExportTraceServiceRequest that matters here. */
const Request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
});

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly spans: Span[];
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly bytes: number }[];
  readonly resource: Record<string, unknown>;
  span(name: string): Span;
}

/** A collector on the loopback that reads OTLP as JSON. @param status `never`: requests are not answered */
export async function receiver(status: number | 'never' = 200, body = '{}'): Promise<Receiver> {
  const spans: Span[] = [];
  const requests: Receiver['requests'] = [];
  const resource: Record<string, unknown> = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      requests.push({ path: request.url ?? '', headers: request.headers, bytes: text.length });
      for (const one of Request.parse(JSON.parse(text)).resourceSpans) {
        Object.assign(resource, one.resource.attributes);
        spans.push(...one.scopeSpans.flatMap((scope) => scope.spans));
      }
      if (status !== 'never') response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    requests,
    resource,
    span(name) {
      const found = spans.find((span) => span.name === name);
      if (found === undefined) throw new Error(`no span ${name} among ${spans.map((span) => span.name).join(', ')}`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
