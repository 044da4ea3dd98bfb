import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type Clipboard, TokenClipboard } from '../../src/main/token-clipboard.ts'
import { ManualClock, settle } from '../support/manual-clock.ts'

const token = 'eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.k7Qm0vXr2'

/** The clipboard of a desktop, on which other programs put things as well. */
class TestClipboard implements Clipboard {
  text = 'a shopping list'
  beforeRead: () => void | Promise<void> = () => {}
  beforeWrite: () => void | Promise<void> = () => {}

  async readText(): Promise<string> {
    await this.beforeRead()
    return this.text
  }

  async writeText(text: string): Promise<void> {
    await this.beforeWrite()
    this.text = text
  }

  clear(): void {
    this.text = ''
  }
}

function setup() {
  const clock = new ManualClock()
  const clipboard = new TestClipboard()
  return { clock, clipboard, tokens: new TokenClipboard(clock, clipboard) }
}

describe('a copied token', () => {
  test('is there for thirty seconds, and then nothing is', async () => {
    const { clock, clipboard, tokens } = setup()
    await tokens.copy(token)
    await clock.advance(29_999)
    expect(clipboard.text).toBe(token)
    await clock.advance(1)
    expect(clipboard.text).toBe('')
    expect(clock.pending).toBe(0)
  })

  test.each(['what the person copied next', `${token} `, token.slice(1), ''])(
    'that %j has taken the place of is left alone',
    async (next) => {
      const { clock, clipboard, tokens } = setup()
      await tokens.copy(token)
      clipboard.text = next
      let cleared = false
      clipboard.clear = () => {
        cleared = true
      }
      await clock.advance(60_000)
      expect([clipboard.text, cleared]).toEqual([next, false])
    },
  )

  test('has its whole time again when it is copied again, and so has another one', async () => {
    const { clock, clipboard, tokens } = setup()
    await tokens.copy(token)
    await clock.advance(20_000)
    await tokens.copy(token)
    await clock.advance(20_000)
    expect(clipboard.text).toBe(token)
    await tokens.copy('another')
    await clock.advance(29_999)
    expect(clipboard.text).toBe('another')
    await clock.advance(1)
    expect(clipboard.text).toBe('')
  })

  test('that was copied again while the clipboard was read stays', async () => {
    const { clock, clipboard, tokens } = setup()
    await tokens.copy(token)
    clipboard.beforeRead = async () => {
      clipboard.beforeRead = () => {}
      await tokens.copy(token)
    }
    await clock.advance(30_000)
    expect(clipboard.text).toBe(token)
    await clock.advance(30_000)
    expect(clipboard.text).toBe('')
  })

  test('goes with the app, also while it is being written, and what is not a token does not', async () => {
    const { clock, clipboard, tokens } = setup()
    await tokens.clear()
    expect(clipboard.text).toBe('a shopping list')
    await tokens.copy(token)
    await tokens.clear()
    expect([clipboard.text, clock.pending]).toEqual(['', 0])
    void tokens.copy(token)
    await settle()
    await tokens.clear()
    expect(clipboard.text).toBe('')
  })

  test('is not kept beside the clipboard', async () => {
    const { tokens } = setup()
    await tokens.copy(token)
    expect(inspect(tokens, { depth: 9, showHidden: true })).not.toContain(token.slice(-8))
  })
})

describe('a clipboard that is out of order', () => {
  test('is told of when a token cannot be put there, without the token, and nothing is awaited', async () => {
    const { clock, clipboard, tokens } = setup()
    clipboard.beforeWrite = () => {
      throw new Error(`cannot write ${token}`)
    }
    const failure = await tokens.copy(token).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'temporarily_unavailable' })
    expect(inspect(failure, { depth: 9 })).not.toContain(token)
    expect(clock.pending).toBe(0)
  })

  test('costs nothing when it cannot be read', async () => {
    const { clock, clipboard, tokens } = setup()
    await tokens.copy(token)
    clipboard.beforeRead = () => Promise.reject(new Error('no'))
    await clock.advance(30_000)
    expect(clipboard.text).toBe(token)
    await tokens.copy(token)
    await tokens.clear()
  })

  test('of an Electron that answers at once works as well', async () => {
    const clock = new ManualClock()
    const at = { text: '' }
    const tokens = new TokenClipboard(clock, {
      readText: () => at.text,
      writeText: (text) => void Object.assign(at, { text }),
      clear: () => void Object.assign(at, { text: '' }),
    })
    await tokens.copy(token)
    expect(at.text).toBe(token)
    await clock.advance(30_000)
    expect(at.text).toBe('')
  })
})
