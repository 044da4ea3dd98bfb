/** What the broker reports about itself. Fields are names, ids, codes and times; a secret has no place here (P1). */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
}

export const silentLog: Log = { info: () => {}, warn: () => {} }

/**
 * The same log without its faults. A disk that is full throws in the middle of the very step that keeps a login which could not be
 * written (S5), and a line less is no matter beside that.
 */
export function faultlessLog(log: Log): Log {
  const faultless = (write: Log['info']): Log['info'] => {
    return (event, fields) => {
      try {
        write(event, fields)
      } catch {
        // There is nobody to tell it to.
      }
    }
  }
  return {
    info: faultless((event, fields) => log.info(event, fields)),
    warn: faultless((event, fields) => log.warn(event, fields)),
  }
}
