/** Builds the document of an event: what is stored, and what the API and the streams return. */

import type { JsonObject } from '../../base/json.ts'
import { logEventType } from '../events/index.ts'
import { MAX_EVENT_BYTES, MAX_REFUSAL_BYTES, scalarsOf, toBoundedJson } from './bounded-json.ts'
import { boundFields } from './field-limits.ts'
import type { ExperimentDetails, LogEvent } from './log-event.ts'

/** Which system an event comes from; two fields of every document. */
export interface LogOrigin {
  readonly tenantName: string
  readonly environmentName: string
}

const MOBILE = /Mobi|Android|iPhone|iPad|iPod|Windows Phone/i

/** Picks the fields by name, so that a caller who passes a whole assignment does not log its configuration. */
const toExperiment = (experiment: ExperimentDetails): JsonObject => ({
  experiment_id: experiment.experiment_id,
  variation_id: experiment.variation_id,
  is_control: experiment.is_control,
  allocation_strategy: experiment.allocation_strategy,
  ...(experiment.segment_id === undefined ? {} : { segment_id: experiment.segment_id }),
  assignment: experiment.assignment,
})

/** The two fields of an event's experiments, as far as there are any. */
const experimentsOf = ({ experiment, experiments }: LogEvent): JsonObject => ({
  ...(experiment ? { experiment: toExperiment(experiment) } : {}),
  ...(experiments
    ? {
        experiments: experiments.map(one => ({
          authentication_flow: one.authentication_flow,
          ...toExperiment(one),
        })),
      }
    : {}),
})

const toBrowser = (userAgent: string | undefined): JsonObject => {
  if (userAgent === undefined) return {}
  const text = boundFields({ user_agent: userAgent })
  return { ...text, isMobile: MOBILE.test(String(text.user_agent)) }
}

/**
 * The document without its id, which the database gives when it commits.
 * @throws RangeError when `date` is not a time.
 */
export const toLogDocument = (event: LogEvent, origin: LogOrigin): JsonObject => {
  const {
    tenant_id: _,
    type,
    date,
    details,
    experiment: __,
    experiments: ___,
    user_agent,
    description,
    ...fields
  } = event
  return {
    date: new Date(date).toISOString(),
    type,
    ...boundFields({ description: description ?? logEventType(type).description }),
    tenant_name: origin.tenantName,
    environment_name: origin.environmentName,
    ...toBrowser(user_agent),
    ...boundFields(fields),
    details: { ...details, ...experimentsOf(event) },
  }
}

const JOIN_KEYS = ['session_id', 'transaction_id', 'device_id'] as const

/** What a document keeps when even its cut form is too large: scalars, and the join keys of its details. */
const toSkeleton = (document: JsonObject, event: LogEvent): JsonObject => ({
  ...scalarsOf(document),
  details: {
    cut: true,
    ...Object.fromEntries(JOIN_KEYS.map(key => [key, event.details?.[key] ?? null])),
    ...experimentsOf(event),
  },
})

/**
 * The document as JSON text that jsonb takes, of at most 32 KB; 4 KB for what any stranger can bring about.
 * @throws RangeError when `date` is not a time; TypeError for an event that is not JSON.
 */
export const toLogText = (event: LogEvent, origin: LogOrigin): string => {
  const document = toLogDocument(event, origin)
  const maxBytes = logEventType(event.type).isRefusal ? MAX_REFUSAL_BYTES : MAX_EVENT_BYTES
  const text = toBoundedJson(document, maxBytes) ?? toBoundedJson(toSkeleton(document, event), maxBytes)
  if (text === undefined) throw new TypeError(`a log event of type ${event.type} cannot be bounded`)
  return text
}
