/** What a stream sends of a row of the log. */

import type { JsonObject } from '../../base/json.ts'
import type { LogDocument } from '../../store/logs/log-store.ts'
import type { StreamEvent } from '../sinks/sink.ts'

/** The envelope of an event: the API's document without the two fields that only the API adds (contract: webhook body). */
export const toStreamEvent = (document: LogDocument): StreamEvent => {
  const { _id, isMobile: _, ...data } = document
  return { log_id: document.log_id, data: data as JsonObject } // a document is JSON
}
