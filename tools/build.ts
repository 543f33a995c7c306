/**
 * `npm run build`: writes dist/, which the package runs instead of src/, because Node strips no types below node_modules.
 *
 * It is what Node makes of the sources in a checkout: types become blanks, and the paths of sources end in `.js`. So each
 * statement keeps its line and column. Says nothing, because the name of the tarball is all that `npm pack` prints.
 */

import { copyFileSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { isTestFile, listSources, ROOT } from './source-files.ts'

/** A literal that is the path of a source, whether the source is imported, required, bundled or started. */
const SOURCE_PATH = /'(\.{1,2}\/[^'\n]+(?<!\.d)\.ts)'/g

const builtPath = (path: string): string => path.replace(/\.ts$/, '.js')

/**
 * The JavaScript of a source.
 *
 * @param shipped paths of all sources that are built
 * @throws TypeError for syntax that is not erasable, and for the path of something that is not shipped
 */
export const toJavaScript = (path: string, text: string, shipped: ReadonlySet<string>): string =>
  stripTypeScriptTypes(text).replace(SOURCE_PATH, (_, target: string) => {
    if (!shipped.has(posix.join(dirname(path), target)))
      throw new TypeError(`${path} needs ${target}: not in the package`)
    return `'${builtPath(target)}'`
  })

/** Replaces dist/ by what src/ is now. */
const build = (): void => {
  const sources = listSources('src').filter(({ path }) => !isTestFile(path) && !path.endsWith('.d.ts'))
  const shipped = new Set(sources.map(({ path }) => path))
  const files = new Map(sources.map(({ path, text }) => [builtPath(path), toJavaScript(path, text, shipped)]))
  const read = globSync('src/**/*.*', { cwd: ROOT }).filter(path => !path.endsWith('.ts'))
  const placeOf = (path: string): string => {
    const place = join(ROOT, path.replace(/^src/, 'dist'))
    mkdirSync(dirname(place), { recursive: true })
    return place
  }
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
  for (const [path, text] of files) writeFileSync(placeOf(path), text)
  for (const path of read) copyFileSync(join(ROOT, path), placeOf(path))
}

if (import.meta.main) build()
