/** An agent that learns: a session, and a connection that speaks with its token as its tools do. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectDaemon, type DaemonLink } from '../../../link/daemon/daemon.ts';
import { homePaths } from '../../../link/home/home.ts';
import type { MethodParams, MethodResult } from '../../../protocol/protocol.ts';
import type { SessionId } from '../../../protocol/wire/brand.ts';
import type { Product } from './product.ts';
import { until } from './until.ts';

export interface Learner {
  readonly id: SessionId;
  readonly link: DaemonLink;
  save(params: MethodParams<'memory/save'>): Promise<MethodResult<'memory/save'>['fact']>;
  /** Ends its process. The connection is closed with it. */
  end(): Promise<void>;
}

/** `person`: a connection with the owner's token. */
export async function openLearner(
  person: DaemonLink,
  product: Product,
  { name, cwd = product.folder }: { readonly name: string; readonly cwd?: string },
): Promise<Learner> {
  const file = join(product.userHome, `token-${name}`);
  const program = 'umask 077; printf %s "$WAGGLE_TOKEN" > "$1.new"; mv "$1.new" "$1"; exec cat';
  const { session } = await person.call('session/open', {
    agent: 'command',
    command: ['/bin/sh', '-c', program, 'learner', file],
    name,
    cwd,
    environment: { PATH: process.env['PATH'] ?? '', HOME: product.userHome },
    size: { cols: 80, rows: 24 },
  });
  const token = await until('the session told its token', async () =>
    existsSync(file) ? readFileSync(file, 'utf8') : undefined,
  );
  const link = await connectDaemon({
    paths: homePaths(product.home),
    kind: 'test',
    clientId: `learner-${name}`,
    token,
  });
  return {
    id: session.id,
    link,
    save: async (params) => (await link.call('memory/save', params)).fact,
    async end() {
      link.dispose();
      await person.call('session/kill', { sessionId: session.id });
    },
  };
}
