import assert from 'node:assert/strict';
import * as vscode from 'vscode';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
  };
}

/** The first value of `probe` that is not undefined; asked at every event of a terminal and every 50 ms. */
async function eventually<T>(what: string, probe: () => T | undefined): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function findTerminal(name: string): vscode.Terminal | undefined {
  return vscode.window.terminals.find((terminal) => terminal.name === name);
}

describe('the extension in its host', () => {
  const extension = vscode.extensions.getExtension<unknown>('waggle.waggle');

  before(function () {
    if (extension === undefined) this.skip();
  });

  it('activates by itself and without an error', async () => {
    await eventually('the activation', () => (extension?.isActive === true ? true : undefined));
  });

  it('registers exactly the commands that its manifest contributes', async () => {
    const manifest: Manifest = extension?.packageJSON;
    const contributed = manifest.contributes.commands.map(({ command }) => command);
    const all = await vscode.commands.getCommands(true);
    const made =
      /^waggle\.(?:needs|sessions|memory)\.|\.(?:open|focus|resetViewLocation|removeView|toggleVisibility)$/;
    const registered = all.filter((id) => id.startsWith('waggle.') && !made.test(id));
    assert.deepEqual(registered.sort(), contributed.toSorted());
  });

  it('opens a shell in an editor terminal that does not come back by itself', async () => {
    await vscode.commands.executeCommand('waggle.newSession', 'shell');
    const terminal = await eventually(
      'a terminal',
      () => findTerminal('bash') ?? findTerminal('sh'),
    );
    const options = terminal.creationOptions as vscode.ExtensionTerminalOptions;
    assert.equal(options.isTransient, true);
    await eventually('its tab', () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .find(({ input }) => input instanceof vscode.TabInputTerminal),
    );
  });

  it('closes the tab and leaves the session running when it is detached', async () => {
    const [terminal] = vscode.window.terminals;
    assert.ok(terminal);
    const closed = new Promise<vscode.Terminal>((resolve) => {
      const listener = vscode.window.onDidCloseTerminal((one) => {
        listener.dispose();
        resolve(one);
      });
    });
    terminal.dispose();
    assert.equal(await closed, terminal);
    await vscode.commands.executeCommand('waggle.reopenClosedSession');
    await eventually('the terminal again', () => findTerminal(terminal.name));
  });
});
