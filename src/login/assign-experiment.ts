/** Assigns a login transaction: the request's facts in, the decision of the snapshot in force out. */

import { decide } from '../decision/decide.ts'
import { assignmentMethod } from '../decision/decision.ts'
import type { TenantId } from '../model/ids.ts'
import type { Assign, AssignInput } from './assignment-port.ts'
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
    const { assignment, reason, warnings } = decide(await ports.snapshots.current(input.tenantId), {
      subjects: { device: input.deviceId, session: input.sessionId, user: input.userId },
      attributes: await attributesOf(input),
      override: { experiment_id, variation_id, segment_id },
    })
    const method = assignmentMethod(reason)
    return { assignment: assignment && method ? { ...assignment, assignment: method } : null, reason, warnings }
  }
}
