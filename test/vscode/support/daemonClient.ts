/** A client of a product's daemon beside its windows: opens sessions with names that a test can tell apart. */
import { connectDaemon, type DaemonLink } from '../../../link/daemon/daemon.ts';
import { homePaths } from '../../../link/home/home.ts';
import type { Session } from '../../../protocol/session/session.ts';
import type { Product } from './product.ts';

/** The daemon must run. The caller disposes the link. */
export function connectProduct(product: Product): Promise<DaemonLink> {
  return connectDaemon({ paths: homePaths(product.home), kind: 'test', clientId: 'beside' });
}

/** A session in the product's folder, with the environment of its editor; a shell unless `agent` says otherwise. */
export async function openSession(
  link: DaemonLink,
  product: Product,
  { name, agent = 'shell' }: { readonly name: string; readonly agent?: string },
): Promise<Session> {
  const { PATH = '' } = process.env;
  const path = `${product.userHome}/bin:${PATH}`;
  const { session } = await link.call('session/open', {
    agent,
    name,
    cwd: product.folder,
    environment: { PATH: path, HOME: product.userHome, SHELL: '/bin/bash', TERM: 'xterm-256color' },
    size: { cols: 80, rows: 24 },
  });
  return session;
}
