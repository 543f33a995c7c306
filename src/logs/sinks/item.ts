/** Makes items: one event as the text that a destination gets, within the size that it takes. */

import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Item, StreamEvent } from './sink.ts'

/** A field of the document as text; undefined when it is absent, empty or no text. */
export const textField = (data: JsonObject, name: string): string | undefined => {
  const value = data[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The `details` of a document, or nothing. */
export const detailsOf = (data: JsonObject): JsonObject => {
  const { details } = data
  return isJsonObject(details) ? (details as JsonObject) : {} // what is in a document is JSON
}

/** `details.experiment`, when the event carries it. */
export const experimentOf = (data: JsonObject): JsonObject | undefined => {
  const { experiment } = detailsOf(data)
  return isJsonObject(experiment) ? (experiment as JsonObject) : undefined // what is in a document is JSON
}

/** When the event happened, in milliseconds since 1970; undefined for a document without a readable date. */
export const timeOf = (data: JsonObject): number | undefined => {
  const time = Date.parse(textField(data, 'date') ?? '')
  return Number.isNaN(time) ? undefined : time
}

/** The event without what can be large: its identity, its experiment, and a mark that says so. */
const withoutDetails = ({ log_id, data }: StreamEvent): StreamEvent => {
  const experiment = experimentOf(data)
  return { log_id, data: { ...data, details: { truncated: true, ...(experiment ? { experiment } : {}) } } }
}

/**
 * Encodes an event. One that is larger than the destination takes is sent without its details, because a destination
 * that refuses one event would hold up all that follow.
 *
 * @param toJson what the destination gets for an event
 * @param maxBytes the size of one event that the destination documents
 */
export const toItem = (event: StreamEvent, toJson: (event: StreamEvent) => Json, maxBytes: number): Item => {
  const item = (text: string): Item => ({
    logId: event.log_id,
    type: textField(event.data, 'type') ?? '',
    text,
    bytes: Buffer.byteLength(text),
  })
  const whole = item(JSON.stringify(toJson(event)))
  return whole.bytes <= maxBytes ? whole : item(JSON.stringify(toJson(withoutDetails(event))))
}

/** The envelope as it is. */
export const envelope = ({ log_id, data }: StreamEvent): JsonObject => ({ log_id, data })
