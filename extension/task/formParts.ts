/** Reads the fields of a form one by one and collects what is wrong with them. Knows no editor and no task. */
import type { FormValues } from '../../protocol/form/form.ts';
import type { Translate } from '../translate.ts';

interface TextRule {
  readonly max: number;
  readonly isNeeded?: boolean;
}

interface NumberRule {
  readonly min: number;
  readonly max?: number;
  readonly isWhole?: boolean;
}

export function createFields(values: FormValues, t: Translate) {
  const errors: Record<string, string> = {};
  const raw = (id: string): string => values[id] ?? '';
  const refuse = (id: string, why: string): void => {
    errors[id] ??= why;
  };
  return {
    errors,
    raw,
    refuse,
    isTicked: (id: string): boolean => raw(id) === 'true',
    one: <const T extends string>(id: string, list: readonly [T, ...T[]]): T =>
      list.find((value) => value === raw(id)) ?? list[0],
    text(id: string, { max, isNeeded }: TextRule): string {
      const text = raw(id).trim();
      if (isNeeded === true && text === '') refuse(id, t('Write something here.'));
      if (text.length > max) refuse(id, t('At most {0} characters.', max.toLocaleString()));
      return text;
    },
    /** Null: nothing is typed. */
    number(id: string, rule: NumberRule): number | null {
      const text = raw(id).trim().replace(',', '.');
      if (text === '') return null;
      const value = Number(text);
      const why = judgeNumber(value, rule, t);
      if (why === undefined) return value;
      refuse(id, why);
      return null;
    },
    list(
      id: string,
      { max, maxChars }: { readonly max: number; readonly maxChars: number },
    ): string[] {
      const words = raw(id)
        .split(',')
        .map((word) => word.trim());
      const list = [...new Set(words.filter(Boolean))];
      if (list.length > max) refuse(id, t('At most {0}.', max));
      if (list.some((word) => word.length > maxChars))
        refuse(id, t('At most {0} characters each.', maxChars));
      return list;
    },
    environment(id: string): Record<string, string> {
      const lines = raw(id)
        .split('\n')
        .filter((line) => line.trim() !== '');
      const pairs = lines.map((line) => /^\s*([A-Za-z_]\w{0,255})=(.*)$/.exec(line));
      const wrong = pairs.findIndex((pair) => pair === null);
      if (wrong >= 0) refuse(id, t('Line {0} is not NAME=value.', wrong + 1));
      return Object.fromEntries(
        pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? '', pair[2] ?? '']])),
      );
    },
  };
}

function judgeNumber(
  value: number,
  { min, max, isWhole }: NumberRule,
  t: Translate,
): string | undefined {
  if (!Number.isFinite(value)) return t('Write a number.');
  if (isWhole === true && !Number.isInteger(value)) return t('Write a whole number.');
  if (value < min || (max !== undefined && value > max)) {
    const least = Math.ceil(min * 100) / 100;
    return max === undefined
      ? t('At least {0}.', least)
      : t('From {0} to {1}.', least, max.toLocaleString());
  }
  return undefined;
}
