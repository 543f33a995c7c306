/**
 * Why: a layer of fifty files on one shelf is read file by file. Each layer is divided into rooms, the folders directly below it;
 * what stands at its root is its entry and belongs to the first room. Imports between rooms only point down the list, so that a reader
 * who goes from the door to the ground enters each room once.
 */

import { importsOf, isTestFile, listSources, type SourceFile } from './source-files.ts'

/** A layer's own files, those in no room. */
const ENTRY = '.'

/** Layer → its rooms from the door to the ground. A layer that is not listed has any rooms, without a cycle between them. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  login: [
    'door',
    'callback',
    'actions',
    'password',
    'factors',
    'logout',
    'engine',
    'lead-on',
    'pages',
    'pipeline',
    'transaction',
    'assignment',
    'tenant',
    'http',
  ],
  // An end of a user's access ends their logins, so users stand above logins.
  store: ['experiments', 'users', 'logins', 'actions', 'logs', 'tenants', 'database', 'embedded'],
}

/** Room → rooms that it may import. The processes of the sandbox are a trust boundary: types alone cross further. */
const BORDERS: Readonly<Record<string, { readonly may: readonly string[]; readonly typesOf: readonly string[] }>> = {
  'src/actions/contract': { may: [], typesOf: [] },
  'src/actions/isolate': { may: ['src/actions/contract'], typesOf: [] },
  'src/actions/child': { may: ['src/actions/contract'], typesOf: ['src/actions/isolate'] },
  'src/actions/host': { may: ['src/actions/contract'], typesOf: [] },
}

interface RoomOf {
  readonly layer: string
  readonly room: string
}

const roomOf = (path: string): RoomOf | undefined => {
  const [, layer, rest = ''] = /^src\/([^/]+)\/(.+)$/.exec(path) ?? []
  if (layer === undefined) return undefined
  return { layer, room: rest.includes('/') ? (rest.split('/')[0] ?? ENTRY) : ENTRY }
}

interface Step {
  readonly layer: string
  readonly from: string
  readonly to: string
  readonly file: string
  readonly target: string
}

/** Imports from one room of a layer to another. */
const stepsOf = (files: readonly SourceFile[]): Step[] =>
  files.flatMap(file =>
    importsOf(file).flatMap(({ target }) => {
      const [from, to] = [roomOf(file.path), target === undefined ? undefined : roomOf(target)]
      if (!from || !to || from.layer !== to.layer || from.room === to.room) return []
      return [{ layer: from.layer, from: from.room, to: to.room, file: file.path, target: target ?? '' }]
    }),
  )

/** Imports that run up in a layer whose rooms have an order, and rooms that the order does not name. */
const upwardProblems = (step: Step): string[] => {
  const order = ROOMS[step.layer]
  if (!order) return []
  const at = (room: string): number => (room === ENTRY ? -1 : order.indexOf(room))
  const unknown = [step.from, step.to].filter(room => room !== ENTRY && !order.includes(room))
  if (unknown.length > 0) return unknown.map(room => `src/${step.layer}/${room} is in no order of rooms; add it`)
  return at(step.to) > at(step.from) ? [] : [`${step.file} runs up to ${step.target}`]
}

/** Pairs of rooms that reach each other, one line for each import that closes the ring. */
const ringProblems = (steps: readonly Step[]): string[] => {
  const next = Map.groupBy(steps, ({ layer, from }) => `${layer}/${from}`)
  const reaches = (from: string, to: string, seen: Set<string> = new Set()): boolean => {
    if (from === to) return true
    if (seen.has(from)) return false
    seen.add(from)
    return (next.get(from) ?? []).some(step => reaches(`${step.layer}/${step.to}`, to, seen))
  }
  return steps
    .filter(({ layer, from, to }) => !ROOMS[layer] && reaches(`${layer}/${to}`, `${layer}/${from}`))
    .map(
      ({ layer, from, to, file, target }) => `src/${layer}: ${from} and ${to} import each other (${file} → ${target})`,
    )
}

const isTypeImport = (text: string, specifier: string): boolean =>
  text.split('\n').some(line => line.startsWith('import type ') && line.endsWith(` from '${specifier}'`))

/** Imports that cross a border of the sandbox. */
export const borderProblems = (files: readonly SourceFile[]): string[] =>
  files.flatMap(file => {
    const home = Object.keys(BORDERS).find(room => file.path.startsWith(`${room}/`))
    const rule = home === undefined ? undefined : BORDERS[home]
    if (home === undefined || !rule) return []
    return importsOf(file).flatMap(({ specifier, target }) => {
      if (target === undefined)
        return home.endsWith('/isolate') && /^node:/.test(specifier)
          ? [`${file.path}: nothing of Node is there beside the author's code (${specifier})`]
          : []
      const room = Object.keys(BORDERS).find(name => target.startsWith(`${name}/`))
      if (room === undefined || room === home || rule.may.includes(room)) return []
      if (rule.typesOf.includes(room) && isTypeImport(file.text, specifier)) return []
      return [`${file.path} crosses the border to ${target}`]
    })
  })

/** Imports between rooms that run up or close a ring, one line each. */
export const roomProblems = (files: readonly SourceFile[]): string[] => {
  const steps = stepsOf(files)
  return [...new Set([...steps.flatMap(upwardProblems), ...ringProblems(steps)])]
}

/** Every broken rule of the rooms, one line each. */
export const checkRooms = (): string[] => {
  const files = listSources('src').filter(({ path }) => !isTestFile(path))
  return [...roomProblems(files), ...borderProblems(files)]
}
