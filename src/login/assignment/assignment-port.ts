/** What the login asks of experimentation, and what it gets: the border between the two. */

import type { AuthenticationFlow, Flow } from '../../decision/snapshot/flow.ts'
import type { ExperimentDetails } from '../../logs/record/log-event.ts'
import type { TenantId, TransactionId } from '../../model/ids.ts'

/** The facts of a request whose flows are to be decided. */
export interface AssignInput {
  /** The flows that are asked for. */
  readonly flows: readonly Flow[]
  readonly tenantId: TenantId
  readonly transactionId: TransactionId
  /** The session that the login will have when it succeeds. */
  readonly sessionId: string
  readonly clientId: string
  readonly clientName: string
  /** The authorization request's parameters, the overrides and `ext-*` included. */
  readonly params: Readonly<Record<string, string>>
  /** The raw id of the device cookie: for hashing only, never for a log or a row. */
  readonly deviceId: string
  /** Present when the assignment is asked again because the user has become known. */
  readonly userId?: string
  readonly ip: string
  readonly userAgent: string | undefined
  /** Host name of the request, without the port. */
  readonly hostname: string
  /** The value of a request header by its lower-case name. */
  readonly header: (name: string) => string | undefined
}

/** The assignment of a transaction as it is stored with it and as Actions, pages and tokens read it. */
export interface Assignment extends ExperimentDetails {
  readonly authentication_flow: AuthenticationFlow
  readonly variation_name: string
  readonly variation_description?: string
  /** Every parameter of the flag, the variation's overrides merged in. */
  readonly config: { readonly [parameter: string]: { readonly value: unknown } }
  /** The phase of the experiment's run. */
  readonly phase?: number
}

/** Something wrong with a request's experimentation that the tenant should read in the log. */
export interface AssignWarning {
  /** Such as `experiment_orphaned_params`. */
  readonly code: string
  readonly message: string
}

export interface AssignOutcome {
  /** One for each experiment that decides one of the flows. */
  readonly assigned: readonly {
    readonly assignment: Assignment
    /** Why the decision came out as it did, for `details.reason` of the assignment event. */
    readonly reason?: string
  }[]
  /** An experiment assigns users, so its flow is to be asked for again when the user is known. */
  readonly awaitsUser: boolean
  readonly warnings: readonly AssignWarning[]
}

/**
 * Decides the variations of a transaction. It should not reject for an experiment's sake;
 * when it does, the login goes on un-enriched and a warning is logged.
 */
export type Assign = (input: AssignInput) => Promise<AssignOutcome>
