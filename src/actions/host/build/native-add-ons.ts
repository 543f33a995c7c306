/** Which installed packages are native add-ons: they are why a bundle cannot be made, or does not load. */

import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { isJsonObject, parseJson } from '../../../base/json.ts'

type Fields = Readonly<Record<string, unknown>>

/** What only a package with an add-on has: the recipe of its compilation, or what came out. */
const ADD_ON_FILE = /^binding\.gyp$|\.node$/

/** How package.json tells the tools that compile an add-on, or fetch it, that there is one. */
const hasAddOnField = ({ gypfile, napi }: Fields): boolean => gypfile === true || isJsonObject(napi)

const MODULES = 'node_modules'

/** The folder of the package that a file belongs to: what follows the last `node_modules` in its path. */
const packageOf = (path: string): string => {
  const parts = path.split(sep)
  const at = parts.lastIndexOf(MODULES) + 1
  return parts.slice(0, at + (parts[at]?.startsWith('@') ? 2 : 1)).join(sep)
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly isMarked: boolean
}

const readManifest = async (folder: string): Promise<Manifest> => {
  const parsed = parseJson(await readFile(join(folder, 'package.json'), 'utf8').catch(() => ''))
  const fields: Fields = isJsonObject(parsed) ? parsed : {}
  return {
    name: folder.slice(folder.lastIndexOf(`${MODULES}${sep}`) + MODULES.length + 1).replaceAll(sep, '/'),
    version: typeof fields.version === 'string' ? fields.version.slice(0, 80) : '',
    isMarked: hasAddOnField(fields),
  }
}

const describe = ({ name, version }: Manifest): string =>
  `${name}@${version} has a native add-on, which cannot run in the sandbox: use a package that is JavaScript alone`

/**
 * One sentence per package, of which there are not many in a folder that was installed for one Action.
 *
 * @param folder holds `node_modules`; its size is bounded
 */
export const describeAddOns = async (folder: string): Promise<readonly string[]> => {
  const files = await readdir(join(folder, MODULES), { recursive: true, withFileTypes: true })
  const marked = new Set<string>()
  const packages = new Set<string>()
  for (const { parentPath, name } of files) {
    const owner = packageOf(relative(folder, join(parentPath, name)))
    if (ADD_ON_FILE.test(name)) marked.add(owner)
    if (name === 'package.json') packages.add(owner)
  }
  const found: string[] = []
  for (const owner of [...packages].sort()) {
    const manifest = await readManifest(join(folder, owner))
    if (marked.has(owner) || manifest.isMarked) found.push(describe(manifest))
  }
  return found
}
