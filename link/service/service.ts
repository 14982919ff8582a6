/**
 * Starting at login: what a person chose is given to systemd, launchd or the Task Scheduler, and taken back. Changes one
 * file of its own, and never one that it did not write.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { errorMessageOf, WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { resolveHome } from '../home/home.ts';
import { writeShim } from '../shim/shim.ts';
import type { CommandLine, ServicePlace, ServicePlan } from './plan.ts';
import { lingerFileOf, planService, serviceMarker } from './plan.ts';

export { planService } from './plan.ts';
export type { CommandLine, ServicePlace } from './plan.ts';

/** Runs a program without a shell; rejects when it does not end well. */
export type RunCommand = (line: CommandLine) => Promise<unknown>;

export interface ServiceStatus {
  readonly kind: ServicePlan['kind'];
  readonly isInstalled: boolean;
  /** The file that says so; absent where the system keeps it itself. */
  readonly path: string;
  /** Of systemd: false means that everything ends when the person logs out. Undefined elsewhere. */
  readonly lingers?: boolean;
}

const limitMs = 20_000;
const execute = promisify(execFile);
const runProgram: RunCommand = ([file, ...args]) => execute(file, args, { timeout: limitMs });

/** Where this data directory is, on this machine. */
export function servicePlaceOf(
  home: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): ServicePlace {
  const own = resolveHome({ ...env, WAGGLE_HOME: '' }).home;
  return {
    ...{ home, isDefaultHome: home === own, platform, userHome: env['HOME'] ?? homedir() },
    configHome: env['XDG_CONFIG_HOME'] === '' ? undefined : env['XDG_CONFIG_HOME'],
    uid: process.getuid?.() ?? 0,
  };
}

/** @throws WaggleError `unsupportedPlatform`, `conflict` when another program's file has the name. */
export async function installService(
  place: ServicePlace,
  run: RunCommand = runProgram,
): Promise<ServiceStatus> {
  const plan = getPlan(place);
  const { file } = plan;
  refuseForeign(file.path);
  mkdirSync(dirname(file.path), { recursive: true });
  writeFileSync(file.path, file.text, { mode: 0o644 });
  writeShim({ home: place.home, directory: `${place.home}/bin`, platform: place.platform });
  try {
    for (const line of plan.install) await run(line);
  } catch (error) {
    rmSync(file.path, { force: true });
    throw refusalOf(plan, error);
  }
  return readService(place, run);
}

/** The file that says that it starts at login; undefined when there is none of ours. */
export function findServiceFile(place: ServicePlace): string | undefined {
  const path = planService(place)?.file.path;
  return path !== undefined && isOurs(path) ? path : undefined;
}

/** Resolves with false when there was nothing to remove. @throws WaggleError `unsupportedPlatform`. */
export async function removeService(
  place: ServicePlace,
  run: RunCommand = runProgram,
): Promise<boolean> {
  const plan = getPlan(place);
  if (!isOurs(plan.file.path)) return false;
  // Told first: the system finds what it has to forget by the file.
  const [first, ...rest] = plan.remove;
  if (first !== undefined) await failureOf(run(first));
  rmSync(plan.file.path, { force: true });
  for (const line of rest) await failureOf(run(line));
  return true;
}

/** @throws WaggleError `unsupportedPlatform`. */
export async function readService(
  place: ServicePlace,
  run: RunCommand = runProgram,
): Promise<ServiceStatus> {
  const plan = getPlan(place);
  const { kind, file } = plan;
  const isKnown = (await failureOf(run(plan.status))) === undefined;
  return {
    ...{ kind, isInstalled: isOurs(file.path) && isKnown, path: file.path },
    ...(kind === 'systemd' ? { lingers: lingers() } : {}),
  };
}

function getPlan(place: ServicePlace): ServicePlan {
  const plan = planService(place);
  if (plan !== undefined) return plan;
  throw new WaggleError('unsupportedPlatform', 'Nothing can be started at login here.', {
    fix: 'Let your login start it: waggle daemon start',
  });
}

function lingers(): boolean {
  return existsSync(lingerFileOf(userInfo().username));
}

function isOurs(path: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8').includes(serviceMarker);
}

function refuseForeign(path: string): void {
  if (!existsSync(path) || isOurs(path)) return;
  throw new WaggleError('conflict', `${path} was not written by Waggle and is left alone.`, {
    fix: `Move ${path} away first.`,
  });
}

function failureOf(work: Promise<unknown>): Promise<Error | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
}

const names = {
  systemd: 'systemd',
  launchd: 'launchd',
  taskScheduler: 'The Task Scheduler',
} as const;

function refusalOf({ kind }: ServicePlan, error: unknown): WaggleError {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const why = toPlainLine(said === '' ? errorMessageOf(error) : said, 300);
  return new WaggleError('unsupportedPlatform', `${names[kind]} did not take it: ${why}`, {
    cause: error,
    fix: 'Let your login start it instead: waggle daemon start',
  });
}
