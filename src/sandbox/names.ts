/** Everything that a run makes bears these labels, and a name that begins with the run's id: cleanup goes by them. */
export const runLabel = 'dev.mcp-workflow.run';
/** The step of the job, so that post finds its run although main saved nothing. */
export const stepLabel = 'dev.mcp-workflow.step';
/** Which process owns the run, so that a later run can tell a dead one from one beside it; see owner.ts. */
export const ownerLabel = 'dev.mcp-workflow.owner';
/** In the environment of every process that a run starts on the host. */
export const runVariable = 'MCP_WORKFLOW_RUN';

/** Run ids look like `mcpw-1a2b3c4d5e-6f7a8b`: the step's key, then a random part. */
export const runIdPattern = /^mcpw-[0-9a-f]{10}-[0-9a-f]{6}$/u;

/** The image tag that a run gives the base image. Tags are per run because equal images share one id. */
export function baseImageTag(runId: string): string {
  return `localhost/mcp-workflow-base:${runId}`;
}

/** An image that a run makes, or names, to build from; what a build makes of it on the way bears the same name. */
export function buildTag(runId: string, name: string): string {
  return `localhost/${runId}-${name}:1`;
}
