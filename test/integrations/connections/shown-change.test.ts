import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { putBlock } from '../../../src/integrations/connections/block-change.ts'
import type { BlockChange, SettingsChange } from '../../../src/integrations/connections/file-change.ts'
import type { ChangedFile } from '../../../src/integrations/connections/preview.ts'
import { shownChange } from '../../../src/integrations/connections/shown-change.ts'
import { put } from '../../../src/integrations/connections/text-change.ts'
import type { ShownFile } from '../../../src/protocol/index.ts'

const surroundings = { env: {}, home: '/home/ana', platform: 'linux' } as const
const secret = 'sk-ant-api03-Qm0vXr2LbT9sYc4HzWp8'

const json: SettingsChange = {
  kind: 'settings',
  file: '/home/ana/.claude/settings.json',
  format: 'json',
  settings: [
    { path: ['apiKeyHelper'], value: 'tokentray token anthropic --client claude-code' },
    { path: ['env', 'ANTHROPIC_BASE_URL'], value: 'https://gateway.example/v1' },
  ],
}
const toml: SettingsChange = {
  kind: 'settings',
  file: '/home/ana/.codex/config.toml',
  format: 'toml',
  settings: [
    { path: ['model_provider'], value: 'tokentray' },
    {
      path: ['model_providers', 'tokentray'],
      value: { name: 'TokenTray', auth: { command: 'tokentray', args: ['token', 'x'] } },
    },
  ],
}
const block: BlockChange = { kind: 'block', file: '/home/ana/.bashrc', mark: 'aider', lines: ["alias aider='tokentray exec x'"] }

const shown = (file: Partial<ChangedFile> & Pick<ChangedFile, 'changes'>): ShownFile =>
  shownChange({ path: file.changes[0]?.file ?? '', before: undefined, after: undefined, ...file }, surroundings)

const text = ({ lines }: ShownFile) => lines.map((line) => `${line.kind === 'comes' ? '+' : '-'}${line.text}`)

const connected = (before: string | undefined, change: SettingsChange) =>
  shown({ before, after: put(before, change), changes: [change] })

describe('what is told of a change', () => {
  test('is every line of ours, as it is written into a file that has nothing else', () => {
    const made = connected(undefined, toml)
    expect(made).toMatchObject({ path: '~/.codex/config.toml', what: 'made', hidden: false })
    expect(
      text(made)
        .map((line) => line.slice(1))
        .join('\n'),
    ).toBe(put(undefined, toml).trimEnd())
    expect(text(connected('{}', json))).toEqual([
      '+"apiKeyHelper": "tokentray token anthropic --client claude-code",',
      '+"env": {',
      '+  "ANTHROPIC_BASE_URL": "https://gateway.example/v1"',
      '+}',
    ])
  })

  test('is on the way back the same, the other way round', () => {
    const before = 'model_provider = "openai"\n[other]\nkey = 1\n'
    const forth = connected(before, toml)
    const back = shown({ before: put(before, toml), after: before, changes: [toml] })
    const turned = text(forth).map((line) => (line.startsWith('+') ? `-${line.slice(1)}` : `+${line.slice(1)}`))
    expect([...text(back)].sort()).toEqual([...turned].sort())
    expect(text(forth)).toContain('-model_provider = "openai"')
    expect(shown({ before: put(undefined, toml), after: undefined, changes: [toml] }).what).toBe('removed')
  })

  test('leaves out what stays as it is, also where an earlier connection was undone first', () => {
    const second: SettingsChange = {
      ...json,
      settings: [{ path: ['apiKeyHelper'], value: 'tokentray token anthropic:work' }, ...json.settings.slice(1)],
    }
    const told = shown({ before: put('{}', json), after: put('{}', second), changes: [json, second] })
    expect(text(told)).toEqual([
      '-"apiKeyHelper": "tokentray token anthropic --client claude-code"',
      '+"apiKeyHelper": "tokentray token anthropic:work"',
    ])
    expect(told.hidden).toBe(false)
  })

  test('is of a file for a shell what stands between our marks, and of one that is ours all of it', () => {
    const before = `export KEY=${secret}\nalias x=y\n`
    const told = shown({ before, after: putBlock(before, block), changes: [block] })
    expect(text(told)).toEqual([
      '+# >>> tokentray aider >>>',
      '+# `tokentray disconnect aider` takes these lines away.',
      "+alias aider='tokentray exec x'",
      '+# <<< tokentray aider <<<',
    ])
    const whole = { kind: 'whole', file: '/p.js', text: 'a\n}\n}\n' } as const
    expect(text(shown({ after: whole.text, changes: [whole] }))).toEqual(['+a', '+}', '+}'])
    expect(text(shown({ before: whole.text, changes: [whole] }))).toEqual(['-a', '-}', '-}'])
    expect(text(shown({ before: `${whole.text}${secret}`, changes: [whole] }))).toEqual([])
  })
})

describe('P1: nothing of the person that could be a secret is told', () => {
  test.each([
    ['one line with everything in it', `{"token":"${secret}","env":{"ANTHROPIC_AUTH_TOKEN":"${secret}"}}`],
    ['a value in our place', `{"apiKeyHelper":"echo ${secret}"}`],
    ['a short one in our place', '{"apiKeyHelper":"hunter"}'],
    ['an address with a password', '{"env":{"ANTHROPIC_BASE_URL":"https://ana:hunter2@gateway.example"}}'],
    ['an address with a query', `{"env":{"ANTHROPIC_BASE_URL":"https://gateway.example/?k=${secret}"}}`],
    ['an address with a long path', `{"env":{"ANTHROPIC_BASE_URL":"https://gateway.example/${secret}/v1"}}`],
    ['an address with a long name', `{"env":{"ANTHROPIC_BASE_URL":"https://${secret}.example/v1"}}`],
    ['no address at all', `{"env":{"ANTHROPIC_BASE_URL":"${secret}"}}`],
    ['a table in the place of a value', `{"apiKeyHelper":{"a":["${secret}"]}}`],
  ])('%s', (_what, before) => {
    const all = [connected(before, json), shown({ before: put(before, json), after: before, changes: [json] })]
    expect(JSON.stringify(all)).not.toMatch(/Qm0vXr2LbT9|hunter/)
    const inOurPlace = /apiKeyHelper|BASE_URL/.test(before)
    expect(all.map(({ hidden }) => hidden)).toEqual([inOurPlace, inOurPlace])
    if (inOurPlace) expect(JSON.stringify(all)).toContain('•••')
  })

  test('a value that is no secret is told, so that the person sees what is replaced', () => {
    const told = connected('{"env":{"ANTHROPIC_BASE_URL":"https://gw2.corp.example:8443/anthropic/v1"}}', json)
    expect(text(told)).toContain('-  "ANTHROPIC_BASE_URL": "https://gw2.corp.example:8443/anthropic/v1"')
    expect(told.hidden).toBe(false)
  })

  test('a table of ours that somebody has put a key into', () => {
    const mine = put(undefined, toml).replace('name = "TokenTray"', `name = "TokenTray"\nexperimental_bearer_token = "${secret}"`)
    const told = connected(`model_provider = 2020-01-01\n${mine.replace('model_provider = "tokentray"\n', '')}`, toml)
    expect(JSON.stringify(told)).not.toContain(secret)
    expect(told.hidden).toBe(true)
  })

  test('whatever stands in the places of ours and around them', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9_/+=-]{20,60}$/).filter((each) => /\d/.test(each))
    fc.assert(
      fc.property(value, value, fc.boolean(), (inPlace, beside, pretty) => {
        const tree = { beside, apiKeyHelper: inPlace, env: { ANTHROPIC_BASE_URL: inPlace, OTHER: beside } }
        const before = JSON.stringify(tree, undefined, pretty ? 2 : undefined)
        const all = JSON.stringify([
          connected(before, json),
          shown({ before: put(before, json), after: before, changes: [json] }),
        ])
        expect(all.includes(inPlace) || all.includes(beside)).toBe(false)
      }),
    )
  })
})
