/** What `serve` says when requests are accepted. Pure. */

import { isAbsolute, relative } from 'node:path'

export interface StartFacts {
  readonly issuer: string
  /** Milliseconds since the start of the process. */
  readonly elapsedMs: number
  /** The tenant was created by this start. */
  readonly isFirst: boolean
  /** Absolute; undefined when this server, which joined others, has none. */
  readonly credentialsFile: string | undefined
  readonly administrator: string
  /** The folder in which the command was started. */
  readonly folder: string
}

/** As short as a person would write it. */
const shortPath = (path: string, folder: string): string => {
  const inFolder = relative(folder, path)
  return inFolder.startsWith('..') || isAbsolute(inFolder) ? path : inFolder
}

/**
 * Scripts wait for the first line, to the letter; the rest is for people.
 *
 * @returns lines
 */
export const startMessage = (facts: StartFacts): readonly string[] => {
  const { issuer, elapsedMs, isFirst, credentialsFile, administrator, folder } = facts
  const ready = `ready ${issuer} in ${Math.round(elapsedMs)} ms`
  const file = credentialsFile && shortPath(credentialsFile, folder)
  if (!isFirst) {
    const known = [
      ...(file ? [`credentials: ${file}`] : []),
      ...(administrator ? [`administrator: ${administrator}`] : []),
    ]
    return known.length > 0 ? [ready, `  ${known.join('   ')}`] : [ready]
  }
  return [
    ready,
    '',
    ...(file ? [`  credentials     ${file}`] : []),
    `  administrator   ${administrator}, with the password in that file`,
    `  next            open ${issuer} in a browser and try a login, or follow the quickstart in README.md`,
  ]
}
