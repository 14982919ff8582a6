/** The program of the store's thread: every noun's store, in the order of their migrations. */
import { hostStore } from './host/host.store.ts';
import { roleStore } from './role/role.store.ts';
import { sessionStore } from './session/session.store.ts';
import { serveStores } from './store/store.ts';
import { tokenStore } from './token/token.store.ts';
import { workspaceStore } from './workspace/workspace.store.ts';

void serveStores([tokenStore, hostStore, roleStore, workspaceStore, sessionStore]);
