import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { endpoints } from '../../src/protocol/index.ts'
import { openApiDocument } from '../../src/protocol/openapi.ts'

const read = (name: string) => readFileSync(new URL(`../../src/protocol/${name}`, import.meta.url), 'utf8')

test('openapi.json is what the endpoint table says; run `npm run openapi` when this fails', () => {
  expect(JSON.parse(read('openapi.json'))).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
})

test('every endpoint is in PROTOCOL.md', () => {
  const text = read('PROTOCOL.md')
  for (const { method, path } of Object.values(endpoints)) expect(text).toContain(`${method} ${path}`)
})
