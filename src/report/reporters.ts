import type { WorkflowResult } from '../result/model.ts';
import { renderDots } from './dots.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderTerminal } from './terminal.ts';
import { renderVerbose } from './verbose.ts';
import { renderWorkflowCommands } from './workflow-commands.ts';

interface RenderOptions {
  /** ANSI colours, for the reports that are meant for a terminal. */
  readonly color: boolean;
}

interface Reporter {
  readonly render: (result: WorkflowResult, options: RenderOptions) => string;
  /** Meant for programs: nothing else may stand beside it on one stream. */
  readonly machine: boolean;
}

export const reporterNames = ['default', 'dots', 'verbose', 'github', 'junit', 'json'] as const;
export type ReporterName = (typeof reporterNames)[number];

/** One result, several ways to write it; each text ends with a line end. */
export const reporters: Readonly<Record<ReporterName, Reporter>> = {
  default: { render: renderTerminal, machine: false },
  dots: { render: renderDots, machine: false },
  verbose: { render: renderVerbose, machine: false },
  github: { render: renderWorkflowCommands, machine: false },
  junit: { render: renderJunit, machine: true },
  json: { render: renderJson, machine: true },
};
