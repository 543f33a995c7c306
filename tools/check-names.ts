/**
 * Why: a reader finds a file by its name and a definition by searching for its name. A name that stands for two things sends the
 * reader to the wrong one.
 */

import { basename } from 'node:path'
import { isTestFile, listSources, type SourceFile } from './source-files.ts'

/** Basenames that repeat by convention: the table of a folder of units, and each file of a family whose folder tells them apart. */
const CONVENTIONS: Readonly<Record<string, string>> = {
  'index.ts': 'the table of a folder of units',
  'command.ts': 'the entry of a command of the CLI, in the folder of its name',
}

/** Exports that every unit of a family has under the same name, so that its table can be made of modules. */
const FAMILY_EXPORTS: Readonly<Record<string, RegExp>> = {
  name: /\/migrations\/\d/,
  sql: /\/migrations\/\d/,
  make: /\/isolate\/parts\//,
}

const EXPORT = /^export (?:declare )?(?:async )?(?:const|function|type|interface|class) (\w+)/gm

const repeated = (entries: readonly (readonly [name: string, path: string])[]): [string, string[]][] =>
  [...Map.groupBy(entries, ([name]) => name)]
    .map(([name, group]): [string, string[]] => [name, [...new Set(group.map(([, path]) => path))]])
    .filter(([, paths]) => paths.length > 1)

/** Basenames that stand for two files. */
export const basenameProblems = (files: readonly SourceFile[]): string[] =>
  repeated(files.map(({ path }) => [basename(path), path]))
    .filter(([name]) => !(name in CONVENTIONS))
    .map(([name, paths]) => `${name} is the name of ${paths.length} files: ${paths.join(', ')}`)

/** Exported names that stand for two definitions. */
export const exportProblems = (files: readonly SourceFile[]): string[] => {
  const entries = files.flatMap(({ path, text }) =>
    [...text.matchAll(EXPORT)]
      .map(([, name = '']) => [name, path] as const)
      .filter(([name]) => !FAMILY_EXPORTS[name]?.test(path)),
  )
  return repeated(entries).map(([name, paths]) => `${name} is exported by ${paths.length} files: ${paths.join(', ')}`)
}

/** Every name that stands for two things, one line each. */
export const checkNames = (): string[] => {
  const files = listSources('src').filter(({ path }) => !isTestFile(path))
  return [...basenameProblems(files), ...exportProblems(files)]
}
