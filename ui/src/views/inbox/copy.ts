import type { App } from '../../domain/app.svelte';
import { copyText } from '../../shared/clipboard';

/** Copies the open notification's data exactly as it came. */
export async function copyJson(app: App): Promise<void> {
  const data = app.reading.detail?.data;
  if (data === undefined || data === null) return;
  await copyText(JSON.stringify(data, null, 2));
  app.notices.show({ text: app.strings.text('common.copied') });
}
