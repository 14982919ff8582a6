/** Sessions that write, with a client that reads them in a process of its own: what an echo is measured beside. */
import type { PtyAnchor } from './anchor/anchor.ts';
import type { HostRig } from './hostRig.ts';
import { startClient } from './relayClient.ts';

export interface Load {
  readonly sessions: number;
  /** Of each; 0: as much as it can. */
  readonly bytesPerSecond: number;
  /** Whether a client reads each of them. */
  readonly attached: boolean;
}

/** Runs `work` while the load runs. */
export async function withLoad<T>(
  { rig, anchor, load }: { readonly rig: HostRig; readonly anchor: PtyAnchor; readonly load: Load },
  work: () => Promise<T>,
): Promise<T> {
  if (load.sessions === 0) return work();
  const argv = anchor.pour(load.bytesPerSecond);
  const sessions = await Promise.all(
    Array.from({ length: load.sessions }, () => rig.spawn(argv, 1 << 20)),
  );
  const read = load.attached ? sessions : [];
  const routes = await Promise.all(read.map((session) => rig.route(session)));
  const client = startClient('fanClient.ts', [JSON.stringify({ routes, gate: false })]);
  try {
    await client.line();
    return await work();
  } finally {
    client.kill('SIGKILL');
    for (const session of sessions) await rig.collect(session);
  }
}
