/**
 * The page of a form: draws the fields that its host names, reports what is typed, shows what the host says about it.
 * Knows no noun and decides nothing; every text is set as text.
 */
import './form.css';
import type {
  FormJudgement,
  FormState,
  FormValues,
  FormView,
  HostMessage,
  PageMessage,
} from '../../protocol/form/form.ts';
import type { DrawnField } from './field.ts';
import { drawField, meets } from './field.ts';

interface EditorApi {
  postMessage(message: PageMessage): void;
  getState(): FormState | undefined;
  setState(state: FormState): void;
}
declare function acquireVsCodeApi(): EditorApi;

const api = acquireVsCodeApi();
const main = document.querySelector('main') ?? document.body;
const fields = new Map<string, DrawnField>();
const sections: { readonly element: HTMLElement; readonly view: FormView['sections'][number] }[] =
  [];
let values: FormValues = {};
let subject = '';

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

type Shown = Extract<HostMessage, { type: 'show' }>;

function show({ view, values: given, subject: about }: Shown): void {
  // A page that was hidden meanwhile has what was typed.
  values = api.getState()?.values ?? given;
  subject = about;
  api.setState({ subject, values });
  fields.clear();
  sections.length = 0;
  const form = element('form', 'form');
  form.append(element('h1', 'title', view.title));
  for (const section of view.sections) form.append(drawSection(section));
  const problem = element('p', 'problem');
  problem.setAttribute('role', 'alert');
  form.append(problem, drawButtons(view));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const primary = view.buttons.find(({ isPrimary }) => isPrimary);
    if (primary !== undefined) press(primary.id);
  });
  form.addEventListener('keydown', (event) => {
    const isSend = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    // While letters are composed Enter takes them over.
    if (isSend && !event.isComposing) form.requestSubmit();
  });
  main.replaceChildren(form);
  reveal();
  const first = [...fields.values()].find(({ control }) => control !== undefined);
  first?.control?.focus();
  api.postMessage({ type: 'changed', values });
}

function drawSection(section: FormView['sections'][number]): HTMLElement {
  const drawn = element('details', 'section');
  drawn.open = section.folded !== true;
  drawn.append(element('summary', 'section-title', section.title));
  for (const view of section.fields) {
    const field = drawField(view, {
      value: values[view.id] ?? '',
      onInput: (value) => change(view.id, value),
    });
    fields.set(view.id, field);
    drawn.append(field.element);
  }
  sections.push({ element: drawn, view: section });
  return drawn;
}

function drawButtons(view: FormView): HTMLElement {
  const row = element('div', 'buttons');
  for (const { id, label, isPrimary } of view.buttons) {
    const button = element('button', isPrimary ? 'primary' : 'secondary', label);
    button.type = isPrimary ? 'submit' : 'button';
    if (!isPrimary) button.addEventListener('click', () => press(id));
    row.append(button);
  }
  return row;
}

function change(id: string, value: string): void {
  values = { ...values, [id]: value };
  api.setState({ subject, values });
  reveal();
  api.postMessage({ type: 'changed', values });
}

function press(button: string): void {
  api.postMessage({ type: 'pressed', button, values });
}

/** What depends on another field comes and goes with it. */
function reveal(): void {
  for (const { element: drawn, view } of sections) drawn.hidden = !meets(view.when, values);
  for (const field of fields.values()) field.element.hidden = !meets(field.view.when, values);
}

function judge({ errors, notes }: FormJudgement): void {
  for (const field of fields.values())
    field.judge(errors[field.view.id] ?? '', notes[field.view.id] ?? []);
}

function tellState(isBusy: boolean, problem: string): void {
  for (const button of document.querySelectorAll('button')) button.disabled = isBusy;
  const place = document.querySelector('.problem');
  if (place !== null) place.textContent = problem;
  if (problem === '') return;
  const wrong = [...fields.values()].find((field) => field.isWrong());
  // What is wrong may stand in a section that is folded.
  wrong?.element.closest('details')?.setAttribute('open', '');
  wrong?.control?.focus();
}

window.addEventListener('message', ({ data }: MessageEvent<HostMessage>) => {
  if (data.type === 'show') show(data);
  else if (data.type === 'judge') judge(data.judgement);
  else tellState(data.isBusy, data.problem);
});
api.postMessage({ type: 'ready' });
