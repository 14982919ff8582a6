/**
 * Files that sessions changed: against how they were when the session began, and back to how they were before a turn. The
 * states are kept beside the repository, never in it: no commit, no index, no reference is touched.
 */
import { z } from 'zod';
import { instantSchema, sessionIdSchema } from '../wire/brand.ts';
import { defineNoun } from '../wire/define.ts';

/** Relative to the root, with `/`. */
export const filePathSchema = z.string().min(1).max(4096);

/** `start`: when the session began. `now`: as it stands on the disk. Else before or after a turn. */
export const fileMomentSchema = z.union([
  z.enum(['start', 'now']),
  z.strictObject({ turn: z.int().min(1), side: z.enum(['before', 'after']) }),
]);
export type FileMoment = z.infer<typeof fileMomentSchema>;

export const changedFileSchema = z.object({
  path: filePathSchema,
  change: z.enum(['added', 'changed', 'removed']),
  /** Lines; null for a file that is no text, or too long to count. */
  added: z.int().min(0).nullable(),
  removed: z.int().min(0).nullable(),
});
export type ChangedFile = z.infer<typeof changedFileSchema>;

export const fileTurnSchema = z.object({
  turn: z.int().min(1),
  startedAt: instantSchema,
  /** Null while it runs. */
  endedAt: instantSchema.nullable(),
  /** Files that are not as they were before it. */
  files: z.int().min(0),
});
export type FileTurn = z.infer<typeof fileTurnSchema>;

/** Why a file is not simply put back. `changedSince`: somebody changed it after the turns of the session. */
export const restoreConflictSchema = z.object({
  path: filePathSchema,
  reason: z.enum(['changedSince', 'changedBetween', 'lost', 'inTheWay']),
});
export type RestoreConflict = z.infer<typeof restoreConflictSchema>;

/** What a restore would do: nothing was done. */
export const restorePlanSchema = z.object({
  /** Names what was seen: a restore carries it and is refused when the files changed meanwhile. */
  planId: z.string().regex(/^[0-9a-f]{64}$/),
  turn: z.int().min(1),
  root: z.string(),
  /** Files that go back to how they were. */
  files: z.array(changedFileSchema),
  /** Left as they are unless they are named. */
  conflicts: z.array(restoreConflictSchema),
});
export type RestorePlan = z.infer<typeof restorePlanSchema>;

export const restoreIdSchema = z.uuid();

export const restoredSchema = z.object({
  restoreId: restoreIdSchema,
  turn: z.int().min(1),
  at: instantSchema,
  root: z.string(),
  files: z.array(filePathSchema),
  isUndone: z.boolean(),
});
export type Restored = z.infer<typeof restoredSchema>;

const turnOf = { sessionId: sessionIdSchema, turn: z.int().min(1) };

export const file = defineNoun({
  methods: {
    'file/listChanged': {
      right: 'person',
      introducedIn: 2,
      summary: 'Files that are not as they were when the session began, or between two moments.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        from: fileMomentSchema.default('start'),
        to: fileMomentSchema.default('now'),
      }),
      result: z.object({
        /** The worktree; absolute. */
        root: z.string(),
        files: z.array(changedFileSchema),
        /** More than are listed. */
        isPartial: z.boolean(),
      }),
    },
    'file/read': {
      right: 'person',
      introducedIn: 2,
      summary: 'A file as it was at a moment, base64; null when it was not there.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        path: filePathSchema,
        at: fileMomentSchema,
      }),
      result: z.object({ data: z.string().nullable() }),
    },
    'file/listTurns': {
      right: 'person',
      introducedIn: 2,
      summary: 'Turns of a session whose files can be restored, the latest first.',
      params: z.strictObject({
        sessionId: sessionIdSchema,
        limit: z.int().min(1).max(1000).default(100),
      }),
      result: z.object({
        turns: z.array(fileTurnSchema),
        /** Why nothing is kept of this session's files; null when it is. */
        unkept: z.string().nullable(),
        restores: z.array(restoredSchema),
      }),
    },
    'file/planRestore': {
      right: 'person',
      introducedIn: 2,
      summary: 'What restoring the files to before a turn would do; does nothing.',
      params: z.strictObject(turnOf),
      result: z.object({ plan: restorePlanSchema }),
    },
    'file/restore': {
      right: 'person',
      introducedIn: 2,
      summary:
        'Puts the files that the turn and later ones changed back; those somebody else changed only when they are named.',
      params: z.strictObject({
        ...turnOf,
        planId: restorePlanSchema.shape.planId,
        /** Of the conflicts: put back all the same. */
        overwrite: z.array(filePathSchema).max(10_000).default([]),
      }),
      result: z.object({ restored: restoredSchema }),
    },
    'file/undoRestore': {
      right: 'person',
      introducedIn: 2,
      summary: 'Puts the files back to how they were before a restore, but those changed since.',
      params: z.strictObject({ sessionId: sessionIdSchema, restoreId: restoreIdSchema }),
      result: z.object({
        restored: restoredSchema,
        /** Changed since the restore, and left. */
        left: z.array(filePathSchema),
      }),
    },
  },
  events: {},
});
