/** Windows of editors: where a person sits. Kept in the daemon's memory only, for the window's life. */
import { z } from 'zod';
import { clientIdSchema } from '../wire/brand.ts';
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
  },
  events: {
    'window/environmentReported': {
      introducedIn: 1,
      summary: 'The environment of a window has arrived.',
      params: z.object({ windowId: clientIdSchema }),
    },
  },
});
