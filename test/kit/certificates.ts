/** A certificate authority for tests: X.509 version 3 (RFC 5280), P-256, nothing that a client would not check. */

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

/** One element in DER (ITU-T X.690): its tag, its length, its content. */
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  const size = content.length
  if (size < 0x80) return Buffer.concat([Buffer.from([tag, size]), content])
  const long = Buffer.from(size.toString(16).padStart(size > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | long.length]), long, content])
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
const integer = (value: Uint8Array): Buffer => der(0x02, value)
const octets = (value: Uint8Array): Buffer => der(0x04, value)
const bits = (value: Uint8Array): Buffer => der(0x03, Buffer.from([0]), value)
const TRUE = der(0x01, Buffer.from([0xff]))

const OIDS = {
  commonName: '550403',
  subjectAlternativeName: '551d11',
  basicConstraints: '551d13',
  ecdsaWithSha256: '2a8648ce3d040302',
} as const

const oid = (name: keyof typeof OIDS): Buffer => der(0x06, Buffer.from(OIDS[name], 'hex'))

const SIGNATURE = sequence(oid('ecdsaWithSha256'))

const nameOf = (text: string): Buffer => sequence(der(0x31, sequence(oid('commonName'), der(0x0c, Buffer.from(text)))))

const time = (date: Date): Buffer => der(0x18, Buffer.from(`${date.toISOString().slice(0, 19).replace(/\D/g, '')}Z`))

/** A name, or an address, as an entry of the subject's alternative names. */
const alternative = (host: string): Buffer =>
  isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host))

const pem = (label: string, content: Uint8Array): string => {
  const lines =
    Buffer.from(content)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

interface Issue {
  readonly subject: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly issuerKey: KeyObject
  readonly extensions: readonly Uint8Array[]
  readonly until: Date
}

const DAY_MS = 86_400_000

const certify = ({ subject, issuer, publicKey, issuerKey, extensions, until }: Issue): string => {
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x11]), randomBytes(8)])),
    SIGNATURE,
    nameOf(issuer),
    sequence(time(new Date(until.getTime() - 10 * DAY_MS)), time(until)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  return pem('CERTIFICATE', sequence(body, SIGNATURE, bits(sign('sha256', body, issuerKey))))
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

export interface Certificate {
  readonly certificate: string
  readonly key: string
}

export interface CertificateAuthority {
  /** What a client has to trust, in PEM. */
  readonly certificate: string
  /** A certificate of a server with these names and IPv4 addresses; `until` in the past makes one that has expired. */
  issue(hosts: readonly string[], until?: Date): Certificate
}

/** An authority that exists in memory only. */
export const createAuthority = (name = 'Test authority'): CertificateAuthority => {
  const authority = newKeys()
  const inAWeek = (): Date => new Date(Date.now() + 7 * DAY_MS)
  const isAuthority = sequence(oid('basicConstraints'), TRUE, octets(sequence(TRUE)))
  const common = { issuer: name, issuerKey: authority.privateKey }
  return {
    certificate: certify({
      ...common,
      subject: name,
      publicKey: authority.publicKey,
      extensions: [isAuthority],
      until: inAWeek(),
    }),
    issue(hosts, until = inAWeek()) {
      const { publicKey, privateKey } = newKeys()
      const names = sequence(oid('subjectAlternativeName'), octets(sequence(...hosts.map(alternative))))
      const certificate = certify({ ...common, subject: hosts[0] ?? '', publicKey, extensions: [names], until })
      return { certificate, key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) }
    },
  }
}
