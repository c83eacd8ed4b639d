import * as z from 'zod';
import { resourcesSchema } from './limits-schema.ts';
import { serviceName, serviceNameHint } from './names.ts';
import { envSchema, imageSchema, words } from './program-schema.ts';
import { strict } from './strict.ts';
import { portNumber, urlPath } from './transport-schema.ts';
import { duration, text, wants } from './values.ts';

/** Programs that a server needs beside it, by name. */
export function servicesSchema() {
  const name = z
    .string()
    .regex(serviceName, `not a name for a service, by which the server reaches it: expected ${serviceNameHint}`)
    .refine(
      (value) => value !== 'localhost' && value !== 'sandbox',
      'the sandbox itself has this name; choose another',
    );
  return z
    .record(name, serviceSchema(), wants('a mapping from names to services'))
    .describe('Programs that the server needs beside it; each is reached by its name, in the same sandbox.');
}

function serviceSchema() {
  return strict({
    image: imageSchema().optional(),
    command: words('command')
      .min(1, 'the list is empty')
      .optional()
      .describe("Replaces the image's own start; wanted where there is no image."),
    args: words('args').optional().describe('Arguments of the command.'),
    env: envSchema().optional().describe('Environment of the service; nothing is inherited.'),
    ready: readySchema().optional(),
    startTimeout: duration().optional().describe('Until it must be ready; `60s` otherwise.'),
    resources: resourcesSchema().optional(),
  });
}

function readySchema() {
  const http = strict({
    port: portNumber().describe('Where it listens.'),
    path: urlPath('/health').optional().describe('Path that is asked for; `/` otherwise.'),
  });
  return strict({
    tcp: portNumber().optional().describe('A connection to this port is accepted.'),
    http: http.optional().describe('A GET is answered with 2xx.'),
    log: text('a text')
      .min(1, 'expected a text, found an empty one')
      .optional()
      .describe('A line of its output contains this.'),
  }).meta({
    description: 'When the server may be started: one of these. Without it, at once.',
    examples: [{ tcp: 5432 }, { log: 'ready to accept connections' }],
    minProperties: 1,
    maxProperties: 1,
  });
}
