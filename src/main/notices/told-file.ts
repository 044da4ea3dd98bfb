import { readFile, stat } from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'
import { nothingTold, type Told, toldFrom, toldText } from './told.ts'

/** Far above what is ever written. Bytes. */
const sizeLimit = 262_144

/** Where what was told outlives a restart. Neither a damaged file nor a full disk disturbs anybody: something may be told twice then. */
export class ToldFile {
  readonly #path: string
  #writing = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  async read(): Promise<Told> {
    try {
      const info = await stat(this.#path)
      return info.isFile() && info.size <= sizeLimit ? toldFrom(await readFile(this.#path, 'utf8')) : nothingTold
    } catch {
      return nothingTold
    }
  }

  /** Never rejects. Writes come one after the other, so that the newest stays. */
  write(told: Told): Promise<void> {
    this.#writing = this.#writing.then(() => writeFileAtomic(this.#path, toldText(told), { mode: 0o600 }).catch(() => {}))
    return this.#writing
  }
}
