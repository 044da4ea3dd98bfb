import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const project = fileURLToPath(new URL('../..', import.meta.url))

/** A program of this folder as one JavaScript file, for tests that need a process of its own: Node 20 runs no TypeScript. */
export interface Program {
  readonly file: string
  remove(): Promise<void>
}

export async function buildProgram(name: string): Promise<Program> {
  // Inside the project, so that the packages that stay outside of the file are found.
  const cache = join(project, 'node_modules', '.cache')
  await mkdir(cache, { recursive: true })
  const outDir = await mkdtemp(join(cache, 'vault-test-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root: project,
    // One file loads several times faster than the packages do, and the native module cannot be in it.
    ssr: { noExternal: true, external: ['keytar'] },
    build: {
      ssr: join(project, 'test/vault/programs', `${name}.ts`),
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
    },
  })
  return { file: join(outDir, `${name}.js`), remove: () => rm(outDir, { recursive: true, force: true }) }
}
