/** The account of one build, for npm and the bundler alike, and the files of the server that they are. */

import { existsSync } from 'node:fs'
import { chown, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ChildAccount, childAccount } from '../child-account.ts'

const pathTo = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** The process that bundles; beside its own files it needs esbuild, and to be known as a module. */
export const BUNDLE_WORKER = pathTo(`./bundle-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`)

const require = createRequire(import.meta.url)

/**
 * The program of esbuild for this machine, which is a package of its own. The bundler is told where it is: package managers
 * that link packages put it where a copy of esbuild would not look.
 */
export const esbuildProgram = (): string => {
  const name = `@esbuild/${process.platform}-${process.arch}`
  return createRequire(require.resolve('esbuild/package.json')).resolve(`${name}/bin/esbuild`)
}

/** esbuild where the worker finds it, which may be a link. */
const esbuildFolder = (): string => {
  const places = (require.resolve.paths('esbuild') ?? []).map(folder => join(folder, 'esbuild'))
  return places.find(place => existsSync(place)) ?? dirname(require.resolve('esbuild/package.json'))
}

/**
 * @param npm folder of the package npm
 * @throws the error of the disk when these are in a closed folder and cannot be copied
 */
export const buildAccount = (npm: string): ChildAccount =>
  childAccount('build', [
    npm,
    esbuildFolder(),
    dirname(dirname(esbuildProgram())),
    dirname(BUNDLE_WORKER),
    pathTo('../../contract/'),
    pathTo('../../../../package.json'),
  ])

/** Gives what the server has put into the folder of a build to the account of the build. */
export const giveFolder = async (folder: string, { identity: { uid, gid } }: ChildAccount): Promise<void> => {
  if (uid === undefined || gid === undefined) return
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const { parentPath, name } of entries) await chown(join(parentPath, name), uid, gid)
  await chown(folder, uid, gid)
}
