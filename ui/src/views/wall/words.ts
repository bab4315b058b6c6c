import { moment } from '../../domain/dates';
import { referenceText, type Reference } from '../../domain/wall-card';
import type { Row, Taken } from '../../host/host';
import type { Strings } from '../../strings/strings';

/** What people call an order: the number of its reference, or its title. */
export function called(row: Row, reference: Reference | null, shared: string): string {
  return reference ? referenceText(reference, shared) : row.title;
}

export function takerName(taken: Taken, strings: Strings): string {
  return taken.by || strings.text('ack.you');
}

/** Who took it and when, or that the hub does not know it yet. */
export function takerWords(taken: Taken, now: number, strings: Strings): string {
  const who = takerName(taken, strings);
  return taken.queued
    ? strings.text('wall.queued', { who })
    : strings.text('inbox.row.acked', { who, time: moment(taken.at, now, strings) });
}
