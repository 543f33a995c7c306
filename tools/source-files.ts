/** Lists the project's TypeScript sources and reads their imports; what every check starts from. */

import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root, with no trailing slash. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

export interface SourceFile {
  /** Relative to the root, with forward slashes: `src/decision/allocation/hash.ts`. */
  readonly path: string
  readonly text: string
}

/** Every TypeScript file under the given folders. */
export const listSources = (...folders: readonly string[]): SourceFile[] =>
  folders
    .flatMap(folder => globSync(`${folder}/**/*.ts`, { cwd: ROOT, exclude: path => path.includes('node_modules') }))
    .toSorted()
    .map(path => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

const IMPORT = /^\s*(?:import|export)\s[^'"`;]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm

export interface Import {
  /** As written. */
  readonly specifier: string
  /** Relative to the root for a relative import; undefined for a package. */
  readonly target: string | undefined
}

/** What a file imports, type-only and dynamic imports included. */
export const importsOf = (file: SourceFile): Import[] =>
  [...file.text.matchAll(IMPORT)].map(match => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? ''
    const target = specifier.startsWith('.')
      ? relative(ROOT, normalize(join(ROOT, dirname(file.path), specifier)))
      : undefined
    return { specifier, target }
  })

/** True for tests and their kits, which may reach across layers. */
export const isTestFile = (path: string): boolean => /\.(test|types)\.ts$|-contract\.ts$|^test\//.test(path)
