/** The tenant log's record: what a caller states of an event before it is written. */

import type { JsonObject } from '../../base/json.ts'
import type { FlowWord } from '../../model/authentication-flow.ts'
import type { TenantId } from '../../model/ids.ts'
import type { LogType } from '../events/index.ts'
import type { LogDetails } from '../events/log-details.ts'

/** What every enriched event carries of an assignment: ids and strategy, never the configuration. */
export interface ExperimentDetails {
  readonly experiment_id: string
  readonly variation_id: string
  readonly is_control: boolean
  readonly allocation_strategy: 'percentage' | 'segment'
  readonly segment_id?: string
  /**
   * `auto`: the server chose. `explicit`: the request named the experiment. `forced`: it named the variation or the segment.
   * Any caller can send such a request, so an analysis counts `auto` alone.
   */
  readonly assignment: 'auto' | 'explicit' | 'forced'
}

/** An entry of `details.experiments`. */
export interface FlowExperimentDetails extends ExperimentDetails {
  readonly authentication_flow: FlowWord
}

/** Fields of the log document beside `type`, `date` and `details`; names are the wire's. */
export interface LogFields {
  readonly description?: string
  readonly ip?: string
  readonly user_agent?: string
  readonly client_id?: string
  readonly client_name?: string
  readonly connection?: string
  readonly connection_id?: string
  readonly strategy?: string
  readonly strategy_type?: string
  readonly user_id?: string
  readonly user_name?: string
  readonly identity_user_id?: string
  readonly hostname?: string
  readonly audience?: string
  readonly scope?: string
  readonly organization_id?: string
  readonly organization_name?: string
  readonly auth0_client?: JsonObject
  readonly references?: { readonly correlation_id?: string }
  readonly location_info?: JsonObject
  readonly session_connection?: string
  readonly tracking_id?: string
}

/** An event of a type: its details say what the table of events declares for it, and nothing else. */
export interface LogEventOf<Type extends LogType> extends LogFields {
  readonly tenant_id: TenantId
  readonly type: Type
  /** When it happened, in milliseconds since 1970. */
  readonly date: number
  readonly details: LogDetails[Type]
  /** Written as `details.experiment`; absent when no experiment was in force. */
  readonly experiment?: ExperimentDetails
  /** Written as `details.experiments`: every experiment of the transaction, whichever is in force. */
  readonly experiments?: readonly FlowExperimentDetails[]
}

export type LogEvent = { readonly [Type in LogType]: LogEventOf<Type> }[LogType]

/** What a caller states of an event when its tenant, its time and its client are known. */
export type StatedEvent = {
  readonly [Type in LogType]: Pick<LogEventOf<Type>, 'type' | 'user_id' | 'user_name' | 'identity_user_id' | 'details'>
}[LogType]

/** The only way to write the tenant log. */
export interface TenantLog {
  /**
   * Takes an event and settles when its row is durable; the value is its `log_id`, or undefined for a refusal beyond the
   * budget of its network, which is counted and not written.
   * Rejects when the database stays away: the caller decides whether its answer may go out without the event.
   */
  record(event: LogEvent): Promise<string | undefined>
}
