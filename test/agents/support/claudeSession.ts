/** Claude Code as a session of a real daemon, talked to as a person does. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DaemonLink } from '../../../link/daemon/daemon.ts';
import type { Session } from '../../../protocol/session/session.ts';
import type { Screen, SessionHome } from '../../flow/sessionHome.ts';
import type { ClaudeCodeRun } from './claudeCode.ts';
import { typePrompt } from './shownScreen.ts';

export const ready = ']7501;state=idle';

/** Lets the daemon find an agent on the login shell's PATH. */
export async function offerAgent(
  home: SessionHome,
  link: DaemonLink,
  { name, path }: { readonly name: string; readonly path: string },
): Promise<void> {
  const bin = join(dirname(home.folder), 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(path, join(bin, name));
  writeFileSync(join(home.env['HOME'] ?? '', '.profile'), `PATH='${bin}':$PATH\n`);
  await link.call('agent/list', { refresh: true });
}

export function openClaude(
  home: SessionHome,
  link: DaemonLink,
  run: ClaudeCodeRun,
): Promise<Session> {
  return home.openSession(link, {
    agent: 'claude',
    arguments: ['--permission-mode', 'manual', '--allowedTools', 'Bash'],
    cwd: run.cwd,
    environment: { ...run.env },
  });
}

/** Types a prompt or a command as a person does: the text, then Enter once it stands in the composer. */
export async function ask(screen: Screen, prompt: string): Promise<void> {
  await screen.waitFor(ready);
  await typePrompt(screen, prompt);
}
