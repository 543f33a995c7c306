/** A log stream: which events of the tenant log are forwarded, how they are made anonymous, and in which state it is. */

import { z } from 'zod'
import { text } from './text.ts'

export const LOG_STREAM_STATUSES = ['active', 'paused', 'suspended'] as const

export type LogStreamStatus = (typeof LOG_STREAM_STATUSES)[number]

/** The categories by which streams filter (contract: `filters[].name`); a code that none claims is `other`. */
export const LOG_CATEGORIES = [
  'auth.login.fail',
  'auth.login.notification',
  'auth.login.success',
  'auth.logout.fail',
  'auth.logout.success',
  'auth.signup.fail',
  'auth.signup.success',
  'auth.silent_auth.fail',
  'auth.silent_auth.success',
  'auth.token_exchange.fail',
  'auth.token_exchange.success',
  'management.fail',
  'management.success',
  'scim.event',
  'system.notification',
  'user.fail',
  'user.notification',
  'user.success',
  'actions',
  'other',
] as const

export const PII_FIELDS = ['first_name', 'last_name', 'username', 'email', 'phone', 'address'] as const

export type PiiField = (typeof PII_FIELDS)[number]

const filterSchema = z.strictObject({ type: z.literal('category'), name: z.enum(LOG_CATEGORIES) })

export type LogStreamFilter = z.output<typeof filterSchema>

export const logStreamFiltersSchema = z
  .array(filterSchema)
  .max(LOG_CATEGORIES.length)
  .refine(filters => new Set(filters.map(({ name }) => name)).size === filters.length, 'names a category twice')

export const piiConfigSchema = z.strictObject({
  log_fields: z.array(z.enum(PII_FIELDS)).min(1).max(PII_FIELDS.length),
  /** `mask` when absent. */
  method: z.enum(['mask', 'hash']).optional(),
  /** Of the method `hash`. */
  algorithm: z.literal('xxhash').optional(),
})

export type PiiConfig = z.output<typeof piiConfigSchema>

export const logStreamNameSchema = text(1, 255).regex(/^\P{Cc}*$/u, 'must be one line')

/** What a caller states of a stream beside its type and its sink. */
export interface LogStreamSettings {
  readonly name: string
  readonly status: LogStreamStatus
  readonly isPriority: boolean
  /** Empty: every event. */
  readonly filters: readonly LogStreamFilter[]
  readonly piiConfig: PiiConfig | undefined
}

/** Streams that a tenant can have. */
export const MAX_LOG_STREAMS = 10

/** Consecutive failure after which a stream pauses itself (contract: log streams, delivery). */
export const PAUSE_AFTER_MS = 7 * 86_400_000

/** Errors that the health of a stream shows: so many of the latest, and none that is older. */
export const SHOWN_ERRORS = { count: 10, days: 5 } as const
