/** What the installation and the bundling of an Action's dependencies may use of the server's machine. */

/** Sizes in bytes, times in milliseconds. */
export const BUILD_LIMITS = {
  installMs: 90_000,
  bundleMs: 30_000,
  atOnce: 2,
  waiting: 20,
  /** RLIMIT_DATA of each process: V8 reserves 600 MB of it before it has done anything. */
  dataBytes: 1_500_000_000,
  /** The heap of npm, which keeps what registries say of packages. */
  heapMegabytes: 512,
  /** RLIMIT_FSIZE: one file, a tarball included. */
  fileBytes: 64_000_000,
  /** The folder of one installation with npm's cache; watched, so that a fast disk takes somewhat more. */
  folderBytes: 300_000_000,
  folderEntries: 40_000,
  /** What must be left on the disk: a database may be on it too. */
  freeBytes: 500_000_000,
  /** Between one look at the folder and the next. */
  lookMs: 200,
  /** When a folder of a build is one that a server which was killed has left. */
  abandonedMs: 10 * 60_000,
  /** Bundles that are kept. */
  bundles: 100,
  bundleBytes: 100_000_000,
} as const

export type BuildLimits = { readonly [name in keyof typeof BUILD_LIMITS]: number }
