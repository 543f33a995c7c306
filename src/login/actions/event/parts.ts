/** Parts of an event that several triggers have. */

import type { Json, JsonObject } from '../../../base/json.ts'
import { pictureOf } from '../../../model/avatar.ts'
import type { ConnectionRecord } from '../../../store/tenants/connection-store.ts'
import type { AuthenticationMethod } from '../../../store/users/authentication-method-store.ts'
import type { UserRecord } from '../../../store/users/user-store.ts'
import type { Assignment } from '../../assignment/assignment-port.ts'
import { isFrontChannel } from '../../engine/response-types.ts'
import { enrolledFactors } from '../../factors/kinds/index.ts'
import { enrolledProviders } from '../../factors/providers.ts'
import type { Client } from '../../tenant/directory.ts'
import { assignmentInForce, assignmentsInForce } from '../../transaction/experiment-in-force.ts'
import type { LoginTransaction } from '../../transaction/transaction.ts'

/** Of an object with optional members, those that are there. */
export const defined = (members: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined))

export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString()

/** Metadata is JSON in the database; the driver's type does not say so. */
const asJson = (value: Readonly<Record<string, unknown>>): JsonObject => value as JsonObject // read from a jsonb column

export const clientPart = (client: Client): JsonObject => ({
  client_id: client.clientId,
  name: client.name,
  metadata: client.metadata,
})

export const connectionPart = ({ id, name, strategy }: ConnectionRecord): JsonObject => ({
  id,
  name,
  strategy,
  metadata: {},
})

/**
 * The user as the tenant knows them.
 *
 * @param methods what they have set up: their second factors are among them
 * @param issuer whose avatar stands for a picture
 */
export const userPart = (
  user: UserRecord,
  connection: ConnectionRecord,
  methods: readonly AuthenticationMethod[],
  issuer: string,
): JsonObject =>
  defined({
    user_id: user.userId,
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
    email: user.email,
    email_verified: user.emailVerified,
    name: user.name,
    given_name: user.givenName,
    family_name: user.familyName,
    nickname: user.nickname,
    picture: pictureOf(user, issuer),
    username: user.username,
    phone_number: user.phoneNumber,
    phone_verified: user.phoneVerified,
    last_password_reset: user.lastPasswordReset?.toISOString(),
    user_metadata: asJson(user.userMetadata),
    app_metadata: asJson(user.appMetadata),
    identities: [
      {
        connection: connection.name,
        provider: connection.strategy,
        user_id: user.userId.replace(/^[^|]*\|/, ''),
        isSocial: false,
      },
    ],
    multifactor: enrolledProviders(methods),
    enrolledFactors: enrolledFactors(methods).map(type => ({ type })),
  })

const contextOf = ({ config, ...assignment }: Assignment): JsonObject =>
  defined({
    experiment_id: assignment.experiment_id,
    variation_id: assignment.variation_id,
    config: config as JsonObject, // parameters are JSON: they were written through the Management API
    is_control: assignment.is_control,
    variation_name: assignment.variation_name,
    variation_description: assignment.variation_description,
  })

/**
 * `event.experiment`, null and never absent where there is none, and `event.experiments`: all that are in force, each
 * with its flow.
 */
export const experimentParts = (transaction: LoginTransaction | undefined): JsonObject => {
  const inForce = transaction && assignmentInForce(transaction)
  return {
    experiment: inForce ? contextOf(inForce) : null,
    experiments: (transaction ? assignmentsInForce(transaction) : []).map(assignment => ({
      ...contextOf(assignment),
      authentication_flow: assignment.authentication_flow,
    })),
  }
}

const RESPONSE_PROFILES: Readonly<Record<string, string>> = { code: 'basic', 'code id_token': 'hybrid' }

/** How the request is answered, as OpenID Connect names it; without a code it is the implicit flow. */
const protocolOf = (responseType: string): string => `oidc-${RESPONSE_PROFILES[responseType] ?? 'implicit'}-profile`

const words = (text: string | undefined): readonly string[] => (text ?? '').split(' ').filter(Boolean)

/** What the application asked for. */
export const transactionPart = (
  params: Readonly<Record<string, string>>,
  transaction: Pick<LoginTransaction, 'id' | 'correlationId'> | undefined,
): Record<string, Json> => ({
  ...defined({
    id: transaction?.id,
    correlation_id: transaction?.correlationId,
    locale: words(params.ui_locales)[0] ?? 'en',
    login_hint: params.login_hint,
    redirect_uri: params.redirect_uri,
    response_mode: params.response_mode ?? (isFrontChannel(params.response_type ?? 'code') ? 'fragment' : 'query'),
    state: params.state,
  }),
  acr_values: words(params.acr_values),
  prompt: words(params.prompt),
  protocol: protocolOf(params.response_type ?? 'code'),
  requested_scopes: words(params.scope),
  response_type: words(params.response_type),
  ui_locales: words(params.ui_locales),
})
