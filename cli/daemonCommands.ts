/** The commands about the daemon and the installation. */
import { counted, option } from './command.ts';
import type { CommandSpec } from './command.ts';

const load = () => import('./daemon/daemon.ts');

const ofDaemon: readonly CommandSpec[] = [
  {
    name: 'start',
    summary: 'start it, unless it runs',
    run: async (context) => (await load()).startDaemonCommand(context),
  },
  {
    name: 'stop',
    summary: 'end it; sessions run on',
    options: [option('--sessions', 'end the sessions too')],
    run: async (context, input) =>
      (await load()).stopDaemonCommand(context, { sessions: input.has('sessions') }),
  },
  {
    name: 'restart',
    summary: 'end it and start it again; sessions run on',
    run: async (context) => (await load()).restartDaemonCommand(context),
  },
  {
    name: 'status',
    summary: 'say whether it runs, and where',
    run: async (context) => (await load()).showStatus(context),
  },
  {
    name: 'logs',
    summary: 'print the end of its log',
    options: [
      counted('-n, --lines <count>', 'how many lines').default(50),
      option('-f, --follow', 'go on with what is added'),
    ],
    run: async (context, input) => {
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      return (await load()).showLogs(context, {
        lines: input.findCount('lines') ?? 50,
        follow: input.has('follow'),
        signal: stop.signal,
        print: (text) => process.stdout.write(text),
      });
    },
  },
];

const directory = option('--directory <directory>', 'where (default: ~/.local/bin)');

export const daemonCommands: readonly CommandSpec[] = [
  { name: 'daemon', summary: 'start, stop and look at the daemon', commands: ofDaemon },
  {
    name: 'doctor',
    summary: 'look for what keeps it from working',
    run: async (context) => (await import('./doctor/doctor.ts')).runDoctor(context),
  },
  {
    name: 'install',
    summary: 'put this command on PATH',
    options: [directory],
    run: async (context, input) =>
      (await import('./install/install.ts')).installCommand(context, {
        directory: input.find('directory'),
      }),
  },
];
