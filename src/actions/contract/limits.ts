/** What an Action may use, and what enforces each limit: the numbers of the wire where it documents one. */

/** Sizes are in bytes of UTF-8 unless a name says otherwise; times are in milliseconds. */
export const LIMITS = {
  // What is saved: checked by `check` and by the Management API, before anything runs.
  codeBytes: 100_000,
  dependencies: 10,
  secrets: 30,
  secretNameChars: 128,
  secretValueChars: 4096,
  actionsPerTrigger: 20,
  /** Code with its dependencies: refused when they are bundled. */
  programBytes: 5_000_000,

  // Time. The budget is the caller's; a call that outlives it is ended by the child, and the child by the parent.
  budgetMs: 20_000,
  /** Time on the processor per call: V8 is told to stop, then the isolate is disposed, then the child is killed. */
  cpuMs: 1000,
  /** What a proven Action may use of the child's main thread before the call is moved to a thread of its own. */
  sliceMs: 10,
  /** What the main thread may work without giving anybody a turn, before the child is replaced. */
  heldUpMs: 14,
  /** How long after its limit an isolate may go on before the child counts as lost. */
  stuckMs: 250,
  /** How long a lost child may finish what its other calls are waiting for. */
  drainMs: 2000,
  /** A child that says nothing for so long while it has work is killed. */
  silentMs: 1500,

  // Memory. V8 enforces the first; the others catch what V8 counts too late.
  heapMegabytes: 64,
  /** The child disposes the isolate that has been running longest and asks to be replaced. */
  softResidentBytes: 400e6,
  /** The parent kills the child. */
  hardResidentBytes: 640e6,
  /** RLIMIT_DATA of the child, set by the shell that starts it: the kernel refuses what goes beyond. */
  dataBytes: 900_000_000,

  // Output: counted inside the isolate, and again by the parent, which trusts nothing that a child says.
  logChars: 256,
  effectBytes: 100_000,
  effects: 500,
  jsonDepth: 64,
  metadataBytes: 32_000,

  // Input.
  eventBytes: 2_000_000,

  // Egress: counted by the child per call, and by the parent, which is the only one with a network.
  fetches: 50,
  concurrentFetches: 10,
  requestBytes: 1_000_000,
  responseBytes: 2_000_000,
  redirects: 5,
  timers: 100,
  /** Times that timers and answers may enter the isolate of a call. */
  entries: 10_000,
  /** Operations of WebCrypto at a time; their time counts four times as generously as the Action's own. */
  concurrentSubtle: 8,

  // The cache of a trigger: checked by api.cache.set.
  cacheEntries: 20,
  cacheKeyBytes: 64,
  cacheValueBytes: 4096,
  cacheBytes: 8192,
  cacheTtlMs: 15 * 60_000,
  cacheMaxTtlMs: 24 * 3_600_000,

  // The metadata of a transaction: checked by api.transaction.setMetadata.
  transactionKeyChars: 64,
  transactionValueBytes: 8192,
  transactionBytes: 16_384,

  // Concurrency: kept by the pool in the parent.
  /** Isolates alive in one child; the least recently used idle one makes room. */
  instances: 32,
  /** Calls of one tenant under way in one child while others wait. */
  callsPerTenant: 24,
  /** Calls of one tenant that may wait for a place; one more is refused as `busy`. */
  waitingPerTenant: 200,
} as const
