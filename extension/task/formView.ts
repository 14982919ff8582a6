/** The form of a task: its sections, fields and buttons in a person's words. Knows no editor. */
import type { Agent } from '../../protocol/agent/agent.ts';
import type { FormField, FormSection, FormView } from '../../protocol/form/form.ts';
import type { Role } from '../../protocol/role/role.ts';
import { promptMaxChars } from '../../protocol/task/work.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Translate } from '../translate.ts';
import { explainAway, nameAway } from './taskText.ts';

export interface FormContext {
  readonly t: Translate;
  /** Empty for a new one. */
  readonly title: string;
  readonly isNew: boolean;
  readonly agents: readonly Pick<Agent, 'id' | 'label'>[];
  readonly zones: readonly string[];
  /** Those that a person made. */
  readonly roles: readonly Pick<Role, 'id' | 'name'>[];
}

const prompt = [{ field: 'kind', is: ['prompt'] }];
const command = [{ field: 'kind', is: ['command'] }];
const work = [{ field: 'kind', is: ['prompt', 'command'] }];
const planned = [{ field: 'when', is: ['once', 'every', 'cron'] }];
const repeated = [{ field: 'when', is: ['every', 'cron'] }];

export function describeForm(context: FormContext): FormView {
  const { t, isNew, title } = context;
  return {
    title: isNew ? t('New Agent Task') : t("Edit '{0}'", title),
    sections: [
      describeWhat(context),
      describeWhen(context),
      describePolicies(context),
      describeAbsence(context),
      describeLimits(context),
      describeRest(context),
    ],
    buttons: [
      { id: 'save', label: isNew ? t('Create Task') : t('Save'), isPrimary: true },
      { id: 'runOnce', label: isNew ? t('Run Once Now') : t('Save and Run Now'), isPrimary: false },
      { id: 'cancel', label: t('Cancel'), isPrimary: false },
    ],
  };
}

function describeWhat({ t, agents }: FormContext): FormSection {
  return {
    id: 'what',
    title: t('What'),
    fields: [
      { id: 'title', kind: 'line', label: t('Title') },
      {
        id: 'kind',
        kind: 'choice',
        label: t('It is'),
        options: [
          { value: 'prompt', label: t('A prompt for an agent') },
          { value: 'command', label: t('A command') },
          { value: 'none', label: t('A heading for other tasks') },
        ],
      },
      {
        id: 'prompt',
        kind: 'text',
        label: t('Prompt'),
        hint: t('At most {0} characters.', promptMaxChars.toLocaleString()),
        when: prompt,
      },
      {
        id: 'command',
        kind: 'line',
        label: t('Command'),
        code: true,
        placeholder: 'npm test',
        hint: t('A program and its arguments. No shell reads them.'),
        when: command,
      },
      { id: 'cwd', kind: 'line', label: t('Folder'), code: true },
      {
        id: 'agent',
        kind: 'select',
        label: t('Agent'),
        options: agents.map(({ id, label }) => ({ value: id, label: toPlainLine(label, 80) })),
        when: prompt,
      },
      {
        id: 'model',
        kind: 'line',
        label: t('Model'),
        placeholder: t('as the agent is set up'),
        when: prompt,
      },
    ],
  };
}

function describeWhen({ t, zones }: FormContext): FormSection {
  return {
    id: 'time',
    title: t('When'),
    when: work,
    fields: [
      {
        id: 'when',
        kind: 'choice',
        label: t('It runs'),
        options: [
          { value: 'none', label: t('When you say so') },
          { value: 'once', label: t('Once') },
          { value: 'every', label: t('Every so often') },
          { value: 'cron', label: t('By a cron line') },
        ],
      },
      {
        id: 'at',
        kind: 'line',
        label: t('At'),
        placeholder: t('tomorrow 9:00, in 20 min, 2026-12-24 18:00'),
        when: [{ field: 'when', is: ['once'] }],
      },
      {
        id: 'every',
        kind: 'line',
        label: t('Every'),
        placeholder: t('hour, 15 min, 2 days'),
        hint: t('Counted in elapsed time: it does not move with daylight saving.'),
        when: [{ field: 'when', is: ['every'] }],
      },
      {
        id: 'pattern',
        kind: 'line',
        label: t('Cron line'),
        code: true,
        placeholder: '0 9 * * 1-5',
        hint: t('Minute, hour, day, month, weekday; six fields begin with seconds.'),
        when: [{ field: 'when', is: ['cron'] }],
      },
      {
        id: 'zone',
        kind: 'line',
        label: t('Time zone'),
        suggestions: [...zones],
        when: [{ field: 'when', is: ['cron'] }],
      },
    ],
  };
}

/** What becomes of times that cannot be kept. */
function describePolicies({ t }: FormContext): FormSection {
  const number = (id: string, label: string, unit: string): FormField => ({
    id,
    kind: 'number',
    label,
    unit,
  });
  const all = [...planned, { field: 'missed', is: ['all'] }];
  return {
    id: 'policies',
    title: t('When a Time Cannot Be Kept'),
    folded: true,
    when: [...work, ...planned],
    fields: [
      {
        id: 'missed',
        kind: 'select',
        label: t('If Waggle does not run at that time'),
        options: [
          { value: 'once', label: t('Run once when it is back') },
          { value: 'skip', label: t('Leave it out') },
          { value: 'all', label: t('Make up for each') },
        ],
      },
      { ...number('missedMax', t('At most'), t('missed times')), when: all },
      { ...number('missedHours', t('Of the last'), t('hours')), when: all },
      {
        id: 'overlap',
        kind: 'select',
        label: t('If the last run still goes on'),
        options: [
          { value: 'skip', label: t('Leave this time out') },
          { value: 'queue', label: t('Wait for it') },
          { value: 'parallel', label: t('Run beside it') },
          { value: 'replace', label: t('Cancel it and run') },
        ],
        when: repeated,
      },
      {
        ...number('overlapMax', t('At most'), t('runs at the same time')),
        when: [...repeated, { field: 'overlap', is: ['parallel'] }],
      },
      {
        id: 'unknown',
        kind: 'select',
        label: t('If nobody knows whether it ran'),
        options: [
          { value: 'fail', label: t('Show it so, and go on') },
          { value: 'retry', label: t('Run it once more') },
        ],
      },
      {
        ...number('jitter', t('Start up to this much later'), t('s')),
        hint: t('So that not everything starts at the same moment.'),
        when: repeated,
      },
    ],
  };
}

function describeAbsence({ t }: FormContext): FormSection {
  return {
    id: 'absence',
    title: t('You May Be Away'),
    when: work,
    fields: [
      {
        id: 'away',
        kind: 'choice',
        label: t('It may'),
        options: (['readOnly', 'editInWorktree', 'ask'] as const).map((value) => ({
          value,
          label: nameAway(value, t),
          hint: explainAway(value, t),
        })),
        when: prompt,
      },
      {
        id: 'worktree',
        kind: 'check',
        label: t('In a worktree of its own'),
        when: [{ field: 'kind', is: ['command'] }],
      },
      {
        id: 'review',
        kind: 'check',
        label: t('You approve what it did before it is done'),
      },
      {
        id: 'continueAfterLimit',
        kind: 'check',
        label: t('Go on when the limit of the agent’s plan is reset'),
        when: prompt,
      },
    ],
  };
}

function describeLimits({ t }: FormContext): FormSection {
  const number = (id: string, label: string, unit: string): FormField => ({
    id,
    kind: 'number',
    label,
    unit,
  });
  return {
    id: 'limits',
    title: t('Limits'),
    folded: true,
    when: work,
    fields: [
      number('timeout', t('Time-out'), t('min')),
      number('retries', t('Retries after a failure'), t('times')),
      number('budgetMinutes', t('Budget: time'), t('min')),
      { ...number('budgetTokens', t('Budget: tokens'), t('tokens')), when: prompt },
      { ...number('budgetDollars', t('Budget: money'), t('US dollars')), when: prompt },
      {
        id: 'check',
        kind: 'line',
        label: t('Repeat until this command passes'),
        code: true,
        placeholder: 'npm test',
        hint: t('What it writes goes back to the agent.'),
        when: prompt,
      },
      { ...number('checkMax', t('At most'), t('rounds')), when: prompt },
    ],
  };
}

function describeRole({ t, roles }: FormContext): FormField[] {
  if (roles.length === 0) return [];
  const made = roles.map(({ id, name }) => ({ value: id, label: toPlainLine(name, 80) }));
  const options = [{ value: '', label: t('as usual in this folder') }, ...made];
  return [{ id: 'assignee', kind: 'select', label: t('Role'), options, when: prompt }];
}

function describeRest(context: FormContext): FormSection {
  const { t } = context;
  return {
    id: 'rest',
    title: t('More'),
    folded: true,
    fields: [
      {
        id: 'priority',
        kind: 'select',
        label: t('Priority'),
        options: [
          { value: 'low', label: t('low') },
          { value: 'medium', label: t('medium') },
          { value: 'high', label: t('high') },
          { value: 'critical', label: t('critical') },
        ],
      },
      ...describeRole(context),
      { id: 'labels', kind: 'line', label: t('Labels'), hint: t('With commas between them.') },
      { id: 'description', kind: 'text', label: t('Description') },
      {
        id: 'environment',
        kind: 'text',
        label: t('Environment'),
        code: true,
        placeholder: 'NAME=value',
        hint: t('One variable a line. Values are kept in the database as they are.'),
        when: work,
      },
    ],
  };
}
