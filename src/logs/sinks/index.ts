/** The table of destinations of log streams. */

import { datadog } from './datadog.ts'
import { file } from './file.ts'
import { http } from './http.ts'
import { mixpanel } from './mixpanel.ts'
import { nats } from './nats.ts'
import { segment } from './segment.ts'
import type { Sink } from './sink.ts'
import { splunk } from './splunk.ts'
import { sumo } from './sumo.ts'

export const SINKS = { http, datadog, splunk, sumo, segment, mixpanel, nats, file } as const satisfies Record<
  string,
  Sink
>

export type SinkType = keyof typeof SINKS

/** The entry of a type. */
export const sinkOf = (type: SinkType): Sink => SINKS[type]

export const isSinkType = (type: string): type is SinkType => Object.hasOwn(SINKS, type)

/** Types that exist elsewhere and cannot exist here, with the sentence that says what to use instead. */
export const UNSUPPORTED_SINKS = {
  eventbridge:
    'The type eventbridge needs a partner event source, which AWS gives to vendors only. Use type http with a function URL whose function calls PutEvents.',
  eventgrid:
    'The type eventgrid needs a partner topic, which Azure gives to vendors only. Use type http with a function that publishes to a custom topic.',
} as const
