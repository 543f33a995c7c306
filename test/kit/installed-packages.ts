/** An npm registry of the packages that are installed here, in the versions of the lock file: no network is needed. */

import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, relative } from 'node:path'
import { toTarball } from './npm-registry.ts'

const ROOT = new URL('../../', import.meta.url).pathname

interface Manifest {
  readonly name: string
  readonly version: string
}

const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** Name → version → folder. */
const installedPackages = (): ReadonlyMap<string, ReadonlyMap<string, string>> => {
  const lock: { readonly packages: Readonly<Record<string, { readonly optional?: boolean }>> } = JSON.parse(
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
  )
  const found = new Map<string, Map<string, string>>()
  for (const [path, { optional }] of Object.entries(lock.packages)) {
    if (path === '' || optional) continue
    const folder = join(ROOT, path)
    const { name, version } = readManifest(folder)
    found.set(name, (found.get(name) ?? new Map<string, string>()).set(version, folder))
  }
  return found
}

const readFiles = (folder: string): Record<string, Buffer> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap(entry => {
      const path = join(entry.parentPath, entry.name)
      const name = relative(folder, path)
      // Declarations are never bundled.
      const isLeftOut = !entry.isFile() || /^node_modules\//.test(name) || /\.(d\.[cm]?ts|map|md)$/.test(name)
      return isLeftOut ? [] : [[name, readFileSync(path)]]
    }),
  )

/** Starts the registry on a free port; the caller closes it. */
export const startInstalledRegistry = async () => {
  const packages = installedPackages()
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    const [, name = '', version] = /^\/((?:@[^/]+\/)?[^/]+?)(?:\/-\/([^/]+)\.tgz)?$/.exec(path) ?? []
    const versions = packages.get(name)
    const folder = version && versions?.get(version)
    if (folder) return response.end(toTarball(readFiles(folder)))
    if (!versions) return response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}')
    const described = [...versions].map(([one, place]) => {
      const tarball = `http://${request.headers.host}/${name}/-/${one}.tgz`
      return [one, { ...readManifest(place), dist: { tarball } }]
    })
    const packument = {
      name,
      'dist-tags': { latest: [...versions.keys()].at(-1) },
      versions: Object.fromEntries(described),
    }
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(packument))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    /** The version that is installed at the top, pinned by package.json. */
    versionOf: (name: string): string => readManifest(join(ROOT, 'node_modules', name)).version,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
