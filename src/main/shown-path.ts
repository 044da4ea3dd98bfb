import { basename } from 'node:path'
import { type Surroundings, shortened } from '../integrations/index.ts'

/** A file as the window shows it. Some programs name the file of a login by the address of the person, which may be hidden. */
export function shownPath(file: string, surroundings: Surroundings, hidesPersonalData: boolean): string {
  const path = shortened(file, surroundings)
  const name = basename(file)
  return hidesPersonalData && name.includes('@') ? `${path.slice(0, -name.length)}•••` : path
}
