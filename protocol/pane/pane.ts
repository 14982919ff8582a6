/** Panes of tmux: shown and typed into from here while their process stays there. All their texts are data of others. */
import { z } from 'zod';
import { sessionSchema } from '../session/session.ts';
import { clientIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';
import { terminalSizeSchema } from '../wire/mark.ts';

/** The asker's whole environment, or the values on top of what `windowId` reported: tmux is looked for in it. */
const asker = {
  environment: z.record(z.string().min(1).max(256), z.string().max(131_072)).default({}),
  windowId: clientIdSchema.optional(),
};

export const paneSchema = z.object({
  /** `%3`: unique for the life of its server. */
  id: z.string(),
  /** Socket of its server, absolute. */
  socket: z.string(),
  /** `main:0.1`. */
  place: z.string(),
  /** Program in the foreground, title and directory, each one plain line. */
  command: z.string(),
  title: z.string(),
  directory: z.string(),
  pid: z.int(),
  size: terminalSizeSchema,
});
export type Pane = z.infer<typeof paneSchema>;

export const pane = defineNoun({
  methods: {
    'pane/list': {
      right: 'person',
      introducedIn: 2,
      summary: 'Lists the panes of the tmux server that the asker would reach.',
      params: z.strictObject({ ...asker }),
      result: z.object({
        panes: z.array(paneSchema),
        /** Version of tmux; null when it is not installed. */
        tmux: z.string().nullable(),
      }),
    },
    'pane/mirror': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Opens a session that shows a pane and types into it; its process and its size stay with tmux.',
      params: z.strictObject({
        ...asker,
        /** Its id, or its place. */
        pane: z.string().min(1).max(256),
        /** Gives the pane the size of this terminal, which every client of its server then sees. */
        resize: z.boolean().default(false),
        size: terminalSizeSchema,
      }),
      result: z.object({ session: sessionSchema }),
    },
  },
  events: {},
});
