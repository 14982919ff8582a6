/**
 * Finds the daemon or starts it: installs the program below the data directory, takes the start lock, spawns host and
 * daemon detached and waits for the runtime file. Deliberately no supervisor: it is called again by whoever needs a daemon.
 */
export type { EnsureOptions, EnsureOutcome, StartStep } from './outcome.ts';
export { requireLink } from './outcome.ts';
export { forgetStarts } from './startLimit.ts';
export { ensureDaemon } from './ensure.ts';
export { bringsNewer } from './program.ts';
