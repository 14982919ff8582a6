/** Windows of editors: where a person sits. Kept in the daemon's memory only, for the window's life. */
import { z } from 'zod';
import { clientIdSchema, sessionIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';

export const window = defineNoun({
  methods: {
    'window/reportEnvironment': {
      right: 'person',
      introducedIn: 1,
      summary:
        'The environment that the window’s own terminals have; base of the sessions it opens.',
      params: z.strictObject({
        windowId: clientIdSchema,
        environment: z.record(z.string().min(1).max(256), z.string().max(131_072)),
      }),
      result: z.object({}),
    },
    'window/present': {
      right: 'person',
      introducedIn: 2,
      summary:
        'What a window shows and whether the person looks at it; told at each change, forgotten when its connection closes.',
      params: z.strictObject({
        windowId: clientIdSchema,
        /** It has the focus of the person's machine. */
        focused: z.boolean(),
        /** Sessions whose terminal or chat can be seen in it now. */
        visible: z.array(sessionIdSchema).max(512),
        /** Sessions that have a tab in it. */
        open: z.array(sessionIdSchema).max(512),
        /** Absolute paths of its folders. */
        folders: z.array(z.string().min(1).max(4096)).max(256),
        /** A link that the person's machine brings to this window; `notice=<id>` is added to its query. */
        callback: z.string().max(4096).nullable(),
        /** Its extension runs on another machine than the one the person sits at. */
        remote: z.boolean(),
        /** It can raise notices of the system where the person sits, although it is remote. */
        raises: z.boolean(),
      }),
      result: z.object({}),
    },
  },
  events: {
    'window/environmentReported': {
      introducedIn: 1,
      summary: 'The environment of a window has arrived.',
      params: z.object({ windowId: clientIdSchema }),
    },
  },
});
