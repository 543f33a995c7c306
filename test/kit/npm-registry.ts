/** An npm registry in memory: packages are objects of files, and every request is counted. */

import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

export interface FakePackage {
  readonly version: string
  /** Fields of package.json beside name and version. */
  readonly manifest?: Readonly<Record<string, unknown>>
  /** File name → text. */
  readonly files: Readonly<Record<string, string>>
}

type Files = Readonly<Record<string, string | Buffer>>

/** The longest name of a header; what is before it goes into the header's other field for names. */
const NAME_BYTES = 100

const splitName = (path: string): readonly [folder: string, name: string] => {
  if (Buffer.byteLength(path) <= NAME_BYTES) return ['', path]
  const at = path.indexOf('/', Buffer.byteLength(path) - NAME_BYTES - 1)
  return [path.slice(0, at), path.slice(at + 1)]
}

/** One entry of a tar archive (POSIX ustar), padded to whole blocks. */
const tarEntry = (path: string, content: string | Buffer): Buffer => {
  const body = Buffer.from(content)
  const header = Buffer.alloc(512)
  const [folder, name] = splitName(`package/${path}`)
  header.write(name, 0)
  header.write(folder, 345)
  header.write('0000644\0', 100)
  header.write('0000000\0'.repeat(2), 108)
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        0', 148)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}

/** A package as registries keep them. */
export const toTarball = (files: Files): Buffer =>
  gzipSync(Buffer.concat([...Object.entries(files).map(([name, text]) => tarEntry(name, text)), Buffer.alloc(1024)]), {
    level: 1,
  })

/** Starts a registry on a free port; the caller closes it. */
export const startRegistry = async (packages: Readonly<Record<string, FakePackage>>) => {
  const requests: string[] = []
  const tarballs = new Map(
    Object.entries(packages).map(([name, { version, manifest, files }]) => {
      const packageJson = JSON.stringify({ name, version, ...manifest })
      return [name, toTarball({ 'package.json': packageJson, ...files })]
    }),
  )
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    requests.push(path)
    const [, name = '', isTarball] = /^\/((?:@[^/]+\/)?[^/]+?)(\/-\/tarball\.tgz)?$/.exec(path) ?? []
    const [found, tarball] = [packages[name], tarballs.get(name)]
    if (!found || !tarball)
      return response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}')
    if (isTarball) return response.end(tarball)
    const { version, manifest } = found
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
    const dist = { tarball: `http://${request.headers.host}/${name}/-/tarball.tgz`, integrity }
    const packument = {
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { name, version, ...manifest, dist } },
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(packument))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
