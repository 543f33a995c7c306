/** The script of the pages that talk to passkeys and security keys, as one file with a fingerprinted address. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Turns options and answers into JSON, and knows the browsers' peculiarities; MIT, its header says whose. */
const library = readFileSync(
  fileURLToPath(new URL('../dist/bundle/index.umd.min.js', import.meta.resolve('@simplewebauthn/browser'))),
)

const own = readFileSync(join(import.meta.dirname, 'scripts', 'webauthn.js'))

const body = Buffer.concat([library, Buffer.from('\n'), own])

const fingerprint = createHash('sha256').update(body).digest('hex').slice(0, 16)

export const WEBAUTHN_SCRIPT = { path: `/u/assets/webauthn-${fingerprint}.js`, body } as const
