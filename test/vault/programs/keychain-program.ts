// A process with a vault on the keychain of its session. It takes one command per line on stdin and answers each with one line.
import { createInterface } from 'node:readline'
import { Secret, systemClock } from '../../../src/core/index.ts'
import { createVault } from '../../../src/vault/index.ts'
import { KeychainKeyStore } from '../../../src/vault/keychain.ts'

const [home = '', patience = '20000'] = process.argv.slice(2)
const keychain = new KeychainKeyStore({ clock: systemClock, patience: Number(patience) })
const { vault } = createVault({ home, clock: systemClock, keychain })
vault.onStatus((status) => say({ event: status.state.kind }))

const grant = (token: string) => ({
  provider: 'openai-codex',
  issuer: 'https://auth.example',
  accessToken: new Secret(token),
  tokenType: 'Bearer',
  obtainedAt: 0,
  identity: {},
})

const commands: Record<string, (value: string) => Promise<unknown>> = {
  open: async (asker) => (await vault.open(asker === 'person' ? 'person' : 'program')).state,
  save: async (token) => vault.save('a', grant(token)),
  load: async () => {
    const stored = await vault.load('a')
    return stored.kind === 'found' ? { kind: 'found', token: stored.grant.accessToken.expose() } : stored
  },
  unlocked: async () => (await keychain.unlocked()) ?? 'unknown',
  /** More file operations than libuv has threads; with the threads used up by the keychain they would never end. */
  files: async () => {
    const { readFile } = await import('node:fs/promises')
    await Promise.all(Array.from({ length: 8 }, () => readFile(process.execPath).then((bytes) => bytes.length)))
    return 'read'
  },
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const [name = '', value = ''] = line.split(' ')
  try {
    say({ answer: (await commands[name]?.(value)) ?? null })
  } catch (error) {
    say({
      error: { code: (error as { code?: string }).code, message: (error as Error).message, fix: (error as { fix?: string }).fix },
    })
  }
})
say({ event: 'started' })

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
