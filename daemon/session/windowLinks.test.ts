import assert from 'node:assert/strict';
import { clientIdSchema, sessionIdSchema } from '../../protocol/wire/brand.ts';
import { silentLogger } from '../log/log.ts';
import { WindowLinks } from './windowLinks.ts';

const session = sessionIdSchema.parse('0197a1b2-0000-7000-8000-00000000abcd');
const [first, second, cli] = ['window-1', 'window-2', 'cli-1'].map((id) =>
  clientIdSchema.parse(id),
);

describe('the window behind the links of a session', () => {
  assert.ok(first && second && cli);
  const reported = new Map<string, Record<string, string>>();
  let pointed: string[] = [];
  let windowLinks: WindowLinks;
  beforeEach(() => {
    pointed = [];
    reported.clear();
    reported.set(first, { NAME: 'first' });
    windowLinks = new WindowLinks({
      links: {
        point(_id, environment) {
          if (environment['NAME'] === 'full') throw new Error('no room');
          pointed.push(environment['NAME'] ?? '');
          return {};
        },
      },
      windows: { findEnvironment: (id) => reported.get(id) },
      log: silentLogger,
    });
  });

  it('is the one that attached last, also when it says what it has only later', () => {
    windowLinks.follow(session, first);
    windowLinks.follow(session, second);
    assert.deepEqual(pointed, ['first']);
    reported.set(second, { NAME: 'second' });
    windowLinks.handleReport(second);
    windowLinks.handleReport(first);
    assert.deepEqual(pointed, ['first', 'second']);
  });

  it('stays while clients that are no windows come', () => {
    windowLinks.follow(session, first);
    windowLinks.follow(session, cli);
    windowLinks.handleReport(first);
    assert.deepEqual(pointed, ['first', 'first']);
  });

  it('is not pointed to when there is no room, and nothing else suffers', () => {
    reported.set(second, { NAME: 'full' });
    windowLinks.follow(session, second);
    assert.deepEqual(pointed, []);
  });
});
