import { readFileSync } from 'node:fs'

/** Shells that programs run a command with. */
const shells = /^(ba|da|a|z|k|mk|ya)?sh$/

/** Nobody nests more shells than this around one command. */
const mostShells = 4

/**
 * The number of the process that this command prints a token for. That is whoever started it, unless that is a shell which was made to
 * run this one command, because such a shell is another one each time; a shell in which a person types is the program itself. Where
 * the system does not tell, it is whoever started it. `read` reads a text file, and throws for one that is not there.
 */
export function askingProcess(parent: number = process.ppid, read: (path: string) => string = readText): number | undefined {
  let program = parent
  for (let shell = 0; shell < mostShells; shell += 1) {
    const next = parentOfShell(program, read)
    if (next === undefined) break
    program = next
  }
  // A parent outside of the container has no number in it.
  return program > 0 ? program : undefined
}

/** Undefined for what is no shell that runs one command, and where there is no /proc. */
function parentOfShell(pid: number, read: (path: string) => string): number | undefined {
  try {
    const [file = '', ...rest] = read(`/proc/${pid}/cmdline`).split('\0')
    if (!shells.test(file.slice(file.lastIndexOf('/') + 1))) return undefined
    const options = rest.slice(
      0,
      rest.findIndex((word) => !word.startsWith('-')),
    )
    if (!options.some((word) => /^-[a-z]*c/.test(word))) return undefined
    // From proc_pid_stat(5): field 4, behind a name that may hold spaces and brackets.
    const stat = read(`/proc/${pid}/stat`)
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    return Number.isInteger(parent) && parent > 0 ? parent : undefined
  } catch {
    return undefined
  }
}

const readText = (path: string): string => readFileSync(path, 'latin1')
