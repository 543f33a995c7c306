/** The sink `mixpanel`: Mixpanel's import endpoint. */

import { createHash } from 'node:crypto'
import { z } from 'zod'
import { isJsonObject, type Json, type JsonObject, parseJson } from '../../base/json.ts'
import { actorOf, eventName, isAssignment, propertiesOf } from './analytics-event.ts'
import { type ReadResponse, readStatus } from './http-answer.ts'
import { basicAuthorization, openHttpSink } from './http-sink.ts'
import { experimentOf, textField, timeOf, toItem } from './item.ts'
import { defineSink, type StreamEvent } from './sink.ts'

const HOSTS = { us: 'api.mixpanel.com', eu: 'api-eu.mixpanel.com' } as const
type Region = keyof typeof HOSTS
const REGIONS = Object.keys(HOSTS) as [Region, ...Region[]] // the keys of the table

/** 2,000 events per request; 10 MB today, 2 MB in older documentation. */
const LIMITS = { maxEvents: 2000, maxBytes: 1_900_000 } as const
const MAX_EVENT_BYTES = 1_000_000
/** Problems of one answer that are kept. */
const MAX_PROBLEMS = 3

/** `$insert_id` has at most 36 characters and a log id has 56, whose last ones tell events apart; so a hash stands for it. */
const insertId = (logId: string): string => createHash('sha256').update(logId).digest('hex').slice(0, 36)

/** The event and the two properties from which Mixpanel's experiment report is made. */
const exposureOf = (data: JsonObject): JsonObject => {
  const experiment = experimentOf(data)
  if (!isAssignment(data) || !experiment) return {}
  return { 'Experiment name': experiment.experiment_id ?? null, 'Variant name': experiment.variation_id ?? null }
}

const toMixpanelEvent = (event: StreamEvent): Json => {
  const { log_id, data } = event
  const { userId, anonymousId } = actorOf(data)
  const ip = textField(data, 'ip')
  return {
    event: isAssignment(data) ? '$experiment_started' : eventName(data),
    properties: {
      ...propertiesOf(event),
      ...exposureOf(data),
      time: timeOf(data) ?? 0,
      // Events without a user, such as a machine's, have an empty id, or each would count as a user.
      distinct_id: userId ?? (anonymousId ? `$device:${anonymousId}` : ''),
      ...(anonymousId ? { $device_id: anonymousId } : {}),
      ...(userId ? { $user_id: userId } : {}),
      ...(ip ? { ip } : {}),
      $insert_id: insertId(log_id),
    },
  }
}

const problemsOf = (body: Record<string, unknown>): readonly string[] => {
  const records = Array.isArray(body.failed_records) ? body.failed_records.filter(isJsonObject) : []
  const texts = records.map(({ insert_id, message }) =>
    `Mixpanel refused the event ${insert_id}: ${message}`.slice(0, 300),
  )
  return texts.length > MAX_PROBLEMS
    ? [...texts.slice(0, MAX_PROBLEMS), `${texts.length - MAX_PROBLEMS} more were refused.`]
    : texts
}

/**
 * With `strict=1` a 400 names the records that failed, and the others are imported. Those will never be taken, so the
 * stream goes on without them and says so; if none was taken, the settings are more likely wrong than every event.
 */
const readImport: ReadResponse = (response, now) => {
  const body = response.status === 400 ? parseJson(Buffer.from(response.body).toString()) : undefined
  if (!isJsonObject(body) || !(Number(body.num_records_imported) > 0)) return readStatus(response, now)
  return { kind: 'accepted', problems: problemsOf(body) }
}

const credential = z
  .string()
  .max(256)
  .regex(/^[\x20-\x39\x3b-\x7e]+$/, 'must be printable ASCII without a colon')

export const mixpanel = defineSink({
  type: 'mixpanel',
  doc: 'Mixpanel events, deduplicated by `$insert_id`; assignments are `$experiment_started`.',
  schema: z.strictObject({
    mixpanelRegion: z.enum(REGIONS),
    mixpanelProjectId: z.string().max(20).regex(/^\d+$/, 'must be digits'),
    mixpanelServiceAccountUsername: credential,
    mixpanelServiceAccountPassword: credential,
  }),
  secrets: { mixpanelServiceAccountPassword: 'token' },
  limits: LIMITS,
  open: (settings, ports) =>
    openHttpSink(ports, {
      encode: event => toItem(event, toMixpanelEvent, MAX_EVENT_BYTES),
      request: batch => ({
        url: `https://${HOSTS[settings.mixpanelRegion]}/import?strict=1&project_id=${settings.mixpanelProjectId}`,
        headers: {
          'content-type': 'application/json',
          authorization: basicAuthorization(
            settings.mixpanelServiceAccountUsername,
            settings.mixpanelServiceAccountPassword,
          ),
        },
        body: `[${batch.map(({ text }) => text).join(',')}]`,
      }),
      readResponse: readImport,
      isCompressed: true,
    }),
})
