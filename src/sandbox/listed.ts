import * as z from 'zod';
import { PodmanFailed } from './errors.ts';
import { ownerLabel, runLabel, stepLabel } from './names.ts';

/** A container, volume or network as podman lists it; without our labels, those are empty. */
export interface Listed {
  readonly name: string;
  readonly runId: string;
  readonly stepKey: string;
  readonly owner: string;
}

const labels = z.record(z.string(), z.string()).nullish();
/** Containers have `Names`, volumes `Name`, networks `name` in Podman 4 and 5. */
const Rows = z.array(
  z.object({
    Names: z.array(z.string()).optional(),
    Name: z.string().optional(),
    name: z.string().optional(),
    Labels: labels,
    labels,
  }),
);

/** @param output of a listing with `--format json`. @throws PodmanFailed */
export function parseListed(output: string): Listed[] {
  const rows = parseRows(output);
  return rows.map((row) => {
    const label = row.Labels ?? row.labels ?? {};
    return {
      name: row.Names?.[0] ?? row.Name ?? row.name ?? '',
      runId: label[runLabel] ?? '',
      stepKey: label[stepLabel] ?? '',
      owner: label[ownerLabel] ?? '',
    };
  });
}

/** @throws PodmanFailed */
function parseRows(output: string): z.infer<typeof Rows> {
  try {
    return Rows.parse(JSON.parse(output === '' ? '[]' : output) ?? []);
  } catch {
    throw new PodmanFailed(`podman listed its things in a form that is not understood: ${output.slice(0, 200)}`);
  }
}
