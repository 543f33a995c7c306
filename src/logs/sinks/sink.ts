/** What a destination of a log stream is: its settings, its limits, and how a batch reaches it. */

import type { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import type { Egress } from '../../base/egress.ts'
import type { EgressRules, Resolve } from '../../base/egress-rules.ts'
import type { JsonObject } from '../../base/json.ts'
import type { FileFolder } from './file-folder.ts'

/** The envelope that every destination gets, as it is or mapped (contract: log streams, webhook body). */
export interface StreamEvent {
  readonly log_id: string
  readonly data: JsonObject
}

/** One event as the destination takes it. */
export interface Item {
  readonly logId: string
  readonly type: string
  /** JSON text. */
  readonly text: string
  /** Length of the text in UTF-8. */
  readonly bytes: number
}

/**
 * What became of a batch.
 * - `accepted`: all of it is the destination's. `problems` are events that it took and threw away for good.
 * - `retry`: not now; the same batch may well be taken later.
 * - `rejected`: not like this; only a change of the settings or of the destination will help.
 *
 * `delivered` counts the items at the beginning of the batch that were taken all the same.
 */
export type SendResult =
  | { readonly kind: 'accepted'; readonly problems?: readonly string[] }
  | {
      readonly kind: 'retry' | 'rejected'
      /** A sentence for the customer; it holds no secret. */
      readonly reason: string
      /** Of HTTP. */
      readonly status?: number
      /** Milliseconds for which the destination asks to be left alone. */
      readonly afterMs?: number
      readonly delivered?: number
    }

export interface OpenSink {
  /** Pure: what the destination will get for one event. */
  encode(event: StreamEvent): Item
  /** Sends a batch within the limits, in order. Never rejects: what the destination does is a result. */
  send(batch: readonly Item[], signal: AbortSignal): Promise<SendResult>
  close(): Promise<void>
}

/** A batch has at most so many events, and their texts at most so many bytes together. */
export interface BatchLimits {
  readonly maxEvents: number
  readonly maxBytes: number
}

export interface SinkPorts {
  readonly egress: Egress
  readonly clock: Clock
  readonly rules: EgressRules
  readonly resolve: Resolve
  /** How long a destination may take for one request, in milliseconds. */
  readonly timeoutMs: number
  /** Where the `file` sink of this tenant may write; undefined: nowhere. */
  readonly folder: FileFolder | undefined
}

/** Patience with one request where the operator states none; milliseconds. */
export const SINK_TIMEOUT_MS = 30_000

/** How a secret is shown: the end of a token, the host of an address, an address without its query, the names of headers. */
export type SecretKind = 'token' | 'address' | 'query' | 'headers'

/** An address in the settings, to be judged by the rules before it is stored. */
export interface SinkAddress {
  /** The setting that holds it. */
  readonly field: string
  /** The server behind it: secrets that were given for one are not sent to another. */
  readonly server: string
  /** Why it may not be used, as the end of the sentence "the address …". */
  readonly refusal: string | undefined
}

export interface Sink {
  /** The wire's `type` of the stream. */
  readonly type: string
  /** One sentence of reference. */
  readonly doc: string
  /** The closed object of settings at creation. */
  readonly schema: z.ZodObject
  readonly secrets: Readonly<Record<string, SecretKind>>
  readonly limits: BatchLimits
  /** Addresses that the customer chose. */
  readonly addresses: (settings: JsonObject, rules: EgressRules) => readonly SinkAddress[]
  /** Opens it with settings that were stored: they are parsed again, because an older version may have written them. */
  readonly open: (settings: JsonObject, ports: SinkPorts) => OpenSink
}

/** A sink whose functions know the type of its settings. */
export interface SinkDefinition<Schema extends z.ZodObject>
  extends Omit<Sink, 'schema' | 'secrets' | 'addresses' | 'open'> {
  readonly schema: Schema
  readonly secrets: { readonly [Field in keyof z.infer<Schema>]?: SecretKind }
  readonly addresses?: (settings: z.infer<Schema>, rules: EgressRules) => readonly SinkAddress[]
  readonly open: (settings: z.infer<Schema>, ports: SinkPorts) => OpenSink
}

/** Hides the type of the settings, so that sinks fit into one table. */
export const defineSink = <Schema extends z.ZodObject>(definition: SinkDefinition<Schema>): Sink => ({
  ...definition,
  secrets: definition.secrets as Record<string, SecretKind>, // the same keys, without their type
  addresses: (settings, rules) => definition.addresses?.(definition.schema.parse(settings), rules) ?? [],
  open: (settings, ports) => definition.open(definition.schema.parse(settings), ports),
})
