import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the extension host', () => {
  it('is a real one, of a version that the manifest accepts', () => {
    const [major = 0, minor = 0] = vscode.version.split('.').map(Number);
    assert.ok(major > 1 || (major === 1 && minor >= 101), `VS Code ${vscode.version}`);
  });

  it('has the package installed, with every command of its manifest registered', async () => {
    const extension = vscode.extensions.getExtension('waggle.waggle');
    assert.ok(extension);
    await extension.activate();
    const manifest: { contributes: { commands: Array<{ command: string }> } } =
      extension.packageJSON;
    const registered = new Set(await vscode.commands.getCommands(true));
    const declared = manifest.contributes.commands.map((one) => one.command);
    assert.deepEqual(
      declared.filter((command) => !registered.has(command)),
      [],
    );
  });

  it('has a terminal that can be opened by an extension', async () => {
    const written = new vscode.EventEmitter<string>();
    const opened = new Promise<void>((resolve) => {
      const pty = {
        onDidWrite: written.event,
        open: () => resolve(),
        close: () => written.dispose(),
      };
      vscode.window.createTerminal({ name: 'probe', pty }).show();
    });
    await opened;
    const terminal = vscode.window.terminals.find((one) => one.name === 'probe');
    assert.ok(terminal);
    const closed = new Promise<void>((resolve) => {
      const listener = vscode.window.onDidCloseTerminal((one) => {
        if (one !== terminal) return;
        listener.dispose();
        resolve();
      });
    });
    terminal.dispose();
    await closed;
  });
});
