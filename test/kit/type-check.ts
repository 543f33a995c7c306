/** Asks the compiler whether values that were seen at run time are what a declaration says. */

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
const OPTIONS = '--noEmit --strict --exactOptionalPropertyTypes --skipLibCheck --target es2024 --module nodenext'
const MORE = ['--allowImportingTsExtensions', '--types', '']

export interface Declared {
  /** Name of the type. */
  readonly type: string
  /** JSON. */
  readonly value: unknown
}

/**
 * What the compiler has to say about values, each written down as a literal of its type: what is missing, what has
 * another type, and what is not declared. Empty when they agree.
 *
 * @param declarations the file that exports the types
 */
export const typeProblems = async (declarations: URL, values: readonly Declared[]): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'types-'))
  const file = join(folder, 'values.ts')
  const types = [...new Set(values.map(({ type }) => type))].join(', ')
  const constants = values.map(({ type, value }, index) => `export const v${index}: ${type} = ${JSON.stringify(value)}`)
  const source = [`import type { ${types} } from ${JSON.stringify(fileURLToPath(declarations))}`, ...constants]
  try {
    await writeFile(file, source.join('\n'))
    await promisify(execFile)(process.execPath, [TSC, ...OPTIONS.split(' '), ...MORE, file], {
      // Where no configuration of a project is found.
      cwd: folder,
    })
    return ''
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string } // of the compiler
    return `${stdout ?? ''}${stderr ?? ''}` || String(error)
  } finally {
    await rm(folder, { recursive: true })
  }
}
