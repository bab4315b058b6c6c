// Writes target/gallery/index.html: every picture of the screens as built. `make gallery` takes the pictures first.
// With the folder of a design's pictures as argument (`make gallery DESIGN=...`), each stands beside the design's own
// picture of it where there is one.
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const TAKEN = join(ROOT, 'ui/e2e/results');
const DESIGN = process.argv[2] ? resolve(process.argv[2]) : null;
const GALLERY = join(ROOT, 'target/gallery');

/** Screens that the design calls something else. */
const NAMES = {
  detail: 'detail-todo',
  'refused-token': 'error-token',
  help: 'shortcuts',
};

/** The wall has screens of its own, and the design has few variants of it. */
const WALL = {
  'wall-1080p-dark-fr': 'wall-dark',
  'wall-1080p-light-fr': 'wall-light',
  'wall-portrait-dark-fr': 'wall-portrait',
  'wall-who-1080p-dark-fr': 'wall-who',
  'wall-empty-1080p-dark-fr': 'wall-empty',
  'wall-offline-1080p-dark-fr': 'wall-offline',
  'wall-laptop-dark-en': 'wall-en-1366',
};

const pictures = async (folder) =>
  (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.png')).sort();

const VARIANT =
  /^(?<screen>.+)-(?<size>compact|rail|wide|1080p|laptop|portrait)-(?<theme>light|dark)-(?<language>fr|en)\.png$/;
const parsed = (await pictures(TAKEN))
  .map((file) => VARIANT.exec(file))
  .filter((match) => match !== null)
  .map((match) => ({ file: match[0], ...match.groups }));
if (parsed.length === 0) {
  console.error('There are no pictures in ui/e2e/results: run `make gallery`, which takes them.');
  process.exit(1);
}
const design = new Set(DESIGN ? await pictures(DESIGN) : []);
const large = new Set(await pictures(join(TAKEN, 'larger')));

/** The design's picture of the very same variant. */
function counterpart({ screen, size, theme, language }) {
  const wall = WALL[`${screen}-${size}-${theme}-${language}`];
  const name = NAMES[screen] ?? screen;
  const file = wall
    ? `${wall}.png`
    : `${name}${size === 'wide' ? '' : `-${size}`}${language === 'en' ? '-en' : ''}-${theme}.png`;
  return design.has(file) ? file : null;
}

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const picture = (folder, file, words) =>
  `<figure><a href="${folder}/${escaped(file)}"><img loading="lazy" alt="" src="${folder}/${escaped(file)}"></a>` +
  `<figcaption>${escaped(words)}</figcaption></figure>`;

const screens = new Map();
for (const variant of parsed) screens.set(variant.screen, [...(screens.get(variant.screen) ?? []), variant]);
const shown = new Set();
const sections = [...screens].map(([screen, variants]) => {
  const lines = variants.map((variant) => {
    const { file, size, theme, language } = variant;
    const drawn = counterpart(variant);
    if (drawn) shown.add(drawn);
    return [
      '<div class="pair">',
      picture('built', file, `${size}, ${theme}, ${language}`),
      drawn ? picture('design', drawn, 'design') : '',
      large.has(file) ? picture('larger', file, '130 %') : '',
      '</div>',
    ].join('');
  });
  return `<section id="${escaped(screen)}"><h2>${escaped(screen)}</h2>${lines.join('\n')}</section>`;
});
const alone = [...design].filter((file) => !shown.has(file));
const rest =
  alone.length === 0
    ? ''
    : `<section id="design-only"><h2>Pictures of the design without a variant of the same kind</h2><div class="pair">${alone
        .map((file) => picture('design', file, file))
        .join('\n')}</div></section>`;

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>ChapFood Notifications: every screen as built</title>
<style>
  body { margin: 24px; font: 14px/1.5 system-ui, sans-serif; color: #1b1a18; background: #e9e8e4; }
  nav { columns: 5 160px; margin-bottom: 24px; }
  nav a { display: block; color: #a83b0c; }
  h2 { margin: 40px 0 8px; }
  .pair { display: flex; flex-wrap: wrap; gap: 16px; margin-bottom: 20px; }
  figure { margin: 0; }
  img { display: block; max-width: 560px; max-height: 480px; border: 1px solid #cfcdc7; background: #fff; }
</style>
</head>
<body>
<h1>Every screen as built</h1>
<p>${parsed.length} pictures of ${screens.size} screens${design.size > 0 ? ', beside those of the design' : ''}.</p>
<nav>${[...screens.keys()].map((screen) => `<a href="#${escaped(screen)}">${escaped(screen)}</a>`).join('')}</nav>
${sections.join('\n')}
${rest}
</body>
</html>
`;

await rm(GALLERY, { recursive: true, force: true });
await mkdir(GALLERY, { recursive: true });
for (const { file } of parsed) await cp(join(TAKEN, file), join(GALLERY, 'built', file));
for (const file of large) await cp(join(TAKEN, 'larger', file), join(GALLERY, 'larger', file));
for (const file of design) await cp(join(DESIGN, file), join(GALLERY, 'design', file));
await writeFile(join(GALLERY, 'index.html'), page);
console.log('target/gallery/index.html');
