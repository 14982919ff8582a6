import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Task } from '../../protocol/task/task.ts';
import { installFakeClaude } from '../support/fakeClaude.ts';
import { acceptInput, fillInput, pick, readPicks, runCommand } from './support/commandPalette.ts';
import { connectProduct } from './support/daemonClient.ts';
import { openEditorWindow, type EditorWindow } from './support/editorWindow.ts';
import {
  chooseField,
  fillField,
  formPage,
  pressForm,
  readField,
  waitForForm,
} from './support/formPage.ts';
import { pictureLooks } from './support/looks.ts';
import { startProduct, type Product } from './support/product.ts';
import { until } from './support/until.ts';
import {
  answerDialog,
  answerNotification,
  chooseFromContextMenu,
  clickRowAction,
  openActivity,
  type TreeRow,
  readEditor,
  readNotifications,
  readTabs,
  readTree,
  readWelcome,
  treeRow,
  view,
  waitForRow,
} from './support/views.ts';

const settings = {
  'waggle.sessions.resumeAfterRestart': 'never',
  'waggle.notify.toast': false,
  'waggle.notify.system': false,
  'editor.minimap.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.commandCenter.enabled': false,
};
const tasksView = 'Agent Tasks';
/** Far from the time of day at which this runs: what is near is told in minutes, and would run meanwhile. */
const hour = (new Date().getHours() + 6) % 24;
const hourText = String(hour).padStart(2, '0');
const daily = `daily ${hourText}:00`;
const timeAndDaily = new RegExp(`${hourText}:00 · ${daily}$`);
const weekdays = `weekdays ${hourText}:30`;

describe('agent tasks in the editor', function () {
  this.timeout(300_000);
  let base: string;
  let product: Product;
  let window: EditorWindow;
  let person: DaemonLink;

  before(async () => {
    base = mkdtempSync(join(tmpdir(), 'waggle-tasks-'));
    const env = installFakeClaude({
      folder: join(base, 'folder'),
      env: { PATH: process.env['PATH'] ?? '' },
    });
    product = await startProduct({ settings, env });
    const [bin] = (env['PATH'] ?? '').split(delimiter);
    writeFileSync(join(product.userHome, '.profile'), `PATH='${bin}':$PATH\n`);
    window = await openEditorWindow({ server: product.server, folder: product.folder });
    await runCommand(window, 'Waggle: Restart Daemon');
    await until('a daemon runs', async () => product.daemonPid() !== undefined);
    person = await connectProduct(product);
    await openActivity(window, 'Waggle');
    // Rows below the edge of the window are not in its page.
    await window.resize(1400, 1500);
  });
  after(async () => {
    person?.dispose();
    await window?.close();
    await product?.stop();
    rmSync(base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  afterEach(async function () {
    const { state, title } = this.currentTest ?? {};
    if (state === 'failed') await window.screenshot(`failed-${title?.slice(0, 24)}`);
  });

  const told = (text: RegExp): Promise<unknown> =>
    until(
      `it is told: ${text.source}`,
      async () => (await readNotifications(window)).some((toast) => text.test(toast.text)),
      { describe: async () => JSON.stringify(await readNotifications(window)) },
    );
  const clear = (): Promise<void> => runCommand(window, 'Notifications: Clear All Notifications');
  const asks = (title: string): Promise<unknown> =>
    window.page.locator('.quick-input-title', { hasText: title }).waitFor();
  const choose = async (theme: string): Promise<void> => {
    await runCommand(window, 'Preferences: Color Theme');
    await typed(theme, theme);
    await acceptInput(window);
    await window.page.locator('.monaco-workbench.vs-dark').first().waitFor();
  };
  const pictures = async (name: string, arrange: () => Promise<unknown>): Promise<void> => {
    await pictureLooks(window, name, arrange);
    await choose('Dark Modern');
    await window.resize(1400, 1500);
  };
  /** The row as it is read: icon, label, description. */
  const row = async (label: string): Promise<string> => {
    const { icon, description } = await waitForRow(window, tasksView, label);
    return `${icon} | ${label} | ${description}`;
  };
  const saysRow = (label: string, wanted: RegExp): Promise<unknown> =>
    until(
      `the row "${label}" says ${wanted.source}`,
      async () =>
        (await readTree(window, tasksView)).some(
          (found) => found.label === label && wanted.test(`${found.icon} | ${found.description}`),
        ),
      { describe: async () => JSON.stringify(await readTree(window, tasksView)) },
    );
  const task = async (title: string): Promise<Task> => {
    const { tasks } = await person.call('task/list', {});
    const found = tasks.find((one) => one.title === title);
    assert.ok(found !== undefined, JSON.stringify(tasks.map((one) => one.title)));
    return found;
  };
  const isTask = (title: string, isSo: (found: Task) => boolean): Promise<unknown> =>
    until(`the task "${title}" is as wanted`, async () => {
      const { tasks } = await person.call('task/list', {});
      return tasks.some((one) => one.title === title && isSo(one));
    });
  /** Types into the open question until the first row is the one that is meant. */
  const typed = (text: string, label: string): Promise<unknown> =>
    until(`"${label}" is the first row`, async () => {
      await fillInput(window, text);
      return (await readPicks(window))[0]?.label === label;
    });
  /** A press may hit the row that took its place, and close its section: asked again until the first row below is there. */
  const opens = (label: string, isFirst: (row: TreeRow) => boolean): Promise<unknown> =>
    until(
      `"${label}" is open`,
      async () => {
        const rows = await readTree(window, tasksView);
        const at = rows.findIndex((found) => found.label === label);
        const closed = rows[at < 0 ? rows.findIndex((found) => found.label === 'Scheduled') : at];
        if (at >= 0 && rows[at + 1] !== undefined && isFirst(rows[at + 1] as TreeRow)) return true;
        if (closed?.expanded !== false) return false;
        const twistie = treeRow(window, tasksView, closed.label).locator('.monaco-tl-twistie');
        await twistie.click({ timeout: 3000 });
        return false;
      },
      { everyMs: 1000, describe: async () => JSON.stringify(await readTree(window, tasksView)) },
    );
  /** The file that is attached to a task. */
  const openServer = (): Promise<unknown> =>
    until('the file is in front', async () => {
      await treeRow(window, tasksView, 'The server').click();
      const isThere = async (): Promise<boolean> =>
        (await readEditor(window)).includes('listening on 8080');
      return until('it opens', isThere, { withinMs: 5000 }).then(
        () => true,
        () => false,
      );
    });
  const inFront = (title: string): Promise<unknown> =>
    until(`"${title}" is in front`, async () =>
      (await readTabs(window)).some((tab) => tab.active && tab.title.startsWith(title)),
    );

  it('explains itself while nothing is handed out, with what to do first', async () => {
    const { text, buttons } = await readWelcome(window, tasksView);
    assert.match(text, /^Hand work to an agent or a command: now, at a time, or again and again\./);
    assert.deepEqual(buttons, ['Schedule Prompt or Command…']);
    await pictures('tasks-empty', () => readWelcome(window, tasksView));
  });

  it('schedules a prompt by four times Enter, with the next three times while it is typed', async () => {
    await runCommand(window, 'Waggle: Schedule Prompt or Command…');
    await asks('Schedule Prompt or Command');
    await typed('say Read the issues', 'Prompt');
    await acceptInput(window);
    await asks('When?');
    const common = await readPicks(window);
    assert.deepEqual(
      common.map(({ label }) => label),
      ['Once…', 'Every hour', 'Weekdays 09:00', 'Cron…', 'Not Scheduled'],
    );
    assert.match(common[1]?.description ?? '', /^\S.* · .* · /);
    await typed('soon', 'This is no time yet');
    await typed('0 0 30 2 *', 'It would never run');
    await typed(`weekdays ${hour}:30`, weekdays);
    const [shown] = await readPicks(window);
    assert.equal(shown?.description.split(' · ').length, 3);
    assert.match(shown?.description ?? '', new RegExp(`${hourText}:30`));
    assert.equal(shown?.detail, 'If Waggle does not run then, it runs once when it is back');
    await window.screenshot('tasks-when-dark-1400');
    await acceptInput(window);
    await asks('Where, and Which Agent?');
    await until('the agent is offered', async () =>
      (await readPicks(window)).some(({ label }) => label === 'Claude Code'),
    );
    await pick(window, 'Claude Code');
    await asks('You May Be Away. It May:');
    assert.deepEqual(
      (await readPicks(window)).map(({ label }) => label),
      ['Read Only', 'Edit in a Worktree', 'Ask and Wait', 'Run Once Now', 'More Options…'],
    );
    await window.screenshot('tasks-away-dark-1400');
    await acceptInput(window);
    assert.match(
      await row('say Read the issues'),
      new RegExp(`^watch \\| .* \\| .*${hourText}:30 · ${weekdays}$`),
    );
    const made = await task('say Read the issues');
    assert.deepEqual(made.work, {
      ...{ kind: 'prompt', prompt: 'say Read the issues', agent: 'claude', model: null },
      away: 'readOnly',
    });
  });

  it('asks once whether Waggle starts at login, with the first schedule', async () => {
    await told(/^Schedules run only while Waggle runs\.$/);
    const toasts = await readNotifications(window);
    const login = toasts.find(({ text }) => text.startsWith('Schedules run only'));
    assert.deepEqual(login?.buttons, ['Start at Login', 'Only with VS Code']);
    await window.screenshot('tasks-login-dark-1400');
    await answerNotification(window, 'Schedules run only', 'Only with VS Code');
    await until('the answer is kept', async () => {
      const { settings: kept } = await person.call('task/configure', {});
      return kept.askedLogin;
    });
    await clear();
  });

  it('runs a prompt once, shows it run, and takes what it did for review', async () => {
    await runCommand(window, 'Waggle: Schedule Prompt or Command…');
    await asks('Schedule Prompt or Command');
    await typed('ask npm run migrate', 'Prompt');
    await acceptInput(window);
    await asks('When?');
    await pick(window, 'Not Scheduled');
    await asks('Where, and Which Agent?');
    await pick(window, 'Claude Code');
    await asks('You May Be Away. It May:');
    await pick(window, 'Ask and Wait');
    await waitForRow(window, tasksView, 'ask npm run migrate');
    await clickRowAction(window, treeRow(window, tasksView, 'ask npm run migrate'), 'Run Task Now');
    await waitForRow(window, tasksView, 'Running');
    await saysRow('ask npm run migrate', /^bell \| .*npm run migrate/);
    await window.screenshot('tasks-asking-dark-1400');
    const { lastRun } = await task('ask npm run migrate');
    assert.ok(lastRun?.sessionId);
    await allowAll(person, lastRun.sessionId);
    await waitForRow(window, tasksView, 'To Review');
    await saysRow('ask npm run migrate', /^checklist \| done$/);
  });

  it('stands in Needs You while it waits for review, which leads to its page', async () => {
    const need = await waitForRow(window, 'Needs You', /ask npm run migrate/);
    assert.equal(need.icon, 'checklist');
    const inNeeds = view(window, 'Needs You').locator('.monaco-list-row', {
      hasText: 'ask npm run migrate',
    });
    await clickRowAction(window, inNeeds.first(), 'Review');
    await inFront('ask npm run migrate');
    const page = await until('its page is there', async () => {
      const text = await readEditor(window);
      return text.includes('Runs') && text;
    });
    assert.match(page, /State +to review · done/);
    assert.match(page, /It may +Ask and Wait: whatever it asks waits for you in Needs You/);
    assert.match(page, /succeeded · .* · run by you/);
    await window.screenshot('tasks-page-dark-1400');
    await runCommand(window, 'View: Close All Editors');
  });

  it('sends it back with what is missing, and the same conversation goes on', async () => {
    const before = await task('ask npm run migrate');
    const inTree = treeRow(window, tasksView, 'ask npm run migrate');
    await clickRowAction(window, inTree, 'Request Changes');
    await asks('Request Changes');
    await fillInput(window, 'say Migrated both');
    await acceptInput(window);
    await isTask(
      'ask npm run migrate',
      ({ state, lastRun }) => state.status === 'review' && lastRun?.trigger === 'changes',
    );
    const { lastRun } = await task('ask npm run migrate');
    assert.equal(lastRun?.sessionId, before.lastRun?.sessionId);
    await saysRow('ask npm run migrate', /^checklist \| done/);
  });

  it('is approved in its row, and is done', async () => {
    const inTree = treeRow(window, tasksView, 'ask npm run migrate');
    await clickRowAction(window, inTree, 'Approve Task');
    await isTask('ask npm run migrate', ({ state }) => state.status === 'done');
    await told(/^'ask npm run migrate' is approved\.$/);
    await until('nothing is to be reviewed', async () =>
      (await readTree(window, tasksView)).every(({ label }) => label !== 'To Review'),
    );
    await clear();
  });

  it('fills the form behind More Options, which judges what is typed at once', async () => {
    await runCommand(window, 'Waggle: Schedule Prompt or Command…');
    await asks('Schedule Prompt or Command');
    await typed('$ sh -c "echo built; exit 0"', 'Command');
    await acceptInput(window);
    await asks('When?');
    await pick(window, 'Every hour');
    await asks('Where?');
    await pick(window, 'api');
    await asks('Schedule It?');
    await pick(window, 'More Options…');
    await waitForForm(window, 'New Agent Task');
    await fillField(window, 'title', 'Nightly build');
    await until(
      'the next times stand there',
      async () => (await readField(window, 'every')).notes[0] === 'every hour',
    );
    assert.equal((await readField(window, 'every')).notes.length, 6);
    await chooseField(window, 'when', 'cron');
    await fillField(window, 'pattern', '0 2 * * * * *');
    await until('it is refused', async () =>
      (await readField(window, 'pattern')).error.includes('five fields'),
    );
    await pressForm(window, 'Create Task');
    await until('it says why nothing is made', async () =>
      ((await formPage(window).locator('.problem').textContent()) ?? '').startsWith('Something'),
    );
    await fillField(window, 'pattern', '0 9 * * MON#1');
    await until('its words stand there', async () =>
      (await readField(window, 'pattern')).notes[0]?.startsWith('at 09:00, on the first Monday'),
    );
    await fillField(window, 'pattern', `0 ${hour} * * *`);
    await until(
      'it is understood',
      async () => (await readField(window, 'pattern')).notes[0] === daily,
    );
    await pictures('tasks-form', () => waitForForm(window, 'New Agent Task'));
    await pressForm(window, 'Create Task');
    assert.match(await row('Nightly build'), timeAndDaily);
    await until('the form is closed', async () => (await readTabs(window)).length === 0);
    await clear();
  });

  it('is edited in the form, which keeps what was typed over a change of the tab', async () => {
    const inTree = treeRow(window, tasksView, 'Nightly build');
    await chooseFromContextMenu(window, inTree, 'Edit Task…');
    await waitForForm(window, "Edit 'Nightly build'");
    await fillField(window, 'title', 'Nightly tests');
    await runCommand(window, 'File: New Untitled Text File');
    await runCommand(window, 'View: Open Previous Editor in Group');
    await waitForForm(window, "Edit 'Nightly build'");
    await until('what was typed is there', async () => {
      const title = formPage(window).locator('[data-field="title"] input');
      return (await title.inputValue()) === 'Nightly tests';
    });
    await pressForm(window, 'Save');
    await waitForRow(window, tasksView, 'Nightly tests');
    await runCommand(window, 'View: Close All Editors');
    await clear();
  });

  it('turns a schedule off and on by its checkbox', async () => {
    const box = treeRow(window, tasksView, 'Nightly tests').locator('.monaco-checkbox').first();
    await box.click();
    await isTask('Nightly tests', ({ paused }) => paused);
    await saysRow('Nightly tests', new RegExp(`^watch \\| off · ${daily}$`));
    await box.click();
    await isTask('Nightly tests', ({ paused, nextRunAt }) => !paused && nextRunAt !== null);
    await saysRow('Nightly tests', timeAndDaily);
  });

  it('keeps the runs below the task, each with what it wrote', async () => {
    const inTree = treeRow(window, tasksView, 'Nightly tests');
    await clickRowAction(window, inTree, 'Run Task Now');
    await isTask('Nightly tests', ({ lastRun }) => lastRun?.outcome === 'succeeded');
    await opens('Nightly tests', ({ description }) => description.startsWith('succeeded'));
    await runCommand(window, 'Waggle: Show Runs of Task…');
    await pick(window, 'Nightly tests');
    await asks("Runs of 'Nightly tests'");
    await until('the run is listed', async () =>
      (await readPicks(window)).some(({ description }) => description.startsWith('succeeded')),
    );
    await window.screenshot('tasks-runs-dark-1400');
    await acceptInput(window);
    const page = await until('what it wrote is there', async () => {
      const text = await readEditor(window);
      return text.includes('built') && text;
    });
    assert.match(page, /Outcome +succeeded · \d+ s · run by you/);
    await runCommand(window, 'View: Close All Editors');
  });

  it('makes a task part of another one by a drag, and takes it back', async () => {
    const from = treeRow(window, tasksView, 'Nightly tests');
    const onto = treeRow(window, tasksView, 'say Read the issues');
    const { id } = await task('say Read the issues');
    await until('it is part of it', async () => {
      await from.dragTo(onto);
      const moved = async (): Promise<boolean> => (await task('Nightly tests')).parentId === id;
      return until('it moved', moved, { withinMs: 3000 }).then(
        () => true,
        () => false,
      );
    });
    await told(/^'Nightly tests' is part of 'say Read the issues' now\.$/);
    await answerNotification(window, /is part of/, 'Undo');
    await isTask('Nightly tests', ({ parentId }) => parentId === null);
    await clear();
  });

  it('is deleted without a question, and comes back with its history', async () => {
    const inTree = treeRow(window, tasksView, 'Nightly tests');
    await chooseFromContextMenu(window, inTree, 'Delete Task');
    await told(/^'Nightly tests' is deleted\.$/);
    await until('it is gone', async () =>
      (await readTree(window, tasksView)).every(({ label }) => label !== 'Nightly tests'),
    );
    await answerNotification(window, /is deleted/, 'Undo');
    await waitForRow(window, tasksView, 'Nightly tests');
    const { id } = await task('Nightly tests');
    const { runs } = await person.call('task/history', { taskId: id });
    assert.equal(runs.length, 1);
    await clear();
  });

  it('opens what a task left', async () => {
    const { id } = await task('say Read the issues');
    const attach = { taskId: id, kind: 'file', title: 'The server', target: 'server.py' } as const;
    await person.call('task/addResult', attach);
    await person.call('task/addResult', {
      ...{ taskId: id, kind: 'note', title: 'A note', target: 'It listens on 8080.' },
    });
    await person.call('task/addResult', {
      ...{ taskId: id, kind: 'file', title: 'Elsewhere', target: '../../../etc/passwd' },
    });
    await opens('say Read the issues', ({ label }) => label === 'The server');
    await openServer();
    await treeRow(window, tasksView, 'A note').click();
    await until('the note is there', async () =>
      (await readEditor(window)).includes('It listens on 8080.'),
    );
    await treeRow(window, tasksView, 'Elsewhere').click();
    await told(/^There is no file '\.\.\/\.\.\/\.\.\/etc\/passwd' where the task worked\./);
    await clear();
    await runCommand(window, 'View: Close All Editors');
  });

  it('hands out what is selected in an editor, quoted', async () => {
    await openServer();
    await window.page.locator('.editor-group-container.active .view-lines').first().click();
    await runCommand(window, 'Select All');
    await runCommand(window, 'Waggle: New Agent Task from Selection…');
    await asks('New Agent Task from Selection');
    await typed('say Explain it', 'Prompt');
    await acceptInput(window);
    await asks('When?');
    await pick(window, 'Not Scheduled');
    await asks('Where, and Which Agent?');
    await pick(window, 'Claude Code');
    await asks('You May Be Away. It May:');
    await pick(window, 'Read Only');
    await waitForRow(window, tasksView, 'say Explain it');
    const { work } = await task('say Explain it');
    assert.ok(work.kind === 'prompt');
    assert.match(work.prompt, /^say Explain it\n\nserver\.py, lines 1-2:\n\n```python\nprint\(/);
    await runCommand(window, 'View: Close All Editors');
  });

  it('lists tasks of files of the repository, which a person enables after reading them', async () => {
    const folder = join(product.folder, '.waggle', 'tasks');
    mkdirSync(folder, { recursive: true });
    const lines = ['---', 'title: Weekly report', 'cron: 0 8 * * 1', '---', 'say Report'];
    writeFileSync(join(folder, 'report.md'), `${lines.join('\n')}\n`);
    await isTask('Weekly report', ({ state }) => state.status === 'draft');
    assert.match(await row('Weekly report'), /^file \| .* \| off/);
    await clickRowAction(window, treeRow(window, tasksView, 'Weekly report'), 'Enable Task');
    assert.match(await answerDialog(window, 'Enable'), /say Report/);
    await isTask(
      'Weekly report',
      ({ state, nextRunAt }) => state.status === 'ready' && nextRunAt !== null,
    );
  });

  it('shows all of it at once', async () => {
    const [soon] = [new Date(Date.now() + 86_400_000).toISOString()];
    const add = (title: string, command: string, more: object = {}): Promise<unknown> =>
      person.call('task/create', {
        ...{
          title,
          cwd: product.folder,
          work: { kind: 'command', command: ['sh', '-c', command] },
        },
        ...more,
      });
    await add('Renew certificates', 'true', { schedule: { kind: 'once', at: soon } });
    await add('Release 1.4', 'exec sleep 600', { priority: 'high' });
    await add('Clean caches', 'exit 3');
    for (const title of ['Release 1.4', 'Clean caches']) {
      const { id } = await task(title);
      await person.call('task/run', { taskId: id });
    }
    const { id: parentId } = await task('Release 1.4');
    await add('Write the notes', 'true', { parentId });
    await isTask('Clean caches', ({ state }) => state.status === 'failed');
    await saysRow('Release 1.4', /^sync \| high priority/);
    await pictures('tasks-full', () => waitForRow(window, tasksView, 'Release 1.4'));
    await window.screenshot('tasks-full-tall-1400');
    const { id } = await task('Release 1.4');
    await clickRowAction(window, treeRow(window, tasksView, 'Release 1.4'), 'Cancel Task');
    await until('it is cancelled', async () => {
      const { task: now } = await person.call('task/get', { taskId: id });
      return now.state.status === 'cancelled';
    });
  });

  it('pauses all schedules and says so', async () => {
    await runCommand(window, 'Waggle: Pause All Schedules');
    await until('the view says so', async () =>
      (await view(window, tasksView).locator('.message').innerText()).includes('are paused'),
    );
    await runCommand(window, 'Waggle: Resume All Schedules');
    await until('they run again', async () => {
      const { settings: kept } = await person.call('task/configure', {});
      return !kept.paused;
    });
  });

  it('has an open form back after a reload, with what was typed', async () => {
    const inTree = treeRow(window, tasksView, 'Nightly tests');
    await chooseFromContextMenu(window, inTree, 'Edit Task…');
    await waitForForm(window, "Edit 'Nightly tests'");
    await fillField(window, 'title', 'Nightly checks');
    await until('it is judged', async () =>
      (await readField(window, 'pattern')).notes.includes(daily),
    );
    await window.reload();
    await waitForForm(window, "Edit 'Nightly tests'");
    const title = formPage(window).locator('[data-field="title"] input');
    assert.equal(await title.inputValue(), 'Nightly checks');
    await pressForm(window, 'Cancel');
    await until('it is closed', async () => (await readTabs(window)).length === 0);
    await waitForRow(window, tasksView, 'Nightly tests');
  });

  it('has a step in the walkthrough, and gives the editor nothing to complain about', async () => {
    await runCommand(window, 'Welcome: Open Walkthrough...');
    await pick(window, 'Get Started with Waggle');
    const step = window.page.locator('.getting-started-step', {
      hasText: 'Hand work out while you are away',
    });
    await step.click();
    await window.screenshot('tasks-walkthrough-dark-1400');
    assert.deepEqual(
      window.errors.filter((error) => error.includes('waggle.waggle')),
      [],
    );
    assert.deepEqual(window.refused, []);
  });
});

/** Answers what a chat asks, once, as a person in its view would. */
async function allowAll(person: DaemonLink, sessionId: string): Promise<void> {
  await until('its question is there', async () => {
    const { needs } = await person.call('attention/list', {});
    const asked = needs.find((need) => need.sessionId === sessionId && need.kind === 'permission');
    const allow = asked?.actions.find(({ id }) => id.includes('allow'));
    if (asked === undefined || allow === undefined) return undefined;
    const { id, revision } = asked;
    await person.call('attention/answer', { id, action: allow.id, revision });
    return true;
  });
}
