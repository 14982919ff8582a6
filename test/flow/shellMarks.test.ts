import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import { needTool } from '../support/testTool.ts';
import { SessionHome, until } from './sessionHome.ts';

interface Shell {
  readonly name: 'bash' | 'zsh' | 'fish';
  readonly path: string;
  readonly startupFile: string;
  readonly startup: string;
}

const shells: readonly Shell[] = [
  {
    name: 'bash',
    path: '/bin/bash',
    startupFile: '.bashrc',
    startup: [
      'set -u',
      'PROMPT_COMMAND=\'SEEN=$?; PS1="[$SEEN]> "; \'',
      "trap 'TRAPPED=$((${TRAPPED:-0}+1))' DEBUG",
      'alias printf="echo broken"',
      'HISTCONTROL=ignoreboth',
    ].join('\n'),
  },
  {
    name: 'zsh',
    path: '/usr/bin/zsh',
    startupFile: '.zshrc',
    startup: 'setopt nounset prompt_subst\nPS1="[%?]> "\nalias -g printf="echo broken"',
  },
  {
    name: 'fish',
    path: '/usr/bin/fish',
    startupFile: '.config/fish/config.fish',
    startup: 'function fish_prompt\n  echo -n "[$status]> "\nend\nset -g fish_greeting',
  },
];

/** A prompt as the person's own files make it, with the exit code of the command before. */
const promptOf = (code: number): string => `[${code}]> `;

for (const shell of shells)
  describe(`a ${shell.name} of a session`, function () {
    this.timeout(60_000);
    let home: SessionHome;
    let link: DaemonLink;
    before(async function () {
      if (shell.name !== 'bash') needTool(this, shell.name);
      home = await SessionHome.open();
      link = await home.connect('window-0');
      const file = join(home.env['HOME'] ?? '', shell.startupFile);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, `${shell.startup}\n`);
    });
    after(() => home?.close());

    const open = async (environment: Record<string, string> = {}) => {
      const session = await home.openSession(link, {
        environment: { ...home.env, SHELL: shell.path, LANG: 'C.UTF-8', ...environment },
      });
      const screen = await home.attach(link, session.id, 'window-1');
      return { id: session.id, screen };
    };
    const get = async (id: Session['id']): Promise<Session> =>
      (await link.call('session/get', { sessionId: id })).session;
    const waitFor = async (id: Session['id'], wanted: Partial<Session>): Promise<void> => {
      const isSo = (session: Session): boolean =>
        Object.entries(wanted).every(([key, value]) => session[key as keyof Session] === value);
      await until(async () => isSo(await get(id)), `the session is ${JSON.stringify(wanted)}`);
    };

    /** A key that comes before the command has taken the terminal is lost on it. */
    const interrupt = async ({ id, screen }: Awaited<ReturnType<typeof open>>): Promise<void> => {
      await until(async () => {
        if ((await get(id)).prompt === 'prompt') return true;
        await screen.type('\u0003');
        return false;
      }, 'the command is interrupted');
    };

    it('says where it is, what it runs, how that ended, and when it waits', async () => {
      const { id, screen } = await open();
      await waitFor(id, { prompt: 'prompt', directory: home.folder, commandExit: undefined });
      await screen.type("mkdir 'a b;ü'; cd 'a b;ü'\n");
      const inside = join(home.folder, 'a b;ü');
      await waitFor(id, { prompt: 'prompt', directory: inside, commandExit: 0 });
      await screen.type('sleep 1000; false\n');
      await waitFor(id, { prompt: 'running', commandLine: 'sleep 1000; false', directory: inside });
      await interrupt({ id, screen });
      await waitFor(id, { prompt: 'prompt', commandExit: 130 });
      await screen.type(
        '(exit 7)\n'.replace('(exit 7)', `${shell.name === 'fish' ? 'sh' : 'bash'} -c 'exit 7'`),
      );
      await waitFor(id, { prompt: 'prompt', commandExit: 7 });
      await screen.waitFor(promptOf(7));
      await link.call('session/kill', { sessionId: id });
      await waitFor(id, { prompt: 'unknown' });
    });

    it('keeps the person’s prompt, traps and exit codes, and tells programs nothing', async () => {
      const { id, screen } = await open();
      await screen.waitFor(promptOf(0));
      await screen.type("sh -c 'exit 3'\n");
      await screen.waitFor(promptOf(3));
      await screen.type('env | grep -c WAGGLE_SHELL\n');
      await screen.waitFor(promptOf(1));
      if (shell.name === 'bash') {
        await screen.type('echo trapped=$((TRAPPED > 0))\n');
        await screen.waitFor('trapped=1');
      }
      assert.ok(!screen.text.includes('broken'), screen.text);
      assert.ok(!screen.text.includes('unbound'), screen.text);
      await link.call('session/kill', { sessionId: id });
    });

    it('believes no mark that a program prints, and a shell inside marks nothing', async () => {
      const { id, screen } = await open();
      await waitFor(id, { prompt: 'prompt' });
      const fake = String.raw`printf '\033]7502;guess;prompt;0;/fake\007\033]133;D;0\007'; sleep 1000`;
      await screen.type(`sh -c "${fake.replaceAll('\\', '\\\\')}"\n`);
      await waitFor(id, { prompt: 'running' });
      await interrupt({ id, screen });
      await waitFor(id, { prompt: 'prompt', directory: home.folder });
      await screen.type(`${shell.path}\n`);
      await waitFor(id, { prompt: 'running', commandLine: shell.path });
      await screen.type(
        'cd /; echo in$((1+1))side\n'.replace(
          '$((1+1))',
          shell.name === 'fish' ? '(math 1+1)' : '$((1+1))',
        ),
      );
      await screen.waitFor('in2side');
      assert.equal((await get(id)).prompt, 'running');
      await screen.type('exit\n');
      await waitFor(id, { prompt: 'prompt', directory: home.folder });
      await link.call('session/kill', { sessionId: id });
    });

    it('starts as ever when the opener wants no marks', async () => {
      const { id, screen } = await open({ WAGGLE_SHELL_INTEGRATION: '0' });
      // The first prompt may stand in the stored screen that a late terminal begins with.
      await screen.type("echo rea''dy\n");
      await screen.waitFor('ready\r\n');
      await screen.waitFor(promptOf(0));
      assert.ok(!screen.text.includes('\u001b]7502;'));
      assert.equal((await get(id)).prompt, undefined);
      await link.call('session/kill', { sessionId: id });
    });

    it('is known to wait or to run by the next daemon too', async () => {
      const waiting = await open();
      const busy = await open();
      await waitFor(waiting.id, { prompt: 'prompt' });
      await busy.screen.type('sleep 1000\n');
      await waitFor(busy.id, { prompt: 'running' });
      await home.killDaemon();
      await busy.screen.type('\u0003');
      await waiting.screen.type('sleep 1000\n');
      await home.startDaemon();
      link = await home.connect('window-0');
      await interrupt(busy);
      await waitFor(busy.id, { prompt: 'prompt', commandExit: 130 });
      await waitFor(waiting.id, { prompt: 'running', commandLine: 'sleep 1000' });
    });
  });
