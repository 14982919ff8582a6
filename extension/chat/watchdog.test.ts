import assert from 'node:assert/strict';
import { Watchdog } from './watchdog.ts';

describe('the watchdog of a page', () => {
  let due: (() => void) | undefined;
  let log: string[];
  let watchdog: Watchdog;

  beforeEach(() => {
    log = [];
    due = undefined;
    watchdog = new Watchdog({
      ping: () => log.push('ping'),
      reload: () => log.push('reload'),
      giveUp: () => log.push('gave up'),
      schedule: (run) => {
        due = run;
        return { dispose: () => (due = undefined) };
      },
    });
  });

  const pass = (): void => {
    const run = due;
    due = undefined;
    run?.();
  };

  it('loads a page again that does not come, three times, and then says so', () => {
    watchdog.loading();
    for (let count = 0; count < 4; count += 1) pass();
    assert.deepEqual(log, ['reload', 'reload', 'reload', 'gave up']);
  });

  it('asks a page that lives whether it does, and loads it again when it is silent', () => {
    watchdog.alive();
    pass();
    watchdog.alive();
    pass();
    pass();
    assert.deepEqual(log, ['ping', 'ping', 'reload']);
  });

  it('counts anew after a page that came', () => {
    watchdog.loading();
    for (let count = 0; count < 3; count += 1) pass();
    watchdog.alive();
    watchdog.loading();
    pass();
    assert.equal(log.at(-1), 'reload');
  });

  it('leaves a page alone that nobody sees', () => {
    watchdog.alive();
    watchdog.hidden();
    assert.equal(due, undefined);
  });
});
