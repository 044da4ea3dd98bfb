/**
 * What the broker reports about itself. Fields are names, ids, codes and times; a secret has no place here (P1). Neither throws: a
 * disk that is full would interrupt the very step that keeps a login which could not be written (S5).
 */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
}

export const silentLog: Log = { info: () => {}, warn: () => {} }
