/**
 * A form in a page of the editor: what its host shows and what the page reports. The host knows what it is about and
 * validates what arrives; the page only draws fields and shows every text as text.
 */
import { z } from 'zod';

const idSchema = z.string().regex(/^[a-z][A-Za-z]{0,31}$/);
const textSchema = z.string().max(1_100_000);

/** Shown while the field `field` has one of these values. */
const conditionSchema = z.object({ field: idSchema, is: z.array(z.string().max(64)) });

const optionSchema = z.object({
  value: z.string().max(512),
  label: z.string().max(200),
  /** What it means, below or beside its label. */
  hint: z.string().max(400).optional(),
});

const fieldSchema = z.object({
  id: idSchema,
  /** `choice`: one of several, all seen at once. `check`: its value is `true` or empty. */
  kind: z.enum(['line', 'text', 'number', 'select', 'choice', 'check']),
  label: z.string().max(200),
  hint: z.string().max(400).optional(),
  placeholder: z.string().max(200).optional(),
  options: z.array(optionSchema).max(200).optional(),
  /** What may be typed and is offered as well. */
  suggestions: z.array(z.string().max(200)).max(600).optional(),
  /** What a number counts, behind its field. */
  unit: z.string().max(40).optional(),
  /** Set in the editor's own font for code. */
  code: z.boolean().optional(),
  when: z.array(conditionSchema).optional(),
});
export type FormField = z.infer<typeof fieldSchema>;

const sectionSchema = z.object({
  id: idSchema,
  title: z.string().max(200),
  /** Closed until a person opens it, or something in it is wrong. */
  folded: z.boolean().optional(),
  fields: z.array(fieldSchema),
  when: z.array(conditionSchema).optional(),
});
export type FormSection = z.infer<typeof sectionSchema>;

const buttonSchema = z.object({
  id: idSchema,
  label: z.string().max(80),
  isPrimary: z.boolean(),
});

const viewSchema = z.object({
  title: z.string().max(300),
  sections: z.array(sectionSchema),
  buttons: z.array(buttonSchema),
});
export type FormView = z.infer<typeof viewSchema>;

const valuesSchema = z.record(idSchema, textSchema);
/** By field id. Numbers are as they were typed, an empty text is no value. */
export type FormValues = z.infer<typeof valuesSchema>;

const judgementSchema = z.object({
  /** By field id: what is wrong with it and what to do. */
  errors: z.record(idSchema, z.string().max(600)),
  /** By field id: what its value means, one line each. */
  notes: z.record(idSchema, z.array(z.string().max(300)).max(12)),
});
export type FormJudgement = z.infer<typeof judgementSchema>;

/** What a page keeps over a change of the tab and a reload of the window. */
export const formStateSchema = z.object({ subject: z.string().max(400), values: valuesSchema });
export type FormState = z.infer<typeof formStateSchema>;

/** From the host. `values` of `show` are ignored by a page that came back with its own. `subject`: opaque to the page. */
export const hostMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('show'),
    view: viewSchema,
    values: valuesSchema,
    subject: formStateSchema.shape.subject,
  }),
  z.object({ type: z.literal('judge'), judgement: judgementSchema }),
  /** Something is under way, or was refused: no button can be pressed meanwhile, or the words say why. */
  z.object({ type: z.literal('state'), isBusy: z.boolean(), problem: z.string().max(1000) }),
]);
export type HostMessage = z.infer<typeof hostMessageSchema>;

/** From the page. */
export const pageMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('changed'), values: valuesSchema }),
  z.strictObject({ type: z.literal('pressed'), button: idSchema, values: valuesSchema }),
]);
export type PageMessage = z.infer<typeof pageMessageSchema>;
