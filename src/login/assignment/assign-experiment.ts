/** Assigns a login transaction: the request's facts in, the decision of the snapshot in force out. */

import { decide, isIdle } from '../../decision/decide.ts'
import { assignmentMethod, type Decision } from '../../decision/snapshot/decision.ts'
import { type Flow, isFollowUp } from '../../decision/snapshot/flow.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Assign, AssignInput, AssignOutcome } from './assignment-port.ts'
import type { ExperimentSnapshots } from './experiment-snapshots.ts'
import { type GeoLookup, requestAttributes } from './request-attributes.ts'

export interface AssignmentPorts {
  readonly snapshots: ExperimentSnapshots
  readonly geo: GeoLookup
  /** The strategy (`auth0`, `google-oauth2`, …) of a connection by name; undefined when there is no such connection. */
  connectionStrategy(tenantId: TenantId, connection: string): Promise<string | undefined>
  /** Names of the headers that a trusted proxy sets; undefined = the header of that name means nothing. */
  readonly countryHeader: string | undefined
  readonly regionHeader: string | undefined
}

const trustedHeader = (input: AssignInput, name: string | undefined): string | undefined =>
  name ? input.header(name.toLowerCase()) : undefined

type Assigned = AssignOutcome['assigned'][number]

const toAssigned = ({ assignment, reason }: Decision): readonly Assigned[] => {
  const method = assignmentMethod(reason)
  return assignment && method ? [{ assignment: { ...assignment, assignment: method }, reason }] : []
}

/** Without repetitions: an experiment of log-in and sign-up answers for both. */
const firstOfEach = <Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] =>
  [...new Map(items.toReversed().map(item => [keyOf(item), item])).values()].toReversed()

const NOTHING: AssignOutcome = { assigned: [], awaitsUser: false, warnings: [] }

/**
 * Creates the assignment of login transactions. It touches the database only for a tenant's first login after a start
 * and for a connection that the request names.
 */
export const createAssign = (ports: AssignmentPorts): Assign => {
  const attributesOf = async (input: AssignInput) => {
    const { connection, organization } = input.params
    return requestAttributes(
      {
        clientId: input.clientId,
        connection,
        connectionType: connection ? await ports.connectionStrategy(input.tenantId, connection) : undefined,
        organizationId: organization,
        domain: input.hostname,
        userAgent: input.userAgent,
        ip: input.ip,
        trustedCountry: trustedHeader(input, ports.countryHeader),
        trustedRegion: trustedHeader(input, ports.regionHeader),
      },
      ports.geo,
    )
  }
  return async input => {
    const { experiment_id, variation_id, segment_id } = input.params
    const override = { experiment_id, variation_id, segment_id }
    const snapshot = await ports.snapshots.current(input.tenantId)
    const flows = input.flows.filter(flow => !isIdle(snapshot, flow, override))
    if (flows.length === 0) return NOTHING
    const request = {
      subjects: { device: input.deviceId, session: input.sessionId, user: input.userId },
      attributes: await attributesOf(input),
      override,
    }
    const decisions = flows.map(flow => ({ flow, ...decide(snapshot, { ...request, flow }) }))
    // What is wrong with an override does not depend on the user, so it was said when the transaction began.
    const isAsked = ({ flow }: { readonly flow: Flow }): boolean => input.userId === undefined || isFollowUp(flow)
    return {
      assigned: firstOfEach(decisions.flatMap(toAssigned), ({ assignment }) => assignment.experiment_id),
      awaitsUser: input.userId === undefined && decisions.some(({ reason }) => reason === 'subject_unknown'),
      warnings: firstOfEach(
        decisions.filter(isAsked).flatMap(({ warnings }) => warnings),
        ({ message }) => message,
      ),
    }
  }
}
