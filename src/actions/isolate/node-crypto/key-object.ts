/** KeyObject of node:crypto. A key is its text, here in the isolate; the child reads the text for each operation. */

import type { Bridge } from '../../contract/bridge.ts'
import type { Bytes } from '../bytes.ts'
import { bufferClass, cryptoError, fromBytes, toBytes } from './data.ts'

type Kind = 'private' | 'public'

/** What the child says of a key. */
interface KeyText {
  readonly pem: string
  readonly kind: string
  readonly modulusLength?: number
  readonly publicExponent?: string
  readonly namedCurve?: string
}

/** What a key is given as, beside the plain key. */
export interface KeyInput {
  readonly key?: unknown
  readonly format?: unknown
  readonly type?: unknown
  readonly encoding?: unknown
  readonly passphrase?: unknown
}

export const isInput = (value: unknown): value is KeyInput =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)

/** PEM says what DER leaves to the caller. */
const LABELS: Readonly<Record<string, string>> = {
  pkcs1: 'RSA',
  sec1: 'EC',
}

const labelOf = (kind: Kind, type: unknown): string => {
  const family = typeof type === 'string' && Object.hasOwn(LABELS, type) ? `${LABELS[type]} ` : ''
  return `${family}${kind === 'private' ? 'PRIVATE' : 'PUBLIC'} KEY`
}

const toPem = (der: Bytes, label: string): string => {
  const lines = String(fromBytes(der, 'base64')).replace(/.{64}/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}

const fromPem = (pem: string): unknown => bufferClass().from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')

/** What the child is asked about keys. */
const createKeyPorts = (bridge: Bridge) => ({
  read: (kind: Kind, text: string): KeyText => {
    const known = bridge.compute('key', kind, text)
    if (known) return known as KeyText // what the child answers
    throw cryptoError(
      'ERR_OSSL_UNSUPPORTED',
      `the ${kind} key cannot be read, is encrypted, or is of an unsupported type or size`,
    )
  },
  exportAs: (kind: Kind, pem: string, type: unknown): string => {
    const text = bridge.compute('exportKey', kind, pem, type)
    if (typeof text === 'string') return text
    throw cryptoError('ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS', `the key cannot be exported as ${String(type)}`)
  },
})

type KeyPorts = ReturnType<typeof createKeyPorts>

class KeyObject {
  readonly type: string
  constructor(type: string) {
    this.type = type
  }
  equals(other: unknown): boolean {
    return other instanceof KeyObject && other.type === this.type && contentOf(other) === contentOf(this)
  }
  get [Symbol.toStringTag](): string {
    return 'KeyObject'
  }
}

class SecretKeyObject extends KeyObject {
  readonly #bytes: Bytes
  constructor(bytes: Bytes) {
    super('secret')
    this.#bytes = bytes
  }
  get symmetricKeySize(): number {
    return this.#bytes.length
  }
  export(options: { readonly format?: unknown } = {}): unknown {
    if (options.format === 'jwk') return { kty: 'oct', k: fromBytes(this.#bytes.slice(), 'base64url') }
    return fromBytes(this.#bytes.slice(), undefined)
  }
}

class AsymmetricKeyObject extends KeyObject {
  readonly #ports: KeyPorts
  readonly #kind: Kind
  readonly #text: KeyText
  constructor(ports: KeyPorts, kind: Kind, text: KeyText) {
    super(kind)
    this.#ports = ports
    this.#kind = kind
    this.#text = text
  }
  get pem(): string {
    return this.#text.pem
  }
  get asymmetricKeyType(): string {
    return this.#text.kind
  }
  get asymmetricKeyDetails(): object {
    const { modulusLength, publicExponent, namedCurve } = this.#text
    return {
      ...(modulusLength === undefined ? {} : { modulusLength }),
      ...(publicExponent === undefined ? {} : { publicExponent: BigInt(publicExponent) }),
      ...(namedCurve === undefined ? {} : { namedCurve }),
    }
  }
  export({ format, type }: { readonly format?: unknown; readonly type?: unknown } = {}): unknown {
    if (format === 'jwk') return JSON.parse(this.#ports.exportAs(this.#kind, this.pem, 'jwk'))
    const form = type ?? (this.#kind === 'private' ? 'pkcs8' : 'spki')
    const pem = this.#ports.exportAs(this.#kind, this.pem, form)
    return format === 'der' ? fromPem(pem) : pem
  }
}

const secretBytes = (key: unknown): Bytes | undefined =>
  key instanceof SecretKeyObject ? toBytes(key.export()) : undefined

const contentOf = (key: KeyObject): string =>
  key instanceof AsymmetricKeyObject ? key.pem : String(fromBytes(secretBytes(key) ?? new Uint8Array(0), 'hex'))

/** The text of a key that is not a KeyObject, as the child reads it. */
const textOf = (kind: Kind, input: unknown): string => {
  if (!isInput(input)) return typeof input === 'string' ? input : String(fromBytes(toBytes(input), 'utf8'))
  const { key, format, type, encoding, passphrase } = input
  if (passphrase !== undefined)
    throw cryptoError('ERR_CRYPTO_OPERATION_FAILED', 'encrypted keys are not supported in Actions: decrypt it first')
  if (format === 'jwk') return JSON.stringify(key)
  return format === 'der' ? toPem(toBytes(key, encoding), labelOf(kind, type)) : textOf(kind, key)
}

/** What the child reads of any value that was given for a key. */
const keyText = (kind: Kind, input: unknown): string => {
  const inner = isInput(input) && !(input instanceof KeyObject) && input.key instanceof KeyObject ? input.key : input
  if (inner instanceof AsymmetricKeyObject) return inner.pem
  if (inner instanceof KeyObject)
    throw cryptoError('ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', `a ${inner.type} key is no ${kind} key`)
  return textOf(kind, inner)
}

export const createKeyClasses = (bridge: Bridge) => {
  const ports = createKeyPorts(bridge)
  const create = (kind: Kind) => (input: unknown) =>
    new AsymmetricKeyObject(ports, kind, ports.read(kind, keyText(kind, input)))
  return {
    KeyObject,
    keyText,
    /** The bytes of a secret KeyObject; undefined for anything else. */
    secretBytes,
    createSecretKey: (key: unknown, encoding?: unknown) => new SecretKeyObject(toBytes(key, encoding)),
    createPrivateKey: create('private'),
    createPublicKey: create('public'),
  }
}

export type KeyClasses = ReturnType<typeof createKeyClasses>
