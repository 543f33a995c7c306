/** A file that is written in several attempts: each goes on from what the one before has saved, however that one ended. */

import { constants, type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { CliFailure, EXIT } from './cli-failure.ts'
import { lookAt, type Output, orFail, writeTo } from './output.ts'

export interface ResumableOutput extends Output {
  /** What was saved last by an earlier attempt; undefined when this is the first, or none got so far. */
  readonly saved: string | undefined
  /** Makes all that was written part of the file for good, with what is needed to go on behind it. */
  save(state: string): Promise<void>
}

/** `complete`: an earlier attempt was done but for its last steps, which have been made up for. */
export type Attempt = { readonly kind: 'open'; readonly output: ResumableOutput } | { readonly kind: 'complete' }

interface Checkpoint {
  readonly bytes: number
  readonly state: string
  readonly isComplete: boolean
}

interface CheckpointFile {
  load(): Checkpoint | undefined
  save(checkpoint: Checkpoint): void
  close(): void
}

/**
 * Opens the file of the checkpoint and locks it until the process is gone. SQLite keeps both promises: a checkpoint is
 * the old one or the new one at each moment at which the process or the machine may die, and the lock is the kernel's.
 */
const openCheckpoint = (path: string): CheckpointFile => {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec(`pragma locking_mode = exclusive; pragma synchronous = full;
      create table if not exists checkpoint (
        id integer primary key check (id = 1), bytes integer, state text, is_complete integer);
      begin exclusive; commit`)
  } catch (error) {
    database.close()
    throw error
  }
  return {
    load() {
      const row = database.prepare('select bytes, state, is_complete from checkpoint').get()
      return row && { bytes: Number(row.bytes), state: String(row.state), isComplete: row.is_complete === 1 }
    },
    save({ bytes, state, isComplete }) {
      const statement = database.prepare('insert or replace into checkpoint values (1, ?, ?, ?)')
      statement.run(bytes, state, isComplete ? 1 : 0)
    },
    close: () => database.close(),
  }
}

const SQLITE_BUSY = 5

const lockCheckpoint = async (path: string): Promise<CheckpointFile> => {
  // Made here, as SQLite would let others read it.
  await orFail(path, open(path, constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW, 0o600)).then(file =>
    file.close(),
  )
  try {
    return openCheckpoint(path)
  } catch (error) {
    const isBusy = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
    throw new CliFailure(
      isBusy
        ? `Another process is writing ${path.replace(/\.sqlite$/, '')}.`
        : `${path} cannot be read: ${String(error)}.`,
    )
  }
}

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants

/** An attempt that finds nothing saved begins anew; what lies there was cut off before its first checkpoint. */
const beginPart = async (part: string): Promise<FileHandle> => {
  await rm(part, { force: true })
  return await open(part, O_APPEND | O_CREAT | O_EXCL | O_RDWR, 0o600)
}

/** Cuts off what came behind the checkpoint: it will be written again. */
const reopenPart = async (part: string, bytes: number): Promise<FileHandle> => {
  const file = await open(part, O_APPEND | O_NOFOLLOW | O_RDWR)
  const { size, uid } = await file.stat()
  if (size >= bytes && uid === (process.getuid?.() ?? uid)) {
    await file.truncate(bytes)
    return file
  }
  await file.close()
  throw new CliFailure(`${part} is not what was left there; delete it and ${part}.sqlite to begin anew.`)
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined

interface Paths {
  readonly target: string
  readonly part: string
  readonly checkpoint: string
}

/** The last steps. A kill between two of them is made up for by the next attempt. */
const finish = async ({ target, part, checkpoint }: Paths): Promise<void> => {
  if (await exists(part)) await rename(part, target)
  await rm(`${checkpoint}-journal`, { force: true })
  await rm(checkpoint, { force: true })
}

const createOutput = (path: string, paths: Paths, file: FileHandle, checkpoint: CheckpointFile): ResumableOutput => {
  const saved = checkpoint.load()?.state
  let isSaved = saved !== undefined
  const write = writeTo(path, file)
  const save = async (state: string, isComplete: boolean): Promise<void> => {
    await orFail(path, file.datasync())
    const { size } = await file.stat()
    checkpoint.save({ bytes: size, state, isComplete })
    isSaved = true
  }
  return {
    saved,
    write,
    save: state => save(state, false),
    async commit() {
      await save('', true)
      await file.close()
      checkpoint.close()
      await orFail(path, finish(paths))
    },
    async discard() {
      await file.close()
      checkpoint.close()
      if (isSaved) return
      await rm(paths.part, { force: true })
      await rm(paths.checkpoint, { force: true })
    },
  }
}

/**
 * Opens the next attempt at a file. Until it is complete it is beside its place as `FILE.part`, with its checkpoint
 * in `FILE.part.sqlite`; both are the owner's only, and one process at a time has them.
 *
 * @throws CliFailure for a pipe or a device, which cannot be cut off, and for a file that another process writes
 */
export const openResumableOutput = async (path: string): Promise<Attempt> => {
  const { target, isSpecial } = await orFail(path, lookAt(path))
  if (isSpecial) throw new CliFailure(`${path} is no file, so an export to it cannot be resumed.`, EXIT.usage)
  const part = `${target}.part`
  const paths = { target, part, checkpoint: `${part}.sqlite` }
  const checkpoint = await lockCheckpoint(paths.checkpoint)
  try {
    const left = checkpoint.load()
    if (left?.isComplete) {
      checkpoint.close()
      await orFail(path, finish(paths))
      return { kind: 'complete' }
    }
    const file = await orFail(part, left ? reopenPart(part, left.bytes) : beginPart(part))
    return { kind: 'open', output: createOutput(path, paths, file, checkpoint) }
  } catch (error) {
    checkpoint.close()
    throw error
  }
}
