import assert from 'node:assert/strict';
import { clientIdSchema, sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { PresentWindow } from '../window/window.ts';
import { findPlace, folderLink, withNotice } from './places.ts';

const sessionId = sessionIdSchema.parse('0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b');

function window(name: string, over: Partial<PresentWindow> = {}): PresentWindow {
  return {
    windowId: clientIdSchema.parse(name),
    ...{ focused: false, visible: [], open: [], folders: [], callback: `vscode://x/${name}` },
    ...{ remote: false, raises: false, notify: () => undefined, ...over },
  };
}

describe('where a session is opened', () => {
  const find = (
    windows: PresentWindow[],
    askingId?: string,
    folder: string | null = '/work/app/src',
  ) => findPlace(windows, { sessionId, folder, askingId }).place;
  const other = (name: string) => ({ sessionId, place: 'other', callback: `vscode://x/${name}` });
  const here = { sessionId, place: 'here' };

  it('is the window that shows it, then the one that has a tab of it, then the deepest folder', () => {
    const shown = window('shown', { visible: [sessionId] });
    const tab = window('tab', { open: [sessionId] });
    const deep = window('deep', { folders: ['/else', '/work/app'] });
    const wide = window('wide', { folders: ['/work/'] });
    const windows = [wide, deep, tab, shown];
    assert.deepEqual(
      [windows, windows.slice(0, 3), windows.slice(0, 2), [wide]].map((some) => find(some)),
      [other('shown'), other('tab'), other('deep'), other('wide')],
    );
  });

  it('is here when the asking window is as good as any', () => {
    const windows = ['a', 'b'].map((name) => window(name, { folders: ['/work/app'] }));
    assert.deepEqual(
      [find(windows, 'b'), find(windows, 'none'), find(windows)],
      [here, other('a'), other('a')],
    );
    const better = window('c', { open: [sessionId] });
    assert.deepEqual(find([...windows, better], 'b'), other('c'));
  });

  it('is its folder when no window holds it: a name that begins alike is another folder', () => {
    const windows = [window('a', { folders: ['/work/ap', '/work/app/src/deeper'] })];
    const folder = '/work/app/src';
    assert.deepEqual(find(windows, 'a'), { sessionId, place: 'folder', folder });
    assert.deepEqual(find(windows, 'a', null), here);
    assert.deepEqual(
      find([window('w', { folders: ['C:\\work'] })], undefined, 'C:\\work\\app'),
      other('w'),
    );
  });

  it('leaves out the link of a window that has none', () => {
    const windows = [window('a', { open: [sessionId], callback: null })];
    assert.deepEqual(find(windows), { sessionId, place: 'other' });
  });
});

describe('a link of a window with a notice', () => {
  it('keeps what stood in it as it was', () => {
    assert.deepEqual(
      ['vscode://a.b/c', 'vscode://a.b/c?d=1%262', 'vscode://a.b/c?d#e'].map((link) =>
        withNotice(link, 'n'),
      ),
      ['vscode://a.b/c?notice=n', 'vscode://a.b/c?d=1%262&notice=n', 'vscode://a.b/c?d&notice=n#e'],
    );
  });
});

describe('a link to a folder', () => {
  it('is one of the editor that a window named, and of VS Code when nobody named one', () => {
    assert.deepEqual(
      [
        folderLink('/a folder/b&c', undefined),
        folderLink('/a', 'vscode-insiders://x.y/z'),
        folderLink('/a', 'https://host/x'),
        folderLink('C:\\a', 'cursor://x'),
      ],
      [
        'vscode://file/a%20folder/b%26c',
        'vscode-insiders://file/a',
        'vscode://file/a',
        'cursor://file/C%3A/a',
      ],
    );
  });
});
