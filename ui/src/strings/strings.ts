import type { Language } from '../host/contract/Language';
import { en } from './en';
import { fr } from './fr';

export type StringKey = keyof typeof fr;
/** A string with a singular and a plural: `x` stands for the keys `x_one` and `x_other`. */
export type CountKey = {
  [K in StringKey]: K extends `${infer Base}_one` ? Base : never;
}[StringKey];
export type Values = Record<string, string | number>;

const dictionaries: Record<Language, Record<StringKey, string>> = { fr, en };

export interface Strings {
  readonly language: Language;
  text(key: StringKey, values?: Values): string;
  number(n: number): string;
  /** The form for `n`; `{n}` is filled with the number as the language writes it. */
  count(key: CountKey, n: number, values?: Values): string;
}

export function stringsFor(language: Language): Strings {
  const dictionary = dictionaries[language];
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  return {
    language,
    text: (key, values) => fill(dictionary[key], values),
    number: (n) => number.format(n),
    count(key, n, values) {
      const form = plural.select(n) === 'one' ? 'one' : 'other';
      return fill(dictionary[`${key}_${form}` as StringKey], { ...values, n: number.format(n) });
    },
  };
}

// One pass: a value that happens to contain `{n}` is text and stays as it is.
function fill(template: string, values: Values = {}): string {
  return template.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}

/** The desktop's language if it is one of ours, French otherwise. */
export function systemLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const language = tag.slice(0, 2).toLowerCase();
    if (language === 'fr' || language === 'en') return language;
  }
  return 'fr';
}
