/** The user behind a session, a code or a token, as the OIDC engine asks for it. */

import { errors, type FindAccount, type KoaContextWithOIDC } from 'oidc-provider'
import type { Db } from '../../store/database/database.ts'
import { findUser, findUserOfGrant, type UserRecord } from '../../store/users/user-store.ts'
import { runPipeline } from '../pipeline/run-pipeline.ts'
import type { Step } from '../pipeline/step.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { carryOutRefreshPlan } from './carry-plan.ts'
import { userClaims } from './claims.ts'
import { endCredentials } from './end-credentials.ts'
import { clientOf, exchangeOf } from './engine-context.ts'
import { generationOf } from './login-result.ts'
import { refreshFacts } from './read-login-facts.ts'

type Token = Parameters<FindAccount>[2]
type RefreshToken = Extract<Token, { readonly kind: 'RefreshToken' }>

const isUnusedRefreshToken = (token: Token): token is RefreshToken =>
  token?.kind === 'RefreshToken' && !('consumed' in token && token.consumed)

/** Takes the steps of a login with a refresh token. @throws what a step denies it with */
const takeSteps = async (
  context: KoaContextWithOIDC,
  db: Db,
  { token, user, steps }: { readonly token: RefreshToken; readonly user: UserRecord; readonly steps: readonly Step[] },
): Promise<void> => {
  const client = clientOf(context)
  if (!client) throw new TypeError('a refresh token is used by no client')
  const exchange = exchangeOf(context)
  const { amr, sessionUid } = token
  const facts = () => refreshFacts(context, token)
  const login = { kind: 'refresh', exchange, client, user, sessionId: sessionUid ?? '', amr, facts } as const
  const outcome = await runPipeline(steps, login, undefined)
  if (outcome.kind !== 'denied') return carryOutRefreshPlan(context, exchange.plan)
  await endCredentials(context, db, { id: sessionUid }, exchange.plan.revoked)
  throw new errors.CustomOIDCProviderError(outcome.error, outcome.description)
}

/**
 * A code's user is read when the code has been used, and only while its grant is there: what has ended before leads to no
 * tokens, and what ends later finds them issued.
 */
const findUserFor = (db: Db, { tenant }: Exchange, subject: string, token: Token): Promise<UserRecord | undefined> =>
  token?.kind === 'AuthorizationCode'
    ? findUserOfGrant(db, tenant.tenantId, subject, token.grantId ?? '')
    : findUser(db, tenant.tenantId, subject)

/** True for a login whose user was recognised before everything that the user had open was ended. */
const isOutdated = ({ oidc }: KoaContextWithOIDC, { generation }: UserRecord): boolean => {
  const recognised = oidc.result && generationOf(oidc.result)
  return recognised !== undefined && recognised !== generation
}

/** Tokens that a block makes useless by itself; a login and a refresh are refused by their steps, with the reason. */
const BLOCKABLE: readonly (string | undefined)[] = ['AccessToken', 'AuthorizationCode']

/**
 * A refresh takes the steps of a login here: the engine has checked the token and has neither used it up nor issued
 * anything. A token that was used before goes on without them, to the engine's answer to theft.
 */
export const createFindAccount =
  (db: Db, steps: readonly Step[]): FindAccount =>
  async (context, subject, token) => {
    const exchange = exchangeOf(context)
    const user = await findUserFor(db, exchange, subject, token)
    if (!user || (user.blocked && BLOCKABLE.includes(token?.kind))) return undefined
    if (!token && isOutdated(context, user)) return undefined
    if (isUnusedRefreshToken(token)) await takeSteps(context, db, { token, user, steps })
    return {
      accountId: user.userId,
      user,
      claims: () => ({ ...userClaims(user, exchange.tenant.issuer), sub: user.userId }),
    }
  }
