import type { Day } from '../host/contract/Day';

/** One day of the list, placed: `top` and `height` in pixels, rows counted from the newest. */
export interface PlacedDay {
  date: string;
  top: number;
  height: number;
  first: number;
  count: number;
}

/** Where days and rows lie in a list whose rows are all of one height. */
export class Placement {
  readonly days: PlacedDay[] = [];
  readonly height: number;

  constructor(
    days: Day[],
    readonly rowHeight: number,
    readonly headHeight: number,
  ) {
    let top = 0;
    let first = 0;
    for (const { date, count } of days) {
      const height = headHeight + count * rowHeight;
      this.days.push({ date, top, height, first, count });
      top += height;
      first += count;
    }
    this.height = top;
  }

  /** The days that touch the pixels from `top` to `bottom`. */
  daysBetween(top: number, bottom: number): PlacedDay[] {
    return this.days.filter((day) => day.top < bottom && day.top + day.height > top);
  }

  /** The rows of a day that touch the pixels, as list indices. */
  rowsBetween(day: PlacedDay, top: number, bottom: number): number[] {
    const from = Math.max(0, Math.floor((top - day.top - this.headHeight) / this.rowHeight));
    const to = Math.min(day.count, Math.ceil((bottom - day.top - this.headHeight) / this.rowHeight));
    return Array.from({ length: Math.max(0, to - from) }, (_, at) => day.first + from + at);
  }

  /** A row's pixels from the top of the list. */
  topOf(index: number): number {
    const day = this.days.find(({ first, count }) => index < first + count) ?? this.days.at(-1);
    return day ? day.top + this.headHeight + (index - day.first) * this.rowHeight : 0;
  }
}
