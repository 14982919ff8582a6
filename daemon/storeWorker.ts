/** The program of the store's thread: every noun's store, in the order of their migrations. */
import { flushCompileCache } from 'node:module';
import { agentStore } from './agent/agent.store.ts';
import { attentionStore } from './attention/attention.store.ts';
import { chatStore } from './chat/chat.store.ts';
import { ruleStore } from './chat/rule.store.ts';
import { fileStore } from './file/file.store.ts';
import { collectWhenQuiet } from './heap.ts';
import { hostStore } from './host/host.store.ts';
import { keepingStore } from './session/keeping.store.ts';
import { mcpStore } from './mcp/mcp.store.ts';
import { memoryStore } from './memory/memory.store.ts';
import { recallStore } from './recall/recall.store.ts';
import { roleStore } from './role/role.store.ts';
import { searchStore } from './search/search.store.ts';
import { sessionStore } from './session/session.store.ts';
import { serveStores } from './store/store.ts';
import { taskStore } from './task/task.store.ts';
import { tokenStore } from './token/token.store.ts';
import { usageStore } from './usage/usage.store.ts';
import { workspaceStore } from './workspace/workspace.store.ts';

/** Compiled code is kept early: a daemon that is killed would never write it. */
const keepCompiledAfterMs = 1000;

setTimeout(() => flushCompileCache(), keepCompiledAfterMs).unref();
collectWhenQuiet();
void serveStores([
  tokenStore,
  hostStore,
  roleStore,
  workspaceStore,
  sessionStore,
  keepingStore,
  attentionStore,
  mcpStore,
  memoryStore,
  recallStore,
  chatStore,
  ruleStore,
  taskStore,
  agentStore,
  usageStore,
  fileStore,
  searchStore,
]);
