import { planBuild, type BuildRequest } from '../../../src/install/dockerfile/plan.ts';
import type { BuildPlan, Origin } from '../../../src/install/dockerfile/model.ts';
import { renderStage } from '../../../src/install/dockerfile/render.ts';

/** Lets a Dockerfile in JavaScript's quotes be written with its backslashes as they are. */
export const raw = String.raw;

export interface RenderOptions {
  /** The name of a base; `scratch` too. */
  readonly imageOf: (reference: string) => string;
  readonly args: Readonly<Record<string, string>>;
}

export const asItIs: RenderOptions = { imageOf: (reference) => reference, args: {} };

/** All stages as one Dockerfile, for readers of such. */
export function renderBuild({ stages }: BuildPlan, { imageOf, args }: RenderOptions = asItIs): string {
  const nameOf = (origin: Origin) => {
    if (origin.kind === 'stage') return `stage${origin.index}`;
    return imageOf(origin.kind === 'scratch' ? 'scratch' : origin.reference);
  };
  return stages
    .map((stage, index) => renderStage(stage, { nameOf, args }).text.replace(/^FROM .*$/mu, `$& AS stage${index}`))
    .join('');
}

type Asked = Partial<BuildRequest>;

function asked(request: Asked): BuildRequest {
  return { file: 'Dockerfile', target: null, args: {}, arch: 'x64', ...request };
}

export function plan(text: string, request: Asked = {}): BuildPlan {
  const planned = planBuild(text, asked(request));
  if ('problem' in planned) throw new Error(planned.problem);
  return planned;
}

/** What is built of it, by line. */
export function lines(text: string, request: Asked = {}, options: Partial<RenderOptions> = {}): string[] {
  return renderBuild(plan(text, request), { ...asItIs, ...options })
    .trimEnd()
    .split('\n');
}

/** The lines of the last stage, without its FROM, of instructions after a FROM of their own. */
export function built(instructions: string, request: Asked = {}): string[] {
  return lines(`FROM node:22\n${instructions}\n`, request).slice(1);
}

/** @returns the problem, or null */
export function problem(text: string, request: Asked = {}): string | null {
  const planned = planBuild(text, asked(request));
  return 'problem' in planned ? planned.problem : null;
}

/** The problem of instructions after a FROM: the first stands on line 2. */
export function problemOf(instructions: string, request: Asked = {}): string | null {
  return problem(`FROM node:22\n${instructions}\n`, request);
}
