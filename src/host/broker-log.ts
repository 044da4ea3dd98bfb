import { join } from 'node:path'
import { destination, type Level, pino } from 'pino'
import type { Log } from '../core/index.ts'

/** Bytes that wait for a place that takes none; what comes then is given up. */
const longestWait = 262_144

export type ChosenLevel = 'error' | 'warn' | 'info' | 'debug'

export interface BrokerLog extends Log {
  /** Without effect where the environment has said it. */
  choose(level: ChosenLevel): void
}

/**
 * The log of the broker; `fixedLevel` is what the environment says. The fields that reach it are ids, codes and times by type; the redaction is the second line of
 * defence, for a field that somebody adds one day (P1).
 */
export function createBrokerLog(target: 'stderr' | { readonly folder: string }, fixedLevel: string | undefined): BrokerLog {
  const file = target === 'stderr' ? 2 : join(target.folder, 'tokentray.log')
  const lines = destination({ dest: file, mkdir: true, sync: true, maxLength: longestWait })
  // A terminal that was closed or a disk that is full: without a listener the fault would be thrown into whatever is logged.
  lines.on('error', () => {})
  const logger = pino(
    {
      name: 'tokentray',
      level: isLevel(fixedLevel) ? fixedLevel : 'info',
      base: null,
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
    },
    lines,
  )
  return {
    info: (event, fields = {}) => logger.info(fields, event),
    warn: (event, fields = {}) => logger.warn(fields, event),
    choose: (level) => {
      if (fixedLevel === undefined) logger.level = level
    },
  }
}

/** `code` is not among them, because here it is the code of an error; no authorization code has a way to a log. */
const secretNames = [
  'passphrase',
  'access_token',
  'refresh_token',
  'id_token',
  'accessToken',
  'refreshToken',
  'idToken',
  'code_verifier',
  'state',
]

function isLevel(level: string | undefined): level is Level | 'silent' {
  return ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'].includes(level ?? '')
}
