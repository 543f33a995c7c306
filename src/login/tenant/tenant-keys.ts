/** A tenant's keys: those that sign tokens and those that protect cookies and hashes. */

import { hkdfSync } from 'node:crypto'
import type { JWK } from 'jose'
import type { RandomBytes } from '../../base/random.ts'
import type { SecretBox } from '../../base/secret-box.ts'
import type { TenantId } from '../../model/ids.ts'
import type { Db } from '../../store/database/database.ts'
import { listSigningKeys } from '../../store/tenants/signing-key-store.ts'
import { findTenantSecret, insertTenantSecret } from '../../store/tenants/tenant-store.ts'
import { openSigningKey, toPublicJwk } from './signing-key.ts'

export interface TenantKeys {
  /** Private keys, the current one first. */
  readonly signing: readonly JWK[]
  /** Public parts of the same keys. */
  readonly verification: readonly JWK[]
  /** Signs the cookies of sessions and interactions. */
  readonly cookie: string
  /** Signs the device cookie. */
  readonly deviceCookie: Uint8Array
  /** Turns a device id into the hash that the log shows; changing it would make every device a new one. */
  readonly deviceHash: Uint8Array
  /** Turns an account and an address, or either, into the key of their failures. */
  readonly failureHash: Uint8Array
  /** Signs the challenges that passkeys and security keys answer. */
  readonly webauthnChallenge: Uint8Array
  /** Makes the nonces of DPoP proofs. */
  readonly dpopNonce: Uint8Array
  /** Signs the cookie of a browser in which a second factor was remembered. */
  readonly rememberedBrowser: Uint8Array
}

/** The secrets that a tenant is created with; every key below is derived from one of them. */
const SECRETS = { cookies: 'cookie_secret', hashes: 'hash_secret' } as const

const SECRET_BYTES = 32

const contextOf = (tenantId: TenantId, name: string): string => `tenant_secrets:${tenantId}:${name}`

/** Gives a new tenant its secrets; those that it has stay. */
export const insertTenantKeys = async (
  db: Db,
  tenantId: TenantId,
  { random, secretBox }: { readonly random: RandomBytes; readonly secretBox: SecretBox },
): Promise<void> => {
  for (const name of Object.values(SECRETS)) {
    const secret = Buffer.from(random(SECRET_BYTES)).toString('base64url')
    await insertTenantSecret(db, tenantId, name, secretBox.seal(secret, contextOf(tenantId, name)))
  }
}

/** One key per purpose (RFC 5869), so that what one purpose reveals says nothing about another. */
const derive = (secret: string, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', purpose, SECRET_BYTES))

/** @throws TypeError when the tenant was not created completely */
export const loadTenantKeys = async (db: Db, tenantId: TenantId, secretBox: SecretBox): Promise<TenantKeys> => {
  const loadSecret = async (name: string): Promise<string> => {
    const sealed = await findTenantSecret(db, tenantId, name)
    if (sealed === undefined) throw new TypeError(`tenant ${tenantId} has no secret ${name}`)
    return secretBox.open(sealed, contextOf(tenantId, name))
  }
  const [records, cookies, hashes] = await Promise.all([
    listSigningKeys(db, tenantId),
    loadSecret(SECRETS.cookies),
    loadSecret(SECRETS.hashes),
  ])
  if (records[0]?.status !== 'current') throw new TypeError(`tenant ${tenantId} has no current signing key`)
  const signing = records.map(record => openSigningKey(tenantId, record, secretBox))
  return {
    signing,
    verification: signing.map(toPublicJwk),
    cookie: Buffer.from(derive(cookies, 'session cookies')).toString('base64url'),
    deviceCookie: derive(cookies, 'device cookie'),
    deviceHash: derive(hashes, 'device hash'),
    failureHash: derive(hashes, 'login failures'),
    webauthnChallenge: derive(cookies, 'webauthn challenges'),
    dpopNonce: derive(cookies, 'dpop nonces'),
    rememberedBrowser: derive(cookies, 'remembered browsers'),
  }
}
