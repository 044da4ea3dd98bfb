import { describe, expect, test } from 'vitest'
import { environmentSources } from '../../src/protocol/environment-sources.ts'
import { everyVariable, programVariables, setNames, variablesOf } from '../../src/protocol/program-variables.ts'
import { providers } from '../../src/providers/index.ts'

const base = { token_type: 'Bearer', account: 'a-1', base_url: 'https://api.example', headers: {} }
const namesFor = (provider: string, access_token: string) => setNames(programVariables({ provider, access_token }))

/** A token of each kind that a provider hands out. */
const tokens: readonly (readonly [provider: string, token: string])[] = [
  ['anthropic', 'sk-ant-api03-x'],
  ['anthropic', 'sk-ant-oat01-x'],
  ['openai-codex', 'sk-proj-x'],
  ['openai-codex', 'eyJhbGciOi.x.y'],
  ['google', 'AIzaSyX'],
  ['google', 'ya29.x'],
  ...['chatgpt', 'github-copilot', 'github', 'kimi', 'xai', 'openrouter', 'practice'].map((id) => [id, 'opaque'] as const),
]

describe('the variables that a program reads', () => {
  test.for(tokens)('of %s for %s are names, and none of them is taken away as well', ([provider, token]) => {
    const { conflicting } = programVariables({ provider, access_token: token })
    const names = namesFor(provider, token)
    expect(names.length).toBeGreaterThan(0)
    for (const name of [...names, ...conflicting]) expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/)
    expect(conflicting.filter((name) => names.includes(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
    expect(everyVariable(provider)).toEqual(expect.arrayContaining([...names]))
  })

  test('are those that `tokentray token` itself reads, for every provider that is built in', () => {
    for (const { id } of providers) {
      const sources = environmentSources(id)
      for (const [kind, known] of [
        ['opaque', sources?.tokens ?? []],
        ['sk-ant-api03-x', sources?.keys ?? []],
      ] as const) {
        if (known.length > 0) expect(everyVariable(id), `${id} ${kind}`).toEqual(expect.arrayContaining([known[0]]))
      }
    }
  })

  test('tell a key from the token of a plan', () => {
    expect(namesFor('anthropic', 'sk-ant-api03-x')).toEqual(['ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL'])
    expect(namesFor('anthropic', 'sk-ant-oat01-x')[0]).toBe('CLAUDE_CODE_OAUTH_TOKEN')
    expect(namesFor('anthropic', 'something-new')[0]).toBe('CLAUDE_CODE_OAUTH_TOKEN')
    expect(namesFor('openai-codex', 'sk-x')).toContain('OPENAI_API_KEY')
    expect(namesFor('openai-codex', 'eyJ')).toEqual(['CODEX_ACCESS_TOKEN'])
    expect(namesFor('google', 'AIza')).toEqual(['GEMINI_API_KEY', 'GOOGLE_GEMINI_BASE_URL'])
    expect(variablesOf({ ...base, provider: 'google', access_token: 'ya29.x' })).toEqual({
      GOOGLE_CLOUD_ACCESS_TOKEN: 'ya29.x',
      CODE_ASSIST_ENDPOINT: 'https://api.example',
      GOOGLE_GENAI_USE_GCA: 'true',
    })
  })

  test('of a provider of the person bear its name, whatever that is', () => {
    expect(namesFor('my-llm', 'x')).toEqual(['MY_LLM_ACCESS_TOKEN', 'MY_LLM_BASE_URL'])
    expect(namesFor('0.llm', 'x')).toEqual(['_0_LLM_ACCESS_TOKEN', '_0_LLM_BASE_URL'])
    expect(everyVariable('my-llm')).toEqual(['MY_LLM_ACCESS_TOKEN', 'MY_LLM_BASE_URL'])
  })
})
