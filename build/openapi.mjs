/**
 * Writes src/protocol/openapi.json from the endpoint table, so that the description cannot drift from what is validated. Run it
 * with `npm run openapi` after a change of the protocol; a test fails when that was forgotten.
 */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const { module } = await runnerImport(here('../src/protocol/openapi.ts'))
await writeFile(here('../src/protocol/openapi.json'), `${JSON.stringify(module.openApiDocument(), null, 2)}\n`)
