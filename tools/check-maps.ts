/**
 * Why: a map that omits a street sends people astray, and an unchecked map omits one within a month. README's map of the code has
 * every folder of `src/` and of the root; each path that README and CONTRIBUTING name is there.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './source-files.ts'

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

/** Folders of the root that hold nothing for a reader. */
const UNMAPPED = /^(\.|node_modules$|dist$|data$)/

const folders = (path: string): string[] =>
  readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter(entry => entry.isDirectory() && !UNMAPPED.test(entry.name))
    .map(entry => entry.name)

/** Folders of the first level that a map does not name. */
export const missingFolders = (map: string, sources: readonly string[], roots: readonly string[]): string[] => {
  const wanted = [
    ...sources.map(name => `src/${name}/`),
    ...roots.filter(name => name !== 'src').map(name => `${name}/`),
  ]
  return wanted.filter(path => !map.includes(`\`${path}\``)).map(path => `README.md: the map of the code omits ${path}`)
}

/** A path in code font that begins with a folder of the project and has no placeholder in it. */
const PATH = /`((?:src|test|tools|docs|bench|conformance|examples|dashboard)\/[\w./-]+)`/g

/** Paths that a document names and that are not there. */
export const deadPaths = (document: string, text: string, exists: (path: string) => boolean): string[] =>
  [...text.matchAll(PATH)]
    .map(([, path = '']) => path)
    .filter(path => !exists(path))
    .map(path => `${document}: there is no ${path}`)

/** Every hole of the maps, one line each. */
export const checkMaps = (): string[] => {
  const exists = (path: string): boolean => existsSync(join(ROOT, path))
  return [
    ...missingFolders(read('README.md'), folders('src'), folders('.')),
    ...['README.md', 'CONTRIBUTING.md'].flatMap(document => deadPaths(document, read(document), exists)),
  ]
}
