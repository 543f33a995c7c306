/** A real nats-server for tests, with the configuration that they need; it ends with its test. */

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jetstreamManager } from '@nats-io/jetstream'
import { type ConnectionOptions, connect, type NatsConnection, nkeys } from '@nats-io/transport-node'

const isInstalled = spawnSync('nats-server', ['--version']).status === 0

/** The options of a test that needs a server. */
export const onlyWithServer = {
  skip: isInstalled ? false : 'needs nats-server (on Debian: apt-get install nats-server)',
}

/** What a server is stopped with: a test, or a suite. */
export interface Lifetime {
  readonly after: (stop: () => Promise<unknown>) => void
}

export interface NatsServer {
  readonly url: string
  readonly port: string
  readonly stop: () => Promise<void>
}

/** Where a server keeps its streams. */
export const toStorage = async (t: Lifetime): Promise<string> => {
  const storage = await mkdtemp(join(tmpdir(), 'nats-sink-'))
  t.after(() => rm(storage, { recursive: true, force: true }))
  return storage
}

/** Starts a server with JetStream. Port -1 lets it choose; it prints its choice. */
export const startNats = async (
  t: Lifetime,
  storage: string,
  wanted = '-1',
  ...more: readonly string[]
): Promise<NatsServer> => {
  const child = spawn('nats-server', ['-js', '-sd', storage, '-a', '127.0.0.1', '-p', wanted, ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  t.after(stop)
  const port = await new Promise<string>((resolve, reject) => {
    let output = ''
    // Listened to for as long as it runs: a server that cannot write its log dies.
    child.stderr.on('data', chunk => {
      output += chunk
      const listening = /client connections on 127\.0\.0\.1:(\d+)/.exec(output)
      if (listening?.[1] && output.includes('Server is ready')) resolve(listening[1])
    })
    child.once('exit', () => reject(new assert.AssertionError({ message: `nats-server ended: ${output}` })))
  })
  return { url: `nats://127.0.0.1:${port}`, port, stop }
}

/** Starts a server with the text of a configuration file; `files` are written beside it and can be named in it as `$DIR/name`. */
export const startConfiguredNats = async (
  t: Lifetime,
  configuration: string,
  files: Readonly<Record<string, string>> = {},
): Promise<NatsServer> => {
  const storage = await toStorage(t)
  for (const [name, text] of Object.entries(files)) await writeFile(join(storage, name), text)
  await writeFile(join(storage, 'nats.conf'), configuration.replaceAll('$DIR', storage))
  return await startNats(t, storage, '-1', '-c', join(storage, 'nats.conf'))
}

/** A client of the tests; it is closed with them. */
export const openClient = async (
  t: Lifetime,
  servers: string,
  more: ConnectionOptions = {},
): Promise<NatsConnection> => {
  const connection = await connect({ servers, reconnect: false, ...more })
  t.after(() => connection.close())
  return connection
}

/** Creates the JetStream stream `auth` that takes what the sinks of the tests publish. */
export const addStream = async (client: NatsConnection): Promise<void> => {
  await (await jetstreamManager(client)).streams.add({ name: 'auth', subjects: ['auth.logs.>'] })
}

/** How many messages it has. */
export const countMessages = async (client: NatsConnection): Promise<number> =>
  (await (await jetstreamManager(client)).streams.info('auth')).state.messages

type Key = ReturnType<typeof nkeys.createUser>

const base64url = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url')

/** A claim as NATS signs it: Ed25519 by an nkey (nats-io/jwt, version 2). */
const signClaim = (issuer: Key, subject: Key, nats: object, more: object = {}): string => {
  const head = base64url(JSON.stringify({ typ: 'JWT', alg: 'ed25519-nkey' }))
  const claims = { jti: subject.getPublicKey(), iat: Math.floor(Date.now() / 1000), iss: issuer.getPublicKey() }
  const body = base64url(
    JSON.stringify({ ...claims, sub: subject.getPublicKey(), ...more, nats: { ...nats, version: 2 } }),
  )
  const text = `${head}.${body}`
  return `${text}.${base64url(issuer.sign(new TextEncoder().encode(text)))}`
}

export interface NatsOperator {
  /** The lines of the server's configuration that make it trust the operator. */
  readonly configuration: string
  /** The text of a credentials file. @param expires seconds since 1970 */
  credentials(expires?: number): string
}

const UNLIMITED = {
  ...{ subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 },
  ...{ mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 },
}

/** An operator with one account that may use JetStream, and the account of the system, which JetStream asks for. */
export const createOperator = (): NatsOperator => {
  const operator = nkeys.createOperator()
  const account = nkeys.createAccount()
  const system = nkeys.createAccount()
  const accountClaim = (key: Key, limits: object): string => signClaim(operator, key, { type: 'account', limits })
  return {
    configuration: `
      operator: ${signClaim(operator, operator, { type: 'operator' })}
      system_account: ${system.getPublicKey()}
      resolver: MEMORY
      resolver_preload: {
        ${account.getPublicKey()}: ${accountClaim(account, UNLIMITED)}
        ${system.getPublicKey()}: ${accountClaim(system, { ...UNLIMITED, mem_storage: 0, disk_storage: 0 })}
      }`,
    credentials(expires) {
      const user = nkeys.createUser()
      const limits = { subs: -1, data: -1, payload: -1 }
      const jwt = signClaim(account, user, { type: 'user', ...limits }, expires === undefined ? {} : { exp: expires })
      const seed = new TextDecoder().decode(user.getSeed())
      return [
        `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------`,
        'NKEYs are sensitive and should be treated as secrets.',
        `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
      ].join('\n\n')
    },
  }
}
