import { strict } from './strict.ts';
import { decimal, duration, size, whole } from './values.ts';

export function resourcesSchema() {
  return strict({
    cpus: decimal(0.01, 1024).optional().describe('Processors, also parts of one.'),
    memory: size('16Mi').optional().describe('Memory, such as `512Mi`.'),
    pids: whole(2, 100_000).optional().describe('Processes and threads.'),
    disk: size('1Mi').optional().describe('The largest file that can be written, such as `2Gi`.'),
  }).describe('Limits of the running program.');
}

export function timeoutsSchema() {
  return strict({
    install: duration().optional().describe('For the installation.'),
    start: duration().optional().describe('Until the first request is answered, and once more for all lists together.'),
    call: duration().optional().describe('For one request of a case.'),
    stop: duration().optional().describe('For the server to end by itself.'),
  }).describe('How long each step may take.');
}

export function retriesSchema() {
  return whole(1, 10, 'a whole number of attempts').describe(
    'Attempts in all, for faults of the infrastructure and requests that may be repeated. 1: no second one.',
  );
}
