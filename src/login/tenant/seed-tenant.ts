/** Creates a tenant with everything that the first login needs. */

import { type RandomBytes, randomAlphanumeric } from '../../base/random.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import { StartupError } from '../../base/startup-error.ts'
import { normalizeEmail } from '../../model/email-address.ts'
import { createId, type TenantId } from '../../model/ids.ts'
import { NEW_CONNECTION_OPTIONS, passwordDictionaryOf } from '../../model/password-dictionary.ts'
import { passwordProblem } from '../../model/password-rules.ts'
import { ALL_SCOPES } from '../../model/scopes.ts'
import type { Db } from '../../store/database/database.ts'
import { insertClientGrant } from '../../store/tenants/client-grant-store.ts'
import { insertClient } from '../../store/tenants/client-store.ts'
import { insertConnection } from '../../store/tenants/connection-store.ts'
import { insertResourceServer } from '../../store/tenants/resource-server-store.ts'
import { insertSigningKey } from '../../store/tenants/signing-key-store.ts'
import { insertTenant } from '../../store/tenants/tenant-store.ts'
import { insertUser } from '../../store/users/user-writes.ts'
import { DATABASE_CONNECTION, sealClientSecret } from './directory.ts'
import { newUser } from './new-user.ts'
import { type SeedRecord, saveSeedRecord } from './seed-record.ts'
import { createSigningKey } from './signing-key.ts'
import { insertTenantKeys } from './tenant-keys.ts'

export interface SeedDeps {
  readonly db: Db
  readonly random: RandomBytes
  readonly secretBox: SecretBox
  readonly hasher: {
    hash(password: string, network: string): Promise<string>
    verify(hash: string | undefined, password: string, network: string): Promise<boolean>
  }
}

/** What the operator has chosen; the rest is generated. */
export interface SeedOptions {
  readonly tenantId: TenantId
  readonly friendlyName?: string | undefined
  /** With the trailing slash; its host name becomes the tenant's. */
  readonly issuer: string
  readonly managementClientId?: string | undefined
  readonly managementClientSecret?: string | undefined
  readonly appClientId?: string | undefined
  readonly appClientSecret?: string | undefined
  readonly appCallbacks: readonly string[]
  readonly adminEmail: string
  readonly adminPassword?: string | undefined
}

/** What a person needs to begin; secrets are readable here and never again. */
export interface SeedCredentials {
  readonly management: { readonly clientId: string; readonly clientSecret: string; readonly audience: string }
  readonly app: { readonly clientId: string; readonly clientSecret: string; readonly callbacks: readonly string[] }
  readonly admin: { readonly email: string; readonly password: string }
}

const CLIENT_ID_LENGTH = 32
const SECRET_LENGTH = 64
const PASSWORD_LENGTH = 20
const ID_LENGTH = 24

const chooseCredentials = (options: SeedOptions, random: RandomBytes): SeedCredentials => ({
  management: {
    clientId: options.managementClientId ?? randomAlphanumeric(CLIENT_ID_LENGTH, random),
    clientSecret: options.managementClientSecret ?? randomAlphanumeric(SECRET_LENGTH, random),
    audience: `${options.issuer}api/v2/`,
  },
  app: {
    clientId: options.appClientId ?? randomAlphanumeric(CLIENT_ID_LENGTH, random),
    clientSecret: options.appClientSecret ?? randomAlphanumeric(SECRET_LENGTH, random),
    callbacks: options.appCallbacks,
  },
  admin: {
    email: normalizeEmail(options.adminEmail),
    password: options.adminPassword ?? randomAlphanumeric(PASSWORD_LENGTH, random),
  },
})

/**
 * Refuses a password for the administrator that no user of a new connection could choose.
 *
 * @throws StartupError
 */
export const requireAdminPassword = (
  password: string,
  { tenantId, email }: { readonly tenantId: TenantId; readonly email: string },
): void => {
  const dictionary = passwordDictionaryOf(NEW_CONNECTION_OPTIONS)
  const problem = passwordProblem(password, { email, serviceNames: [tenantId], dictionary })
  if (!problem) return
  const remedy = '`openssl rand -base64 15` makes a good one; without the variable, the server makes one.'
  throw new StartupError(`ADMIN_PASSWORD cannot be used. ${problem.message} ${remedy}`)
}

/** Where an application may return to after a logout: the origins that it may return to after a login. */
export const logoutUrls = (callbacks: readonly string[]): string[] => [
  ...new Set(
    callbacks.flatMap(callback => {
      const url = URL.parse(callback)
      return url && url.origin !== 'null' ? [`${url.origin}/`] : []
    }),
  ),
]

const insertManagementApi = async (
  db: Db,
  tenantId: TenantId,
  { management }: SeedCredentials,
  { random, secretBox }: SeedDeps,
): Promise<void> => {
  await insertResourceServer(db, tenantId, {
    id: randomAlphanumeric(ID_LENGTH, random),
    identifier: management.audience,
    name: 'Management API',
    scopes: ALL_SCOPES,
    tokenLifetime: 86_400,
    allowOfflineAccess: false,
    isSystem: true,
  })
  await insertClient(db, tenantId, {
    clientId: management.clientId,
    name: 'Management',
    appType: 'non_interactive',
    sealedSecret: sealClientSecret(secretBox, tenantId, management.clientId, management.clientSecret),
    tokenEndpointAuthMethod: 'client_secret_post',
    grantTypes: ['client_credentials'],
    callbacks: [],
    allowedLogoutUrls: [],
    metadata: {},
  })
  await insertClientGrant(db, tenantId, {
    id: createId('client_grant', random),
    clientId: management.clientId,
    audience: management.audience,
    scopes: ALL_SCOPES,
  })
}

const insertApp = (db: Db, tenantId: TenantId, { app }: SeedCredentials, { secretBox }: SeedDeps): Promise<void> =>
  insertClient(db, tenantId, {
    clientId: app.clientId,
    name: 'Application',
    appType: 'regular_web',
    sealedSecret: sealClientSecret(secretBox, tenantId, app.clientId, app.clientSecret),
    tokenEndpointAuthMethod: 'client_secret_post',
    // `implicit` is what SDKs of web applications ask for when they only want to know who is there.
    grantTypes: ['authorization_code', 'implicit', 'refresh_token'],
    callbacks: app.callbacks,
    allowedLogoutUrls: logoutUrls(app.callbacks),
    metadata: {},
  })

/** What is generated is written down like what was given: a later start can set either. */
const recordOf = (
  issuer: string,
  { management, app, admin }: SeedCredentials,
  { userId, passwordHash }: { readonly userId: string; readonly passwordHash: string },
): SeedRecord => ({
  managementClientId: management.clientId,
  appClientId: app.clientId,
  adminUserId: userId,
  applied: {
    MANAGEMENT_CLIENT_SECRET: management.clientSecret,
    APP_CLIENT_SECRET: app.clientSecret,
    APP_CALLBACKS: app.callbacks.join(','),
    ISSUER: issuer,
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: passwordHash,
  },
})

/**
 * Creates the default tenant: host name, keys, the Management API and a client with all of its scopes, an application,
 * the database connection, an administrator. All of it in one transaction, so a tenant exists completely or not at all;
 * of servers that start together one creates it and the others wait and find it.
 *
 * @throws StartupError for a password of the administrator that is too easy to guess
 * @returns the credentials, readable this once; undefined when the tenant exists, which is left as it is
 */
export const seedTenant = async (options: SeedOptions, deps: SeedDeps): Promise<SeedCredentials | undefined> => {
  const { tenantId, issuer } = options
  const { random, secretBox } = deps
  const credentials = chooseCredentials(options, random)
  requireAdminPassword(credentials.admin.password, { tenantId, email: credentials.admin.email })
  // Slow, and wasted when the tenant exists, but no work for a transaction that others wait for.
  const [key, passwordHash] = await Promise.all([
    createSigningKey(tenantId, 'current', { random, secretBox }),
    deps.hasher.hash(credentials.admin.password, ''),
  ])
  return deps.db.transaction().execute(async db => {
    const { hostname } = new URL(issuer)
    const tenant = { tenantId, friendlyName: options.friendlyName ?? tenantId, isDefault: true, allowedLogoutUrls: [] }
    if (!(await insertTenant(db, { ...tenant, domains: [hostname] }))) return undefined
    await insertTenantKeys(db, tenantId, { random, secretBox })
    await insertSigningKey(db, tenantId, key)
    await insertManagementApi(db, tenantId, credentials, deps)
    await insertApp(db, tenantId, credentials, deps)
    const connectionId = createId('connection', random)
    await insertConnection(db, tenantId, {
      id: connectionId,
      name: DATABASE_CONNECTION,
      strategy: 'auth0',
    })
    const { email } = credentials.admin
    const administrator = newUser({ connectionId, email, passwordHash, isAdministrator: true }, random)
    await insertUser({ db, tenantId }, administrator)
    await saveSeedRecord(db, tenantId, secretBox, recordOf(issuer, credentials, administrator))
    return credentials
  })
}
