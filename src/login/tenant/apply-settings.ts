/**
 * The settings of a later start: each is applied when it is another one than at the last start that had it, or refused with
 * a sentence. What was changed over the API meanwhile stays for as long as the setting does.
 */

import { StartupError } from '../../base/startup-error.ts'
import type { Config } from '../../config/config.ts'
import { callbackPageOf } from '../../model/callback-page.ts'
import { normalizeEmail } from '../../model/email-address.ts'
import type { TenantId } from '../../model/ids.ts'
import { type ClientRecord, findClient, updateClient } from '../../store/tenants/client-store.ts'
import { findUserCredentials } from '../../store/users/user-store.ts'
import { changeUser } from '../../store/users/user-writes.ts'
import { openClientSecret, sealClientSecret } from './directory.ts'
import { type AppliedSetting, loadSeedRecord, type SeedRecord, saveSeedRecord } from './seed-record.ts'
import { logoutUrls, requireAdminPassword, type SeedDeps } from './seed-tenant.ts'

interface Context {
  readonly config: Config
  readonly tenantId: TenantId
  readonly record: SeedRecord
  readonly deps: SeedDeps
  readonly at: Date
}

interface Step {
  readonly setting: AppliedSetting
  /** What the next start compares the setting with. */
  readonly remember: string
  /** Absent where it is in force already. */
  readonly apply?: () => Promise<unknown>
}

type Outcome = Step | { readonly problem: string } | undefined

const gone = (setting: string, what: string): Outcome => ({
  problem: `${setting} has changed, but the ${what} that the first start made was deleted: unset it.`,
})

/** Tokens, grants and the log name clients by their ids. */
const checkClientId = (variable: string, what: string, given: string | undefined, id: string): Outcome =>
  given === undefined || given === id
    ? undefined
    : {
        problem: `${variable} is ${given}, but the ${what} that the first start made is ${id}, and the id of a client cannot be changed: set it to that, or unset it.`,
      }

type Secret = 'MANAGEMENT_CLIENT_SECRET' | 'APP_CLIENT_SECRET'

const clientSecret = async (
  { tenantId, record, deps }: Context,
  setting: Secret,
  clientId: string,
  given: string | undefined,
): Promise<Outcome> => {
  if (given === undefined || given === record.applied[setting]) return undefined
  const client = await findClient(deps.db, tenantId, clientId)
  if (!client) return gone(setting, 'client')
  const { secretBox } = deps
  const current = client.sealedSecret && openClientSecret(secretBox, tenantId, clientId, client.sealedSecret)
  if (current === given) return { setting, remember: given }
  const sealedSecret = sealClientSecret(secretBox, tenantId, clientId, given)
  return { setting, remember: given, apply: () => updateClient(deps.db, tenantId, clientId, { sealedSecret }) }
}

/** The addresses for after a logout that were made of the old callbacks are made anew; others stay. */
const changeCallbacks = ({ tenantId, deps }: Context, client: ClientRecord, next: readonly string[]) => {
  const derived = logoutUrls(client.callbacks)
  const others = client.allowedLogoutUrls.filter(url => !derived.includes(url))
  const change = { callbacks: next, allowedLogoutUrls: [...new Set([...logoutUrls(next), ...others])] }
  return () => updateClient(deps.db, tenantId, client.clientId, change)
}

const callbacks = async (context: Context): Promise<Outcome> => {
  const { config, tenantId, record, deps } = context
  const setting = 'APP_CALLBACKS'
  const remember = config.appCallbacks.join(',')
  if (!config.given.includes('appCallbacks') || remember === record.applied[setting]) return undefined
  const client = await findClient(deps.db, tenantId, record.appClientId)
  if (!client) return gone(setting, 'application')
  if (client.callbacks.join(',') === remember) return { setting, remember }
  return { setting, remember, apply: changeCallbacks(context, client, config.appCallbacks) }
}

/** The default of versions that had no callback page. What was begun with it goes on. */
const EARLIER_DEFAULT = 'http://localhost:8080/callback'

/** The callbacks with the page of this issuer; undefined where the operator has others. */
const withPage = (now: readonly string[], page: string, earlier: string | undefined): readonly string[] | undefined => {
  if (now.includes(page)) return undefined
  if (earlier !== undefined) return now.includes(earlier) ? now.map(one => (one === earlier ? page : one)) : undefined
  return now.length === 1 && now[0] === EARLIER_DEFAULT ? [page, EARLIER_DEFAULT] : undefined
}

/** The callback page has another address where the issuer has: it takes the place of the old one in the list. */
const callbackPage = async (context: Context): Promise<Outcome> => {
  const { config, tenantId, record, deps } = context
  const setting = 'ISSUER'
  const { issuer: remember } = config
  const last = record.applied[setting]
  if (config.given.includes('appCallbacks') || remember === last) return undefined
  const client = await findClient(deps.db, tenantId, record.appClientId)
  const next = client && withPage(client.callbacks, callbackPageOf(remember), last && callbackPageOf(last))
  return client && next ? { setting, remember, apply: changeCallbacks(context, client, next) } : { setting, remember }
}

/** Refused rather than applied: an address is who a user is, and the new one may be another user's. */
const administratorEmail = async ({ config, tenantId, record, deps }: Context): Promise<Outcome> => {
  const setting = 'ADMIN_EMAIL'
  const remember = normalizeEmail(config.adminEmail)
  if (!config.given.includes('adminEmail') || remember === record.applied[setting]) return undefined
  const user = await findUserCredentials(deps.db, tenantId, record.adminUserId)
  if (!user) return gone(setting, 'administrator')
  if (user.email === remember) return { setting, remember }
  return {
    problem: `ADMIN_EMAIL is ${remember}, but the administrator is ${user.email}: change the address with PATCH /api/v2/users/${encodeURIComponent(record.adminUserId)}, or unset ADMIN_EMAIL.`,
  }
}

/**
 * Applied when the operator has changed the setting, and not again: a password that the administrator has chosen since is
 * not undone by what stands in a file. Everything that was opened with the old one ends.
 */
const administratorPassword = async ({ config, tenantId, record, deps, at }: Context): Promise<Outcome> => {
  const setting = 'ADMIN_PASSWORD'
  const { adminPassword: given } = config
  const { db, hasher } = deps
  const last = record.applied[setting]
  if (given === undefined || (last !== undefined && (await hasher.verify(last, given, '')))) return undefined
  const user = await findUserCredentials(db, tenantId, record.adminUserId)
  if (!user) return gone(setting, 'administrator')
  if (await hasher.verify(user.passwordHash, given, '')) return { setting, remember: user.passwordHash ?? '' }
  if (last === undefined)
    return {
      problem:
        'ADMIN_PASSWORD is not the password of the administrator, and this database, of an earlier version, does not say which of the two is newer: set the one that is in force, or unset it.',
    }
  requireAdminPassword(given, { tenantId, email: user.email })
  const passwordHash = await hasher.hash(given, '')
  const apply = () => changeUser({ db, tenantId }, record.adminUserId, { passwordHash, at })
  return { setting, remember: passwordHash, apply }
}

const decideAll = (context: Context): Promise<readonly Outcome[]> => {
  const { config, record } = context
  const { managementClientId, appClientId } = record
  return Promise.all([
    checkClientId(
      'MANAGEMENT_CLIENT_ID',
      'client of the Management API',
      config.managementClientId,
      managementClientId,
    ),
    clientSecret(context, 'MANAGEMENT_CLIENT_SECRET', managementClientId, config.managementClientSecret),
    checkClientId('APP_CLIENT_ID', 'application', config.appClientId, appClientId),
    clientSecret(context, 'APP_CLIENT_SECRET', appClientId, config.appClientSecret),
    callbacks(context),
    callbackPage(context),
    administratorEmail(context),
    administratorPassword(context),
  ])
}

/**
 * Applies what has changed since the last start. Each change can be made twice, so that a start which is cut short is
 * finished by the next one; what was applied is written down last.
 *
 * @returns the names of the settings that were applied
 * @throws StartupError with one line for each setting that cannot be; nothing is applied then
 */
export const applySettings = async (
  config: Config,
  tenantId: TenantId,
  deps: SeedDeps,
  at: Date,
): Promise<readonly AppliedSetting[]> => {
  const record = await loadSeedRecord(deps.db, tenantId, deps.secretBox)
  const outcomes = (await decideAll({ config, tenantId, record, deps, at })).filter(outcome => outcome !== undefined)
  const problems = outcomes.flatMap(outcome => ('problem' in outcome ? [outcome.problem] : []))
  if (problems.length > 0) throw new StartupError(problems.join('\n'))
  const steps = outcomes.flatMap(outcome => ('problem' in outcome ? [] : [outcome]))
  if (steps.length === 0) return []
  for (const { apply } of steps) await apply?.()
  const applied = Object.fromEntries(steps.map(({ setting, remember }) => [setting, remember]))
  await saveSeedRecord(deps.db, tenantId, deps.secretBox, { ...record, applied: { ...record.applied, ...applied } })
  return steps.flatMap(({ setting, apply }) => (apply ? [setting] : []))
}
