import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { fr } from './strings/fr';

const root = import.meta.dirname;
const files = (readdirSync(root, { recursive: true }) as string[])
  .filter((path) => /\.(ts|svelte)$/.test(path) && !path.endsWith('.test.ts'))
  .map((path) => ({ path: relative('.', path), text: readFileSync(join(root, path), 'utf8') }));
const offenders = (wrong: (file: { path: string; text: string }) => boolean) =>
  files.filter(wrong).map(({ path }) => path);

test('only the host imports Tauri', () => {
  expect(offenders(({ path, text }) => !path.startsWith('host/') && text.includes('@tauri-apps/'))).toEqual([]);
});

test('the tiers import downwards only: shared, then domain, then views', () => {
  expect(
    offenders(({ path, text }) => path.startsWith('shared/') && /from '\.\.\/(domain|views)\//.test(text)),
  ).toEqual([]);
  expect(offenders(({ path, text }) => path.startsWith('domain/') && /from '\.\.\/views\//.test(text))).toEqual([]);
});

test('a notification’s text is never markup', () => {
  expect(offenders(({ text }) => /\{@html|innerHTML|insertAdjacentHTML/.test(text))).toEqual([]);
});

test('no style is written in markup, where the policy would block it', () => {
  expect(offenders(({ path, text }) => path.endsWith('.svelte') && / style="/.test(text))).toEqual([]);
});

test('every string is used', () => {
  const source = files
    .filter(({ path }) => !/^strings\/(fr|en)(\.ts|\/)/.test(path))
    .map(({ text }) => text)
    .join('\n');
  const prefixes = [...source.matchAll(/[`'"]([\w.]+\.)\$\{/g)].map(([, prefix]) => prefix ?? '');
  const unused = Object.keys(fr).filter((key) => {
    const base = key.replace(/_(one|other)$/, '');
    return (
      !source.includes(`'${key}'`) &&
      !source.includes(`'${base}'`) &&
      !prefixes.some((prefix) => key.startsWith(prefix))
    );
  });
  expect(unused).toEqual([]);
});

test('both languages fill the same holes', async () => {
  const { en } = await import('./strings/en');
  const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, text] of Object.entries(fr)) {
    expect(holes(en[key as keyof typeof fr]), key).toEqual(holes(text));
  }
});
