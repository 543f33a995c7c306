/**
 * Why: "this folder cannot import that one" is the architecture. A rule that is only written down gets
 * broken by the first hurried import, so the table below is checked on every run, with import cycles.
 */

import { importsOf, isTestFile, listSources, type SourceFile } from './source-files.ts'

/** Layer → layers that it may import beside itself. Packages are listed where a layer is pure. */
export const LAYERS: Record<string, readonly string[]> = {
  decision: [],
  stats: [],
  base: [],
  model: ['decision', 'base'],
  config: ['model', 'base'],
  http: ['base'],
  search: ['model', 'base'],
  store: ['model', 'decision', 'base'],
  logs: ['search', 'store', 'model', 'base'],
  actions: ['model', 'base'],
  analysis: ['store', 'stats', 'model', 'base'],
  login: ['actions', 'analysis', 'logs', 'store', 'config', 'model', 'decision', 'stats', 'base'],
  api: ['actions', 'analysis', 'logs', 'search', 'store', 'config', 'model', 'decision', 'stats', 'base'],
  // The command line talks to the API like any client; it shares words with the server, not machinery.
  cli: ['actions', 'config', 'stats', 'model', 'base'],
}

/** Layers that may import no package at all, not even Node's own. */
const PURE: readonly string[] = ['decision', 'stats']

const layerOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1]

const layerProblems = (file: SourceFile): string[] => {
  const layer = layerOf(file.path)
  if (!layer || isTestFile(file.path)) return []
  const allowed = LAYERS[layer]
  if (!allowed) return [`${file.path}: folder src/${layer} is in no layer; add it to tools/check-layers.ts`]
  return importsOf(file).flatMap(({ specifier, target }) => {
    if (!target) return PURE.includes(layer) ? [`${file.path}: ${layer} is pure, but imports ${specifier}`] : []
    if (layer === 'cli' && target === 'src/app.ts') return []
    const to = layerOf(target)
    if (to === layer || (to && allowed.includes(to))) return []
    return [`${file.path}: ${layer} may not import ${to ?? target}`]
  })
}

/** Finds one import cycle per strongly connected group, type-only imports included. */
export const findCycles = (files: readonly SourceFile[]): string[] => {
  const edges = new Map(files.map(file => [file.path, importsOf(file).flatMap(({ target }) => target ?? [])]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      cycles.push([...trail.slice(start), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const file of files) visit(file.path, [])
  return cycles
}

/** Every broken rule, one line each. */
export const checkLayers = (): string[] => {
  const files = listSources('src')
  return [...files.flatMap(layerProblems), ...findCycles(files).map(cycle => `import cycle: ${cycle}`)]
}
