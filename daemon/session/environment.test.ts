import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addOwnVariables,
  fallbackEnvironment,
  inheritEnvironment,
  isInherited,
  listNames,
} from './environment.ts';

const own = {
  sessionId: 's-1',
  socket: '/run/daemon.sock',
  token: 'id.secret',
  generation: 3,
  binDirectory: '/home/dev/.waggle/bin',
  home: undefined,
};

describe('the environment of a session', () => {
  it('keeps what the opener had, without editor internals and tokens of another session', () => {
    const opener = {
      HOME: '/home/dev',
      PATH: '/usr/bin',
      SSH_AUTH_SOCK: '/tmp/agent',
      VSCODE_GIT_IPC_HANDLE: '/tmp/git.sock',
      VSCODE_GIT_ASKPASS_MAIN: '/opt/askpass.js',
      VSCODE_IPC_HOOK_CLI: '/tmp/cli.sock',
      VSCODE_PID: '12',
      VSCODE_INJECTION: '1',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--inspect',
      CLAUDECODE: '1',
      WAGGLE_TOKEN: 'another.secret',
      WAGGLE_SESSION_ID: 'another',
      WAGGLE_HOST_ID: 'another',
      TERM_PROGRAM_VERSION: '1.2',
      COLUMNS: '80',
    };
    assert.deepEqual(listNames(inheritEnvironment(opener, {})), [
      'HOME',
      'PATH',
      'SSH_AUTH_SOCK',
      'VSCODE_GIT_ASKPASS_MAIN',
      'VSCODE_GIT_IPC_HANDLE',
      'VSCODE_IPC_HOOK_CLI',
    ]);
  });

  it('puts given values on top of what the window reported', () => {
    assert.deepEqual(inheritEnvironment({ A: 'window', B: 'window' }, { B: 'given', C: 'given' }), {
      A: 'window',
      B: 'given',
      C: 'given',
    });
  });

  it('leaves out what no kernel takes', () => {
    const bad = { '': 'x', 'A=B': 'x', 'A\0': 'x', C: 'a\0b', D: 'kept' };
    assert.deepEqual(inheritEnvironment(bad, {}), { D: 'kept' });
  });

  it('adds the terminal, the session and the command in front of PATH, once', () => {
    assert.deepEqual(addOwnVariables({ PATH: `/usr/bin:${own.binDirectory}`, TERM: 'dumb' }, own), {
      PATH: `${own.binDirectory}:/usr/bin`,
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
      TERM_PROGRAM: 'waggle',
      WAGGLE_SESSION_ID: 's-1',
      WAGGLE_SOCKET: '/run/daemon.sock',
      WAGGLE_TOKEN: 'id.secret',
      WAGGLE_GENERATION: '3',
      WAGGLE_HOOK_TOKEN: 'secret',
    });
    const moved = addOwnVariables({}, { ...own, home: '/elsewhere' });
    assert.equal(moved['WAGGLE_HOME'], '/elsewhere');
    assert.match(moved['PATH'] ?? '', /^\/home\/dev\/\.waggle\/bin:\//);
  });

  it('takes names on Windows in any case', () => {
    assert.deepEqual(
      ['waggle_token', 'Node_Options', 'Vscode_Pid', 'Path', 'vscode_git_ipc_handle'].map((name) =>
        isInherited(name, 'x', 'win32'),
      ),
      [false, false, false, true, true],
    );
  });

  it('never lets a variable of ours through from outside', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        assert.equal(isInherited(`WAGGLE_${name}`, value), false);
        assert.equal(isInherited(`CLAUDECODE${name}`, value), false);
        assert.equal(isInherited(`ELECTRON_${name}`, value), false);
      }),
    );
  });

  it('falls back to the basics of the daemon only', () => {
    const daemonOwn = { HOME: '/home/dev', LC_ALL: 'C', SECRET_KEY: 'x', AWS_TOKEN: 'y' };
    assert.deepEqual(fallbackEnvironment(daemonOwn), { HOME: '/home/dev', LC_ALL: 'C' });
  });
});
