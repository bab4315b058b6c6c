import type { TextSize } from '../host/contract/TextSize';

const SCALES: Record<TextSize, number> = { normal: 1, large: 1.15, larger: 1.3 };

/** What every size is multiplied with; the styles know it as `--text-scale`. */
export function textScale(size: TextSize): number {
  return SCALES[size];
}
