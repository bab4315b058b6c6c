import { browserHost } from './browser';
import type { Host } from './host';
import { tauriHost } from './tauri';

export function chooseHost(): Host {
  return '__TAURI_INTERNALS__' in window ? tauriHost() : browserHost();
}
