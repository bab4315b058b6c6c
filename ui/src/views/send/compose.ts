import { tick } from 'svelte';
import type { App } from '../../domain/app.svelte';

/** Goes to the form, ready to type. */
export async function compose(app: App, channel?: string | null): Promise<void> {
  app.compose(channel);
  await tick();
  document.getElementById('send-title')?.focus();
}
