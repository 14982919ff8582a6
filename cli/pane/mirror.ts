/** The program in the session of a mirrored pane: paints what tmux holds of the pane, and gives it the keys. */
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { exitCodes } from '../output/output.ts';
import { TmuxControl } from './control.ts';
import type { PaneState, View } from './painting.ts';
import { cutLine, parseState, stateFormat, switchModes, windowOn } from './painting.ts';

interface MirrorOptions {
  readonly socket: string;
  readonly pane: string;
  readonly resize: boolean;
}

/** A screen that changes often is painted at most this often. */
const paintEveryMs = 30;
const keysAtOnce = 200;
const farewellMs = 500;
const begin = '\u001b[?1049h\u001b[H\u001b[2J';
const end = '\u001b[?9;1000;1002;1003;1006;2004;1l\u001b>\u001b[?25h\u001b[m\u001b[?1049l';

/** Until the pane or its server is gone, or this process is ended: nothing of tmux ends with it. */
export async function runMirror(options: MirrorOptions): Promise<number> {
  if (!/^%\d+$/.test(options.pane)) return tellEnd('There is no such pane.', exitCodes.usage);
  const mirror = new Mirror(options);
  return tellEnd(await mirror.run(), exitCodes.ok);
}

function tellEnd(reason: string, exitCode: number): number {
  process.stdout.write(`${end}[${toPlainLine(reason)}]\r\n`);
  return exitCode;
}

class Mirror {
  readonly #options: MirrorOptions;
  readonly #control: TmuxControl;
  #state: PaneState | undefined;
  #painted: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isPainting = false;
  #isStale = false;
  #end: (reason: string) => void = () => undefined;

  constructor(options: MirrorOptions) {
    this.#options = options;
    const { socket, pane, resize } = options;
    this.#control = new TmuxControl({ socket, pane, countsForSize: resize });
  }

  async run(): Promise<string> {
    const { pane } = this.#options;
    process.stdout.write(begin);
    const ended = new Promise<string>((resolve) => (this.#end = resolve));
    void this.#control.ended.then(() => this.#end(`pane ${pane}: tmux has ended`));
    this.#control.onNews(() => this.#schedule());
    this.#follow();
    this.#schedule();
    const reason = await ended;
    clearTimeout(this.#timer);
    this.#control.dispose();
    return reason;
  }

  #follow(): void {
    const { stdin, stdout } = process;
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.on('data', (bytes: Buffer) => this.#type(bytes));
    stdout.on('resize', () => {
      this.#painted = [];
      stdout.write('\u001b[2J');
      this.#claimSize();
      this.#schedule();
    });
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const)
      process.once(signal, () => this.#end('no longer mirrored; it runs on in tmux'));
    this.#claimSize();
  }

  #claimSize(): void {
    const { cols, rows } = viewOf();
    if (this.#options.resize) this.#ask(`refresh-client -C ${cols}x${rows}`);
  }

  /** Bytes as they are: what the keys mean was decided by the modes that the pane's program chose. */
  #type(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += keysAtOnce) {
      const keys = [...bytes.subarray(at, at + keysAtOnce)].map((byte) => byte.toString(16));
      this.#ask(`send-keys -t ${this.#options.pane} -H ${keys.join(' ')}`);
    }
  }

  /** Whether the pane is still there is found out by the next painting. */
  #ask(command: string): void {
    this.#control.call(command).catch(() => this.#schedule());
  }

  #schedule(): void {
    this.#isStale = true;
    if (this.#isPainting || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#paint();
    }, paintEveryMs);
  }

  async #paint(): Promise<void> {
    this.#isPainting = true;
    this.#isStale = false;
    const { pane } = this.#options;
    try {
      const [state, lines] = await Promise.all([
        this.#control.call(`display-message -p -t ${pane} '${stateFormat}'`),
        this.#control.call(`capture-pane -p -e -N -t ${pane}`),
      ]);
      this.#show(parseState(state[0] ?? ''), lines);
    } catch {
      this.#endClosed();
    } finally {
      this.#isPainting = false;
    }
    if (this.#isStale) this.#schedule();
  }

  /** A server that ends closes its panes first: then its own end is told. */
  #endClosed(): void {
    setTimeout(() => this.#end(`pane ${this.#options.pane} is closed`), farewellMs);
  }

  #show(state: PaneState, lines: readonly string[]): void {
    // tmux answers for a pane that is gone with empty fields.
    if (state.cols === 0) return this.#endClosed();
    const view = viewOf();
    const corner = windowOn(state, view);
    const rows = Array.from({ length: view.rows }, (_, row) =>
      cutLine(lines[corner.y + row] ?? '', corner.x, view.cols),
    );
    const changed = rows.flatMap((text, row) =>
      text === this.#painted[row] ? [] : [`\u001b[${row + 1};1H\u001b[m${text}\u001b[m\u001b[K`],
    );
    this.#painted = rows;
    const { x, y, isShown } = state.cursor;
    const place = `\u001b[${y - corner.y + 1};${x - corner.x + 1}H`;
    const cursor = `${place}\u001b[?25${isShown ? 'h' : 'l'}`;
    const modes = switchModes(this.#state, state);
    this.#state = state;
    process.stdout.write(`\u001b[?25l\u001b[?7l${changed.join('')}\u001b[?7h${modes}${cursor}`);
    if (state.isDead) this.#end(`the program of pane ${this.#options.pane} has ended`);
  }
}

function viewOf(): View {
  const { columns = 80, rows = 24 } = process.stdout;
  return { cols: columns, rows };
}
