/** docs/guides/streaming-logs.md; what it sends to other hosts arrives on this machine. */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { SINKS } from '../../src/logs/sinks/index.ts'
import {
  addStream,
  onlyWithServer,
  openClient,
  startNats,
  toStorage,
} from '../../src/logs/sinks/nats-server-contract.ts'
import { createAuthority } from '../kit/certificates.ts'
import { followGuide, type GuideBlock, readGuide } from '../kit/guide-commands.ts'
import { freePort } from '../kit/server.ts'
import type { Chapter, Place } from './chapter.ts'

const GUIDE = 'docs/guides/streaming-logs.md'

/** Host → how its body reads as JSON documents. */
const HOSTS: Record<string, (body: string) => readonly Json[]> = {
  'http-intake.logs.datadoghq.eu': body => JSON.parse(body),
  'splunk.example.com': body => JSON.parse(`[${body.replaceAll('}{', '},{')}]`),
  'api.segment.io': body => JSON.parse(body).batch,
  'api.mixpanel.com': body => JSON.parse(body),
}

type Json = Readonly<Record<string, unknown>>

/** A path such as `data.type`; undefined where it ends too early. */
const at = (document: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Json | undefined)?.[name], document)

type Arrived = Map<string, Json[]>

/** @param arrived host → what it got */
const startReceiver = async (
  authority: ReturnType<typeof createAuthority>,
  arrived: Arrived,
  lifetime: Place['lifetime'],
): Promise<number> => {
  const { certificate, key } = authority.issue(Object.keys(HOSTS))
  const receiver = createServer({ cert: certificate, key }, async (request, response) => {
    const bytes = Buffer.concat(await request.toArray())
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
    const host = request.headers.host?.split(':')[0] ?? ''
    arrived.set(host, [...(arrived.get(host) ?? []), ...(HOSTS[host]?.(String(body)) ?? [])])
    response.end('{"code":200}')
  })
  const port = await freePort()
  await new Promise<void>(resolve => receiver.listen(port, '127.0.0.1', resolve))
  lifetime.after(async () => {
    receiver.closeAllConnections()
    receiver.close()
  })
  return port
}

/** What a table of the guide says: type of sink → the path of the variation, the path of the event's type. */
const pathsOf = (text: string): ReadonlyMap<string, readonly [string, string]> => {
  const rows = [...text.matchAll(/^\| (`[^|]+`) \| `([\w.]+)` \| `([\w.]+)` \|$/gm)]
  return new Map(
    rows.flatMap(([, types = '', variation = '', type = '']) =>
      types.split(', ').map(name => [name.replaceAll('`', ''), [variation, type] as const] as const),
    ),
  )
}

/** Everything that a NATS server is told by the stream; undefined where there is no such server. */
const startSubscriber = async (
  lifetime: Place['lifetime'],
): Promise<{ readonly port: string; readonly published: readonly Json[] } | undefined> => {
  if (onlyWithServer.skip) return undefined
  const { url, port } = await startNats(lifetime, await toStorage(lifetime))
  const client = await openClient(lifetime, url)
  await addStream(client)
  const published: Json[] = []
  client.subscribe('auth.logs.>', {
    callback: (_error, message) => {
      published.push(JSON.parse(message.string()))
    },
  })
  return { port, published }
}

/** Before the guide deletes its streams, all of them catch up. */
const withPatience = (blocks: readonly GuideBlock[], streams: readonly string[]): readonly GuideBlock[] => {
  const end = blocks.findIndex(({ text }) => text.startsWith('for id in $HOOK'))
  const text = `for id in ${streams.map(name => `$${name}`).join(' ')}; do caught_up $id; done`
  return blocks.toSpliced(end, 0, { line: 0, language: 'sh', note: '', prose: '', text })
}

/** What each kind of stream got. */
const readArrived = (folder: string, arrived: Arrived, published: readonly Json[] | undefined) => {
  const linesOf = (path: string): Json[] =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
  return {
    http: linesOf(join(folder, 'received.ndjson')),
    file: linesOf(join(folder, 'data/log-streams/dev/auth.ndjson')),
    ...(published && { nats: published }),
    datadog: arrived.get('http-intake.logs.datadoghq.eu') ?? [],
    splunk: arrived.get('splunk.example.com') ?? [],
    segment: arrived.get('api.segment.io') ?? [],
    mixpanel: arrived.get('api.mixpanel.com') ?? [],
  }
}

const checkArrived = (got: ReturnType<typeof readArrived>, paths: ReturnType<typeof pathsOf>): void => {
  for (const [type, events] of Object.entries(got)) {
    const [variation = '', kind = ''] = paths.get(type) ?? []
    for (const wanted of ['s', 'experiment_assignment_succeeded']) {
      const those = events.filter(event => at(event, kind) === wanted)
      assert.ok(those.length > 0, `${type} got ${wanted}`)
      for (const event of those)
        assert.match(String(at(event, variation)), /^var_/, `${type}: ${variation} of ${wanted}`)
    }
  }
  assert.ok(got.segment.some(({ event }) => event === 'Experiment Viewed'))
  const started = got.mixpanel.find(({ event }) => event === '$experiment_started')
  assert.match(String(at(started, 'properties.Variant name')), /^var_/)
  for (const type of ['segment', 'mixpanel'] as const)
    assert.ok(got[type].some(({ event }) => event === 'Successful login (s)'))
}

export const streamingLogs: Chapter = {
  title: 'the guide to streaming, and every destination has the experiment where it says',
  async prepare({ folder, lifetime }) {
    const arrived: Arrived = new Map()
    const authority = createAuthority()
    writeFileSync(join(folder, 'authority.pem'), authority.certificate)
    const port = await startReceiver(authority, arrived, lifetime)
    return {
      variables: {
        LOG_STREAM_LOCAL: 'allow',
        NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem'),
        NODE_OPTIONS: `--import ${join(import.meta.dirname, '../kit/detour.ts')}`,
        DETOUR: JSON.stringify(Object.fromEntries(Object.keys(HOSTS).map(host => [host, port]))),
      },
      async follow(server) {
        const paths = pathsOf(readFileSync(new URL(`../../${GUIDE}`, import.meta.url), 'utf8'))
        assert.deepEqual([...paths.keys()].toSorted(), Object.keys(SINKS).toSorted())
        const nats = await startSubscriber(lifetime)
        const streams = ['HOOK', 'DATADOG', 'SPLUNK', 'SEGMENT', 'MIXPANEL', 'FILE', ...(nats ? ['NATS'] : [])]
        const webhook = String(await freePort())
        await followGuide(withPatience(readGuide(GUIDE), streams), {
          folder,
          replace: {
            'localhost:4000': `localhost:${webhook}`,
            'listen(4000)': `listen(${webhook})`,
            '4222': nats?.port ?? '1',
          },
          instead: { 'LOG_STREAM_LOCAL=allow npm start': () => assert.ok(server.issuer) },
        })
        checkArrived(readArrived(folder, arrived, nats?.published), paths)
      },
    }
  },
}
