/** Keeps a bundler below one folder: a package cannot bundle what the server has on its disk. */

import { realpathSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'
import type { Metafile, OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'

/** Marks what this plugin asks of esbuild itself. */
const ASKED = 'asked'

/** The real path of a file, also of one that is not there: nothing of it can be read, and its folder is judged. */
const realPathOf = (path: string): string => {
  try {
    return realpathSync(path)
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ENOENT') return join(realpathSync(dirname(path)), basename(path))
    throw error
  }
}

/** @param root a real path; links in `path` are followed */
const isInside = (root: string, path: string): boolean => {
  try {
    return realPathOf(path).startsWith(root + sep)
  } catch {
    return false
  }
}

/** The words are esbuild's own for what is not there: a package does not learn which files a server has. */
const unresolved = (path: string): OnResolveResult => ({
  errors: [{ text: `Could not resolve ${JSON.stringify(path)}` }],
})

const onResolve = async (api: PluginBuild, root: string, args: OnResolveArgs): Promise<OnResolveResult | undefined> => {
  if (args.pluginData === ASKED || args.kind === 'entry-point') return undefined
  const { importer, kind, resolveDir } = args
  const found = await api.resolve(args.path, { importer, kind, resolveDir, pluginData: ASKED })
  if (found.errors.length > 0)
    return isBuiltin(args.path) ? { path: args.path, external: true } : { errors: found.errors }
  // Left to the bundler, which also knows what a package has switched off for browsers: it is then an empty module.
  if (found.external || !isAbsolute(found.path) || found.namespace !== 'file') return undefined
  if (isInside(root, found.path)) return undefined
  // A module of Node by a name that a folder further up happens to have as well.
  return isBuiltin(args.path) ? { path: args.path, external: true } : unresolved(args.path)
}

/**
 * `onResolve` is asked about each path that is written out, and about none that a package computes: of those the
 * bundler searches the disk for what fits. `onLoad` is asked about every file, however it was found.
 */
const onLoad = (root: string, path: string): OnLoadResult | undefined =>
  isInside(root, path) ? undefined : { errors: [{ text: 'a path that is computed leads outside of the package' }] }

/** @param root real path of the folder whose files, and no others, may be read */
export const stayInside = (root: string): Plugin => ({
  name: 'stay-inside',
  setup: api => {
    api.onResolve({ filter: /.*/ }, args => onResolve(api, root, args))
    api.onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => onLoad(root, path))
  },
})

/** What the bundler made itself or has left empty: neither was read from the disk. */
const NO_FILE = /^(<|\(disabled\):)/

/**
 * True when every file in a finished bundle came from below `root`: this holds for ways of finding files that a plugin
 * is not asked about.
 *
 * @param folder the bundler's working directory, from which it names files
 */
export const isWithin = (root: string, folder: string, { inputs }: Metafile): boolean =>
  Object.keys(inputs)
    .filter(path => !NO_FILE.test(path))
    .every(path => isInside(root, resolve(folder, path)))
