/** What the Activity view can be reduced to. Pure. */
import { clientTitle } from '../platform/clientTitle.js';
import type { HistoryEntry } from './history.js';
import { t } from '../platform/localize.js';

export interface ActivityFilter {
  readonly label: string;
  matches(entry: HistoryEntry): boolean;
}

const FILTERS: readonly ActivityFilter[] = [
  { label: t('active requests'), matches: ({ result }) => result === undefined },
  {
    label: t('failed requests'),
    matches: ({ result }) => result?.error !== undefined && !result.cancelled,
  },
];

/** The filters that fit the requests: by state, and one for each client. */
export function activityFilters(entries: readonly HistoryEntry[]): ActivityFilter[] {
  const titles = new Set(entries.map(({ client }) => clientTitle(client)).filter((title) => title !== ''));
  return [
    ...FILTERS,
    ...[...titles]
      .sort((one, other) => one.localeCompare(other))
      .map((title) => ({
        label: t('requests of {0}', title),
        matches: ({ client }: HistoryEntry) => clientTitle(client) === title,
      })),
  ];
}
