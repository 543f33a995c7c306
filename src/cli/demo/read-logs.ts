/** Reads the tenant log back through the public API, by checkpoint. */

import type { ApiClient } from '../client/api-client.ts'
import type { LoginEvent } from './report.ts'

const PAGE = 100

export interface LogDocument extends LoginEvent {
  readonly log_id: string
  readonly user_agent?: string
}

/** The newest event's id; undefined while the log is empty. */
export const newestLogId = async (api: ApiClient): Promise<string | undefined> => {
  const [newest] = await api.call<LogDocument[]>('GET', 'logs?sort=date:-1&per_page=1')
  return newest?.log_id
}

/** Every event after `from`, or from the oldest, in the log's order. */
export const readLogsAfter = async (api: ApiClient, from: string | undefined): Promise<LogDocument[]> => {
  const events: LogDocument[] = []
  for (;;) {
    const cursor = events.at(-1)?.log_id ?? from
    const start = cursor ? `from=${cursor}` : 'sort=log_id:1'
    const page = await api.call<LogDocument[]>('GET', `logs?take=${PAGE}&${start}`)
    events.push(...page)
    if (page.length < PAGE) return events
  }
}
