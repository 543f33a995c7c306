/** How a log event looks to a product analytics tool: a name, a person, flat properties. */

import type { JsonObject } from '../../base/json.ts'
import { LOG_EVENT_TYPES } from '../events/index.ts'
import { detailsOf, experimentOf, textField } from './item.ts'
import type { StreamEvent } from './sink.ts'

const DESCRIPTIONS: ReadonlyMap<string, string> = new Map(
  LOG_EVENT_TYPES.map(({ type, description }) => [type, description.replace(/\.$/, '')]),
)

/** The name by which a tool groups: one per type, such as `Successful login (s)`; an event's own description may differ. */
export const eventName = (data: JsonObject): string => {
  const type = textField(data, 'type') ?? 'unknown'
  const description = DESCRIPTIONS.get(type)
  return description ? `${description} (${type})` : type
}

/** The type of the event that counts a subject into an experiment. */
export const isAssignment = (data: JsonObject): boolean => data.type === 'experiment_assignment_succeeded'

/** Who did it: the user, and what is known of him before that, the device rather than the session. */
export interface Actor {
  readonly userId: string | undefined
  readonly anonymousId: string | undefined
}

/** The actor of an event; both ids are absent when a machine did it. */
export const actorOf = (data: JsonObject): Actor => {
  const details = detailsOf(data)
  return {
    userId: textField(data, 'user_id'),
    anonymousId: textField(details, 'device_id') ?? textField(details, 'session_id'),
  }
}

/** The document with the experiment's fields beside its own, where the tools can filter and group by them. */
export const propertiesOf = ({ log_id, data }: StreamEvent): JsonObject => ({
  ...data,
  log_id,
  ...experimentOf(data),
})
