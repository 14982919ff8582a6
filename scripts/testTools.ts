/** Programs of others that tests run, and that a fresh machine may not have. */
import { existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { SuiteName } from './testSuite.ts';

interface TestTool {
  readonly debian: string;
  readonly suites: readonly SuiteName[];
  /** Where it exists at all. */
  readonly platforms: readonly NodeJS.Platform[];
}

const unix = ['linux', 'darwin'] as const;

const tools = {
  'dbus-daemon': { debian: 'dbus-daemon', suites: ['flow'], platforms: ['linux'] },
  fish: { debian: 'fish', suites: ['unit', 'flow'], platforms: unix },
  gdbus: { debian: 'libglib2.0-bin', suites: ['flow'], platforms: ['linux'] },
  htop: { debian: 'htop', suites: ['flow'], platforms: unix },
  less: { debian: 'less', suites: ['flow'], platforms: unix },
  libfaketime: { debian: 'libfaketime', suites: ['flow'], platforms: ['linux'] },
  'notify-send': { debian: 'libnotify-bin', suites: ['flow'], platforms: ['linux'] },
  strace: { debian: 'strace', suites: ['flow'], platforms: ['linux'] },
  tmux: { debian: 'tmux', suites: ['flow', 'vscode'], platforms: unix },
  top: { debian: 'procps', suites: ['flow'], platforms: unix },
  vim: { debian: 'vim', suites: ['flow'], platforms: unix },
  zsh: { debian: 'zsh', suites: ['unit', 'flow'], platforms: unix },
} as const satisfies Record<string, TestTool>;

export type TestToolName = keyof typeof tools;

const names = Object.keys(tools) as TestToolName[];

export function isTestTool(program: string): program is TestToolName {
  return Object.hasOwn(tools, program);
}

/** Its file; the library for libfaketime. */
export function findTestTool(name: TestToolName): string | undefined {
  if (name === 'libfaketime') return globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Whether a test may do without it here even where nothing may be skipped. */
export function isOfThisPlatform(name: TestToolName): boolean {
  const { platforms }: TestTool = tools[name];
  return platforms.includes(process.platform);
}

/** What these suites need and is not here. */
export function listMissingTools(suites: readonly SuiteName[]): TestToolName[] {
  const isNeeded = (name: TestToolName): boolean => {
    const { suites: needing }: TestTool = tools[name];
    return isOfThisPlatform(name) && needing.some((suite) => suites.includes(suite));
  };
  return names.filter((name) => isNeeded(name) && findTestTool(name) === undefined);
}

export function debianPackagesOf(missing: readonly TestToolName[]): string[] {
  return missing.map((name) => tools[name].debian);
}
