/**
 * `attention.latency`: from the moment at which a program asks for permission on its terminal until the status bar of the
 * real editor says so.
 */
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DaemonLink } from '../link/daemon/daemon.ts';
import type { SessionId } from '../protocol/wire/brand.ts';
import { runCommand } from '../test/vscode/support/commandPalette.ts';
import { connectProduct } from '../test/vscode/support/daemonClient.ts';
import type { EditorWindow } from '../test/vscode/support/editorWindow.ts';
import { until } from '../test/vscode/support/until.ts';
import { watchStatusItem } from '../test/vscode/support/statusItem.ts';
import { openActivity } from '../test/vscode/support/views.ts';
import type { EditorRig } from './editorRig.ts';
import { startEditorRig } from './editorRig.ts';
import type { BenchContext, Figure, Measurement } from './figure.ts';
import { quantile } from './figure.ts';

const caseName = 'permission on the terminal to status bar, p50';

const samplesPerRound = 10;

/** Writes down when, then asks; `rest` is the end of it. */
const program = String.raw`stty -echo
while read -r line; do
  case $line in
    ask) printf '%s\n' "$EPOCHREALTIME" >>"$1"; printf '\033]7501;state=blocked:app=bench:kind=permission\033\\' ;;
    rest) printf '\033]7501;state=idle:app=bench\033\\' ;;
  esac
done`;

interface Asker {
  readonly sessionId: SessionId;
  readonly file: string;
}

async function openAsker(context: BenchContext, rig: EditorRig, link: DaemonLink): Promise<Asker> {
  const directory = await mkdtemp(join(context.temporaryDirectory, 'attention-'));
  const file = join(directory, 'asked.txt');
  const { session } = await link.call('session/open', {
    agent: 'command',
    command: ['/bin/bash', '-c', program, 'asker', file],
    cwd: rig.product.folder,
    environment: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
    size: { cols: 80, rows: 24 },
  });
  return { sessionId: session.id, file };
}

async function ask(window: EditorWindow, link: DaemonLink, asker: Asker): Promise<number> {
  const { sessionId, file } = asker;
  const say = (text: string): Promise<unknown> =>
    link.call('session/send', { sessionId, text: `${text}\n`, take: true });
  const shown = watchStatusItem(window, true);
  await say('ask');
  const shownAt = await shown;
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  const asked = Number(lines.at(-1)) * 1000;
  const calm = watchStatusItem(window, false);
  await say('rest');
  await calm;
  return shownAt - asked;
}

async function* measure(context: BenchContext): AsyncIterable<Measurement> {
  const rig = await startEditorRig();
  const samples: number[] = [];
  try {
    const { window, product } = rig;
    await runCommand(window, 'Waggle: Restart Daemon');
    await until('a daemon runs', async () => product.daemonPid() !== undefined);
    await openActivity(window, 'Waggle');
    const link = await connectProduct(product);
    try {
      const asker = await openAsker(context, rig, link);
      await ask(window, link, asker);
      for (let count = 0; count < context.rounds * samplesPerRound; count += 1) {
        context.signal.throwIfAborted();
        samples.push(await ask(window, link, asker));
      }
    } finally {
      link.dispose();
    }
  } finally {
    await rig.stop();
  }
  const [p95, worst] = [quantile(samples, 0.95), Math.max(...samples)];
  yield {
    id: 'attention.latency',
    case: caseName,
    value: quantile(samples, 0.5),
    unit: 'ms',
    bound: { floor: 150, goal: 75, better: 'lower' },
    rounds: context.rounds,
    note: `${samples.length} times, p95 ${p95.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`,
  };
}

export const attentionLatencyFigure: Figure = {
  cases: { 'attention.latency': [caseName] },
  measure,
};
