/** The log as the API serves it: one page, onward from an id or of a search. */

import { isJsonObject } from '../../base/json.ts'
import { isLogId } from '../../model/log-id.ts'
import type { ApiReader } from '../client/api-client.ts'
import { CliFailure } from '../terminal/cli-failure.ts'

/** A document of the log. */
export type LogEvent = Readonly<Record<string, unknown>> & { readonly log_id: string }

/** Events of a page, which is the most that the API gives. */
export const PAGE_SIZE = 100

const isLogEvent = (value: unknown): value is LogEvent =>
  isJsonObject(value) && typeof value.log_id === 'string' && isLogId(value.log_id)

const loadPage = async (api: ApiReader, query: Readonly<Record<string, string>>): Promise<readonly LogEvent[]> => {
  const page = await api.get('logs', query)
  if (Array.isArray(page) && page.every(isLogEvent)) return page
  throw new CliFailure('The server answered with something that is not a list of log events.')
}

/** The oldest events after a position, in the order of the log. */
export const loadAfter = (api: ApiReader, after: string): Promise<readonly LogEvent[]> =>
  loadPage(api, { from: after, take: String(PAGE_SIZE) })

/** Part of the log in the order of its ids: behind `after`, up to and with `through`. */
export interface LogSpan {
  readonly after: string
  readonly through: string
}

/** The first events of a span that a query finds. */
export const loadFound = (api: ApiReader, { after, through }: LogSpan, query: string): Promise<readonly LogEvent[]> =>
  loadPage(api, {
    q: `(${query}) AND log_id:{${after} TO ${through}]`,
    sort: 'log_id:1',
    per_page: String(PAGE_SIZE),
  })

/** The newest events up to a position, oldest first. @param query all events when absent */
export const loadNewest = async (
  api: ApiReader,
  count: number,
  { through, query }: { readonly through?: string; readonly query?: string } = {},
): Promise<readonly LogEvent[]> => {
  const conditions = [query && `(${query})`, through && `log_id:[* TO ${through}]`].filter(Boolean)
  const page = await loadPage(api, {
    ...(conditions.length > 0 && { q: conditions.join(' AND ') }),
    sort: 'log_id:-1',
    per_page: String(count),
  })
  return page.toReversed()
}

/** The oldest event that is kept; undefined when the log is empty. */
export const loadOldest = async (api: ApiReader): Promise<LogEvent | undefined> =>
  (await loadPage(api, { sort: 'log_id:1', per_page: '1' }))[0]

/**
 * Has the server read a query alone, so that a complaint names a position in what the user wrote.
 *
 * @throws CliFailure with the complaint
 */
export const checkQuery = async (api: ApiReader, query: string): Promise<void> => {
  await loadPage(api, { q: query, per_page: '0' })
}
