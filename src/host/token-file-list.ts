import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sync as writeFileAtomicSync } from 'write-file-atomic'
import { z } from 'zod'
import type { Clock, Log } from '../core/index.ts'
import { BrokerError, tokenFileTool } from '../protocol/index.ts'

const entry = z.object({ tool: tokenFileTool, account: z.string().min(1), path: z.string().min(1) })
const file = z.object({ version: z.literal(1), token_files: z.array(entry).max(100) })

export type TokenFileEntry = Readonly<z.infer<typeof entry>>

/** Which files a token is kept in, from one start to the next. */
export interface TokenFileList {
  read(): readonly TokenFileEntry[]
  /** Throws `vault_unavailable`. */
  write(entries: readonly TokenFileEntry[]): void
}

/** The list beside the memory vault. */
export const noTokenFileList: TokenFileList = { read: () => [], write: () => undefined }

/** In `<home>/token-files.json`. One that cannot be read is set aside: the tools have to be connected again, and no login is lost. */
export function tokenFileList(home: string, clock: Clock, log: Log): TokenFileList {
  const path = join(home, 'token-files.json')
  return {
    read() {
      try {
        return file.parse(JSON.parse(readFileSync(path, 'utf8'))).token_files
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') setAside(path, clock, log)
        return []
      }
    },
    write(entries) {
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
        writeFileAtomicSync(path, `${JSON.stringify({ version: 1, token_files: entries }, null, 2)}\n`, { mode: 0o600 })
      } catch (error) {
        const { code = 'unknown fault' } = error as NodeJS.ErrnoException
        throw new BrokerError('vault_unavailable', `Which tools are connected could not be written to ${path} (${code}).`, {
          fix: 'It counts until TokenTray ends. Free some space, or make the folder writable, and connect again.',
        })
      }
    },
  }
}

function setAside(path: string, clock: Clock, log: Log): void {
  const aside = `${path}.damaged-${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-')}`
  try {
    renameSync(path, aside)
    log.warn('list of token files damaged', { file: path, aside })
  } catch {
    log.warn('list of token files damaged', { file: path })
  }
}
