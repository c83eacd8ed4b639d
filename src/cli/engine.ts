import { initialize } from '../workflow/initialize.ts';
import { withServer } from '../workflow/live-server.ts';
import { lookInto } from '../workflow/look.ts';
import { openRounds } from '../workflow/rounds.ts';
import { run } from '../workflow/run.ts';

/** What the commands need of the engine; tests give another. */
export interface Engine {
  readonly run: typeof run;
  readonly initialize: typeof initialize;
  readonly openRounds: typeof openRounds;
  readonly withServer: typeof withServer;
  readonly lookInto: typeof lookInto;
}

export const workflowEngine: Engine = { run, initialize, openRounds, withServer, lookInto };
