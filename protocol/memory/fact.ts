/** Facts: single things that are remembered and come back when they are asked for. */
import { z } from 'zod';
import {
  factIdSchema,
  instantSchema,
  roleIdSchema,
  sessionIdSchema,
  workspaceIdSchema,
} from '../wire/brand.ts';
import { sourceSchema } from './source.ts';

export const factTypes = ['belief', 'pattern', 'gotcha', 'preference', 'decision'] as const;
export type FactType = (typeof factTypes)[number];

/** From narrow to wide: one role, one repository with its worktrees and clones, one person, everybody. */
export const factScopes = ['agent', 'repository', 'person', 'everywhere'] as const;
export type FactScope = (typeof factScopes)[number];

/** Characters (UTF-16 units). More is a document, and belongs into the repository or into a note. */
export const factMaxChars = 2000;
/** What nobody looked at and nobody used for so long is forgotten. */
export const factExpiryDays = 30;

/** Why a fact waits for a person before any agent gets it. */
export const quarantineReasons = [
  'instructions',
  'outsideSource',
  'contradiction',
  'widerScope',
] as const;
export type QuarantineReason = (typeof quarantineReasons)[number];

export const factSchema = z.object({
  id: factIdSchema,
  type: z.enum(factTypes),
  text: z.string(),
  scope: z.enum(factScopes),
  /** Of scope `repository`: whose; of the others where it was learned, null when in none. */
  workspaceId: workspaceIdSchema.nullable(),
  /** Real path: it holds in this worktree only, until it is promoted or dropped. */
  worktree: z.string().nullable(),
  /** Of scope `agent`: whose; of the others who learned it, null for a person. */
  roleId: roleIdSchema.nullable(),
  source: sourceSchema,
  state: z.enum(['accepted', 'quarantined']),
  reasons: z.array(z.enum(quarantineReasons)),
  /** What in the text looks like instructions; plain, cut. */
  suspicious: z.array(z.string()),
  /** Facts that say something else about the same. */
  contradicts: z.array(factIdSchema),
  validFrom: instantSchema,
  /** The newer fact that holds instead; then it is kept as history and not recalled. */
  supersededBy: factIdSchema.nullable(),
  supersededAt: instantSchema.nullable(),
  /** Times that it was given to an agent. */
  uses: z.int().min(0),
  lastUsedAt: instantSchema.nullable(),
  pinned: z.boolean(),
  /** When a person accepted, edited or pinned it; null: nobody looked at it. */
  reviewedAt: instantSchema.nullable(),
  /** When it is forgotten unless somebody looks at it or uses it; null: never. */
  expiresAt: instantSchema.nullable(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  revision: z.int().min(0),
});
export type Fact = z.infer<typeof factSchema>;

/** How a hit was found: by words, by a part of a name or of CJK text, by meaning. */
export const hitWays = ['words', 'parts', 'meaning'] as const;

export const factHitSchema = z.object({
  fact: factSchema,
  /** Higher is better; comparable within one answer only. */
  score: z.number(),
  ways: z.array(z.enum(hitWays)),
});
export type FactHit = z.infer<typeof factHitSchema>;

/** Counts for a tree; of what still holds. */
export const factCountsSchema = z.object({
  scope: z.enum(factScopes),
  workspaceId: workspaceIdSchema.nullable(),
  roleId: roleIdSchema.nullable(),
  worktree: z.string().nullable(),
  accepted: z.int().min(0),
  quarantined: z.int().min(0),
  /** Accepted, but no person has looked at them. */
  unreviewed: z.int().min(0),
});
export type FactCounts = z.infer<typeof factCountsSchema>;

/** What a session learned; `toReview`: what no person has looked at, of them `quarantined`. */
export const learnedSchema = z.object({
  sessionId: sessionIdSchema,
  /** One plain line. */
  sessionName: z.string(),
  factIds: z.array(factIdSchema),
  toReview: z.int().min(0),
  quarantined: z.int().min(0),
});
export type Learned = z.infer<typeof learnedSchema>;
