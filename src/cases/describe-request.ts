import type { CaseSpec, StepRequest } from '../config/model.ts';

/** What a case is about, for `CaseResult.tool`: the tool that its steps call first, or else what they ask first. */
export function describeRequest({ steps }: Pick<CaseSpec, 'steps'>): string {
  const requests = steps.map(({ request }) => request);
  const first = requests.find(({ kind }) => kind === 'tool') ?? requests[0];
  return first === undefined ? '' : describe(first);
}

function describe(request: StepRequest): string {
  if (request.kind === 'tool') return request.name;
  if (request.kind === 'prompt') return `prompt ${request.name}`;
  if (request.kind === 'resource') return `resource ${request.uri}`;
  if (request.kind === 'list') return `list ${request.list}`;
  const { ref, argument } = request;
  return `completion of ${argument.name} of ${'prompt' in ref ? `prompt ${ref.prompt}` : `resource ${ref.resource}`}`;
}
