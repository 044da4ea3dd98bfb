import fc from 'fast-check'
import { parse as parseToml } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import type { FileChange } from '../../../src/integrations/connections/file-change.ts'
import { previous, put, takeOut } from '../../../src/integrations/connections/text-change.ts'
import { reverted, undoOf } from '../../../src/integrations/connections/text-difference.ts'
import { blockChange, jsonChange, jsonTexts, profileTexts, tomlChange, tomlTexts } from './texts.ts'

const cases: readonly (readonly [string, FileChange])[] = [
  ...tomlTexts.map((text) => [text, tomlChange()] as const),
  ...jsonTexts.map((text) => [text, jsonChange()] as const),
  ...profileTexts.map((text) => [text, blockChange()] as const),
]

function undoIn(before: string, present: string, change: FileChange) {
  const undo = undoOf(before, put(before, change))
  return takeOut(present, change, { previous: previous(before, change), undo })
}

describe('a change of a text', () => {
  test.each(cases)('is undone byte for byte: %j', (before, change) => {
    const after = put(before, change)
    expect(after).not.toBe(before)
    expect(reverted(after, undoOf(before, after))).toBe(before)
  })

  test.each(tomlTexts)('keeps every comment and says what it should to another parser: %j', (before) => {
    const after = put(before, tomlChange())
    for (const comment of before.match(/#[^\r\n'"]*$/gm) ?? []) expect(after).toContain(comment)
    // The other parser knows no mark of the byte order, and no integer of this size.
    const readable = after.replace('\uFEFF', '').replace('9223372036854775807', '1')
    expect(parseToml(readable)).toMatchObject({
      model_provider: 'tokentray',
      model_providers: { tokentray: { auth: { command: 'tokentray' }, wire_api: 'responses' } },
    })
  })

  test('a new setting touches no line of the person', () => {
    for (const [before, change] of [
      [tomlTexts[3] ?? '', tomlChange()],
      [jsonTexts[5] ?? '', jsonChange()],
    ] as const) {
      const after = put(before, change)
      for (const line of before.split('\n')) expect(after.split('\n')).toContain(line)
    }
  })

  test('the way back holds no line that the change does not touch, as it may hold a secret', () => {
    const before = jsonTexts[5] ?? ''
    expect(before).toContain('sk-ant-api03-secret')
    expect(undoOf(before, put(before, jsonChange()))).not.toContain('secret')
  })

  test.each([
    ['broken TOML', 'a = \n[', tomlChange()],
    ['a table that is a value', 'model_providers = 3\n', tomlChange()],
    ['a key that is there twice', 'a = 1\na = 2\n', tomlChange()],
    ['broken JSON', '{"a": ', jsonChange()],
    ['a comment where the tool reads none', '{} // x', { ...jsonChange(), format: 'json' } as FileChange],
    ['a comma where the tool reads none', '{"a":1,}', { ...jsonChange(), format: 'json' } as FileChange],
    ['a list', '[]', jsonChange()],
    ['a value in the way', '{"env": "x"}', jsonChange()],
    ['a name that is there twice', '{"apiKeyHelper":"a","apiKeyHelper":"b"}', jsonChange()],
  ])('is refused with the file and what to do: %s', (_, before, change) => {
    expect(() => put(before, change)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        message: expect.stringMatching(new RegExp(`^${change.file} is left as it is\\. .`)),
        fix: expect.stringMatching(/./),
      }),
    )
  })
})

describe('taking out of a text that others have changed', () => {
  test('TOML: what its program added stays, with its comments', () => {
    for (const before of tomlTexts.filter((text) => text.endsWith('\n'))) {
      const added = '\n[projects."/new"]\ntrust_level = "trusted" # asked today\n'
      const { text, left } = undoIn(before, put(before, tomlChange()) + added, tomlChange())
      expect(left).toEqual([])
      expect(text).toBe(before + added)
    }
  })

  test('TOML: a setting that the person has chosen meanwhile stays theirs', () => {
    const before = tomlTexts[3] ?? ''
    const present = put(before, tomlChange()).replace('model_provider = "tokentray"', 'model_provider = "openai"')
    const { text = '', left } = undoIn(before, present, tomlChange())
    expect(left).toEqual(['model_provider'])
    expect(parseToml(text)).toMatchObject({ model_provider: 'openai', model: 'gpt-5' })
    expect(text).not.toContain('tokentray')
    expect(text).toContain('# no analytics')
  })

  test('JSON: what was there before comes back although its program has written everything anew', () => {
    const before = '{"apiKeyHelper":"mine","x":[1,2]}'
    const written = JSON.stringify({ ...JSON.parse(put(before, jsonChange())), added: true }, undefined, 4)
    expect(JSON.parse(undoIn(before, written, jsonChange()).text ?? '')).toEqual({ apiKeyHelper: 'mine', x: [1, 2], added: true })
  })

  test('a block: lines that the person put into it and around it stay', () => {
    const before = 'export A=1\n'
    const present = put(before, blockChange()).replace('alias', 'export MINE=1\nalias').concat('export B=2\n')
    expect(undoIn(before, present, blockChange())).toEqual({
      text: 'export A=1\nexport MINE=1\nexport B=2\n',
      left: ['export MINE=1'],
    })
  })

  test('a file that is wholly ours stays when it was changed, and the reason is told', () => {
    const change: FileChange = { kind: 'whole', file: '/p/tokentray.js', text: 'a' }
    expect(put(undefined, change)).toBe('a')
    expect(() => put('theirs', change)).toThrow(/^\/p\/tokentray\.js is left as it is\. There is one already/)
    expect(() => takeOut('b', change, { previous: [], undo: '' })).toThrow(/It was changed since/)
  })

  test('whatever is written around it, JSON keeps what is not ours', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
      .filter((each) => !['__proto__', 'apiKeyHelper', 'env'].includes(each))
    const tree = fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 })
    fc.assert(
      fc.property(tree, tree, fc.constantFrom(undefined, 0, 1, '\t'), (first, second, indent) => {
        const before = JSON.stringify(first, undefined, indent)
        const after = put(before, jsonChange())
        expect(reverted(after, undoOf(before, after))).toBe(before)
        const present = JSON.stringify({ ...JSON.parse(after), ...second })
        expect(JSON.parse(undoIn(before, present, jsonChange()).text ?? '{}')).toEqual(
          JSON.parse(JSON.stringify({ ...first, ...second })),
        )
      }),
    )
  })
})
