/** One field of a form: its label, its control, what it means and what is wrong with it, tied together for screen readers. */
import type { FormField, FormValues } from '../../protocol/form/form.ts';

export interface DrawnField {
  readonly view: FormField;
  readonly element: HTMLElement;
  /** What takes the focus. */
  readonly control: HTMLElement | undefined;
  judge(error: string, notes: readonly string[]): void;
  isWrong(): boolean;
}

export interface FieldOptions {
  readonly value: string;
  readonly onInput: (value: string) => void;
}

/** All conditions hold. */
export function meets(when: FormField['when'], values: FormValues): boolean {
  return (when ?? []).every(({ field, is }) => is.includes(values[field] ?? ''));
}

export function drawField(view: FormField, options: FieldOptions): DrawnField {
  const isGroup = view.kind === 'choice';
  const element = document.createElement(isGroup ? 'fieldset' : 'div');
  element.className = `field ${view.kind}`;
  element.dataset['field'] = view.id;
  const label = document.createElement(isGroup ? 'legend' : 'label');
  label.textContent = view.label;
  const error = paragraph('error', `${view.id}-error`);
  error.setAttribute('role', 'alert');
  const notes = document.createElement('ul');
  notes.className = 'notes';
  notes.id = `${view.id}-notes`;
  const hint = paragraph('hint', `${view.id}-hint`);
  hint.textContent = view.hint ?? '';
  const { body, control } = drawControl(view, options);
  if (label instanceof HTMLLabelElement) label.htmlFor = view.id;
  const described = [error, notes, hint].map(({ id }) => id).join(' ');
  control?.setAttribute('aria-describedby', described);
  element.append(...(view.kind === 'check' ? [body, label] : [label, body]), error, notes, hint);
  return {
    view,
    element,
    control,
    judge(text, lines) {
      error.textContent = text;
      element.classList.toggle('wrong', text !== '');
      control?.setAttribute('aria-invalid', String(text !== ''));
      notes.replaceChildren(...lines.map(toLine));
    },
    isWrong: () => element.classList.contains('wrong'),
  };
}

interface DrawnControl {
  readonly body: HTMLElement;
  readonly control: HTMLElement | undefined;
}

function drawControl(view: FormField, options: FieldOptions): DrawnControl {
  switch (view.kind) {
    case 'select':
      return drawSelect(view, options);
    case 'choice':
      return drawChoice(view, options);
    case 'check':
      return drawCheck(view, options);
    case 'text':
      return drawText(view, options);
    case 'line':
    case 'number':
      return drawLine(view, options);
  }
}

function drawLine(view: FormField, { value, onInput }: FieldOptions): DrawnControl {
  const body = document.createElement('div');
  body.className = 'control';
  const control = document.createElement('input');
  control.id = view.id;
  control.type = 'text';
  control.value = value;
  control.placeholder = view.placeholder ?? '';
  control.spellcheck = view.code !== true;
  if (view.code === true) control.classList.add('code');
  if (view.kind === 'number') control.inputMode = 'decimal';
  control.addEventListener('input', () => onInput(control.value));
  body.append(control);
  if (view.suggestions !== undefined) {
    const list = document.createElement('datalist');
    list.id = `${view.id}-suggestions`;
    list.append(...view.suggestions.map((text) => new Option(text)));
    control.setAttribute('list', list.id);
    body.append(list);
  }
  if (view.unit !== undefined) {
    const unit = document.createElement('span');
    unit.className = 'unit';
    unit.textContent = view.unit;
    body.append(unit);
  }
  return { body, control };
}

function drawText(view: FormField, { value, onInput }: FieldOptions): DrawnControl {
  const control = document.createElement('textarea');
  control.id = view.id;
  control.value = value;
  control.placeholder = view.placeholder ?? '';
  control.rows = Math.min(12, Math.max(3, value.split('\n').length + 1));
  if (view.code === true) control.classList.add('code');
  control.addEventListener('input', () => onInput(control.value));
  return { body: control, control };
}

function drawSelect(view: FormField, { value, onInput }: FieldOptions): DrawnControl {
  const control = document.createElement('select');
  control.id = view.id;
  for (const option of view.options ?? [])
    control.append(new Option(option.label, option.value, false, option.value === value));
  control.addEventListener('change', () => onInput(control.value));
  const hint = paragraph('hint', `${view.id}-meaning`);
  const tell = (): void => {
    hint.textContent = view.options?.find((one) => one.value === control.value)?.hint ?? '';
  };
  control.addEventListener('change', tell);
  tell();
  const body = document.createElement('div');
  body.append(control, hint);
  return { body, control };
}

function drawChoice(view: FormField, { value, onInput }: FieldOptions): DrawnControl {
  const body = document.createElement('div');
  body.className = 'choices';
  let first: HTMLElement | undefined;
  for (const option of view.options ?? []) {
    const row = document.createElement('label');
    const control = document.createElement('input');
    control.type = 'radio';
    control.name = view.id;
    control.value = option.value;
    control.checked = option.value === value;
    control.addEventListener('change', () => onInput(option.value));
    const label = document.createElement('span');
    label.textContent = option.label;
    const hint = document.createElement('span');
    hint.className = 'hint';
    hint.textContent = option.hint ?? '';
    row.append(control, label, hint);
    body.append(row);
    if (control.checked || first === undefined) first = control;
  }
  return { body, control: first };
}

function drawCheck(view: FormField, { value, onInput }: FieldOptions): DrawnControl {
  const control = document.createElement('input');
  control.type = 'checkbox';
  control.id = view.id;
  control.checked = value === 'true';
  control.addEventListener('change', () => onInput(control.checked ? 'true' : ''));
  return { body: control, control };
}

function paragraph(className: string, id: string): HTMLParagraphElement {
  const made = document.createElement('p');
  made.className = className;
  made.id = id;
  return made;
}

function toLine(text: string): HTMLLIElement {
  const line = document.createElement('li');
  line.textContent = text;
  return line;
}
