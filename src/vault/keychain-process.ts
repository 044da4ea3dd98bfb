import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import type { Keytar } from './keychain.ts'

/** Asks keytar one question, which comes in and is answered through pipes, because arguments can be seen by other programs. */
const program = `
let text = ''
process.stdin.on('data', (chunk) => { text += chunk }).on('end', async () => {
  const [call, ...args] = JSON.parse(text)
  const answer = await require(process.argv[1])[call](...args).then((value) => ({ value }), ({ message }) => ({ message }))
  process.stdout.write(JSON.stringify(answer))
})`

/**
 * keytar in a process of its own for each call, which costs a twentieth of a second. libsecret keeps to the session that it opened
 * with the keychain service it met first, and nothing but the end of its process makes it forget one whose service was started
 * again. Undefined in Electron, whose program starts no other script once it is packaged.
 */
export function keytarInNewProcess(): Keytar | undefined {
  if (process.versions.electron !== undefined) return undefined
  const library = createRequire(import.meta.url).resolve('keytar')
  const ask = async <T>(...question: readonly [call: keyof Keytar, ...args: string[]]): Promise<T> => {
    const answer = JSON.parse(await outputOf(library, JSON.stringify(question))) as { value?: T; message?: string }
    if (answer.message !== undefined) throw new Error(answer.message)
    return answer.value as T
  }
  return {
    getPassword: (service, account) => ask('getPassword', service, account),
    setPassword: (service, account, password) => ask('setPassword', service, account, password),
    deletePassword: (service, account) => ask('deletePassword', service, account),
  }
}

function outputOf(library: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ['-e', program, library], (error, stdout) => {
      // The message of the error would name the whole program.
      if (error === null) resolve(stdout)
      else reject(new Error('the process that asks the keychain ended early'))
    })
    child.stdin?.on('error', () => {}).end(input)
  })
}
