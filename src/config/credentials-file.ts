/** `credentials.json` in the data directory: what a script or a newcomer needs to use the server. */

import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isJsonObject, parseJson } from '../base/json.ts'
import { type RandomBytes, randomHex, systemRandom } from '../base/random.ts'
import { StartupError } from '../base/startup-error.ts'

const credentialsSchema = z.looseObject({
  issuer: z.string(),
  management: z.looseObject({ client_id: z.string(), client_secret: z.string(), audience: z.string() }),
  app: z.looseObject({ client_id: z.string(), client_secret: z.string(), callbacks: z.array(z.string()) }),
  admin: z.looseObject({ email: z.string(), password: z.string() }),
})

export interface Credentials {
  readonly issuer: string
  readonly management: { readonly client_id: string; readonly client_secret: string; readonly audience: string }
  readonly app: { readonly client_id: string; readonly client_secret: string; readonly callbacks: readonly string[] }
  readonly admin: { readonly email: string; readonly password: string }
}

const pathIn = (dataDir: string): string => join(dataDir, 'credentials.json')

/**
 * Reads the file; nothing when there is none.
 *
 * @throws StartupError when it is there but is not what the server writes
 */
export const loadCredentials = async (dataDir: string): Promise<Credentials | undefined> => {
  const content = await readContent(dataDir)
  if (content === undefined) return undefined
  const parsed = credentialsSchema.safeParse(content)
  if (parsed.success) return parsed.data
  const missing = parsed.error.issues.map(issue => issue.path.join('.')).join(', ')
  throw new StartupError(`${pathIn(dataDir)} lacks ${missing}: complete it, or move it away.`)
}

/**
 * Writes the file for its owner only. Keys that an operator has added stay. Readers see the old file or the
 * new one, never a part, also when the machine fails meanwhile.
 *
 * @throws StartupError when it cannot be written, or there is a file that is not JSON, which would be lost
 */
export const saveCredentials = async (
  dataDir: string,
  credentials: Credentials,
  random: RandomBytes = systemRandom,
): Promise<void> => {
  const content = merge((await readContent(dataDir)) ?? {}, { ...credentials })
  const text = `${JSON.stringify(content, null, 2)}\n`
  const unfinished = `${pathIn(dataDir)}.${randomHex(8, random)}`
  try {
    await writeDurably(unfinished, text)
    await rename(unfinished, pathIn(dataDir))
  } catch (error) {
    await rm(unfinished, { force: true })
    throw new StartupError(`${pathIn(dataDir)} cannot be written: ${messageOf(error)}.`)
  }
}

const writeDurably = async (path: string, text: string): Promise<void> => {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const readContent = async (dataDir: string): Promise<Record<string, unknown> | undefined> => {
  const text = await readFile(pathIn(dataDir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new StartupError(`${pathIn(dataDir)} cannot be read: ${error.message}.`)
  })
  if (text === undefined) return undefined
  const content = parseJson(text)
  if (isJsonObject(content)) return content
  throw new StartupError(`${pathIn(dataDir)} is not a JSON object: mend it, or move it away.`)
}

/** The new values over the old ones; objects are merged, anything else is replaced. */
const merge = (before: Record<string, unknown>, now: Record<string, unknown>): Record<string, unknown> => {
  const merged = Object.entries(now).map(([key, value]) => {
    const old = before[key]
    return [key, isJsonObject(old) && isJsonObject(value) ? merge(old, value) : value] as const
  })
  return { ...before, ...Object.fromEntries(merged) }
}
