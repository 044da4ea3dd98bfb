import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { defineConfig } from 'electron-vite'
import { build, type Plugin } from 'vite'

const root = process.cwd()
const out = resolve(root, 'out')

/** Node's version in the oldest Electron that the app runs on, which is also the oldest Node that the CLI runs on. */
const nodeTarget = 'node20.18'
/** Chromium's version in the same Electron. */
const chromeTarget = 'chrome130'

/** Every program that Node or Electron's main process loads, by its place below `out/`. */
const programs = {
  'main/index': 'src/main/index.ts',
  'main/host-worker': 'src/host/worker.ts',
  'programs/cli': 'src/cli/program.ts',
  'programs/complete-words': 'src/cli/completion/complete-words.ts',
  'programs/demo': 'src/practice/demo.ts',
}

/** The file that a shell starts. Its folder says that it is CommonJS. */
const command = join(out, 'node/tokentray.js')

/** The rooms whose modules only declare. Unused ones are dropped, so that `tokentray token` does not load a schema library. */
const pureRooms = /[\\/]src[\\/](protocol|core|ipc)[\\/]/

/** Node's modules and the bundler's own, which begin with a null character, only declare, too. */
const hasSideEffects = (id: string) => !/^(node:|\0)/.test(id) && !pureRooms.test(id)

function existing(entries: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(resolve(root, file))))
}

/** Every other command, and the completion of words, is loaded from where the main build puts it. */
const programPath = (id: string) =>
  id.endsWith('program.ts') ? '../programs/cli.js' : id.endsWith('complete-words.ts') ? '../programs/complete-words.js' : id

/**
 * What the built command tells of itself: its commands and options, so that a shell that completes a word need not load the parser of
 * options, and its manual page.
 */
async function writeDescriptions(): Promise<void> {
  for (const [word, file] of [
    ['command-tree', 'programs/commands.json'],
    ['man', 'tokentray.1'],
  ] as const) {
    const { stdout } = await promisify(execFile)(process.execPath, [command, word])
    writeFileSync(join(out, file), stdout)
  }
}

/**
 * Makes the `tokentray` command. Programs start it for every token, so that what `tokentray token` runs is one CommonJS file:
 * that starts several milliseconds sooner than modules do, and each further file would cost it another one.
 */
function tokenTrayCommand(): Plugin {
  return {
    name: 'tokentray:command',
    async closeBundle() {
      await build({
        configFile: false,
        logLevel: 'warn',
        build: {
          ssr: resolve(root, 'src/cli/tokentray.ts'),
          outDir: dirname(command),
          target: nodeTarget,
          rollupOptions: {
            external: /(program|complete-words)\.ts$/,
            treeshake: { moduleSideEffects: hasSideEffects },
            output: { format: 'cjs', entryFileNames: basename(command), paths: programPath },
          },
        },
      })
      writeFileSync(join(out, 'node/package.json'), '{ "type": "commonjs" }\n')
      // Lets a shell start it without naming `node`.
      chmodSync(command, 0o755)
      await writeDescriptions()
    },
  }
}

/**
 * Makes the folder of `tokentray/client`: one module without dependencies, its types, and a package.json of its own, so that a program
 * can install it without the app.
 */
function clientLibrary(): Plugin {
  const folder = join(out, 'client')
  return {
    name: 'tokentray:client-library',
    async closeBundle() {
      rmSync(folder, { recursive: true, force: true })
      await build({
        configFile: false,
        logLevel: 'warn',
        build: {
          ssr: resolve(root, 'src/client/library.ts'),
          outDir: folder,
          target: nodeTarget,
          rollupOptions: {
            treeshake: { moduleSideEffects: hasSideEffects },
            output: { format: 'es', entryFileNames: 'library.js' },
          },
        },
      })
      await writeDeclarations('library', folder)
      writeFileSync(join(folder, 'package.json'), `${JSON.stringify(clientPackage(), null, 2)}\n`)
      for (const [file, name] of Object.entries(libraryFiles)) copyFileSync(resolve(root, file), join(folder, name))
    },
  }
}

/** What the package of the library has besides the module. */
const libraryFiles = { 'src/client/README.md': 'README.md', LICENSE: 'LICENSE' }

/** The package is called as the whole is, so that an import of `tokentray/client` finds either. */
function clientPackage() {
  const { name, version, license, author, engines } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'))
  const description = 'Fresh access tokens from the TokenTray that runs on this computer.'
  const exports = { './client': { types: './library.d.ts', default: './library.js' }, './package.json': './package.json' }
  return { name, version, description, license, author, type: 'module', engines, exports }
}

/** Writes the types of a module of the client room, and of the modules that they name, into a folder. */
async function writeDeclarations(module: string, folder: string): Promise<void> {
  await promisify(execFile)(process.execPath, [
    resolve(root, 'node_modules/typescript/bin/tsc'),
    '-b',
    resolve(root, 'src/client'),
  ])
  const wanted = new Set([module])
  // A set that grows while it is walked.
  for (const name of wanted) {
    const text = readFileSync(resolve(root, '.tsbuild/src/client', `${name}.d.ts`), 'utf8')
    for (const [, next = ''] of text.matchAll(/ from '\.\/([\w-]+)\.ts'/g)) wanted.add(next)
    // Whoever installs the package has no source files beside the types.
    writeFileSync(join(folder, `${name}.d.ts`), text.replaceAll(/( from '\.\/[\w-]+)\.ts'/g, "$1.js'"))
  }
}

/** Where the pictures come from, by their folder below `out/`. */
const pictureFolders = { icons: 'build/icons', tray: 'build/icons/tray' }

/** Puts the pictures beside the programs, as the packaged app has no `build` folder. */
function pictures(): Plugin {
  return {
    name: 'tokentray:pictures',
    generateBundle() {
      for (const [target, folder] of Object.entries(pictureFolders)) {
        for (const name of readdirSync(resolve(root, folder)).filter((file) => file.endsWith('.png'))) {
          this.emitFile({ type: 'asset', fileName: `${target}/${name}`, source: readFileSync(resolve(root, folder, name)) })
        }
      }
    },
  }
}

/**
 * Removes what an earlier build left. Emptying `out/` before a build would pull the chunks from under a broker that runs from
 * it and has not loaded them all.
 */
function removeStale(base: string, folders: readonly string[]): Plugin {
  return {
    name: 'tokentray:remove-stale',
    writeBundle(_options, bundle) {
      for (const folder of folders.filter((name) => existsSync(join(base, name)))) {
        const files = readdirSync(join(base, folder)).map((name) => `${folder}/${name}`)
        for (const file of files.filter((name) => !(name in bundle))) rmSync(join(base, file), { recursive: true, force: true })
      }
    },
  }
}

/** One build for everything: the app, the host's worker, the CLI, the preload script and the window. */
export default defineConfig({
  main: {
    plugins: [
      tokenTrayCommand(),
      clientLibrary(),
      pictures(),
      removeStale(out, ['main', 'programs', 'chunks', ...Object.keys(pictureFolders)]),
    ],
    build: {
      outDir: out,
      emptyOutDir: false,
      target: nodeTarget,
      // Bundled, so that only what is used of it is loaded: as a package it costs each isolate some megabytes for its languages.
      externalizeDeps: { exclude: ['zod'] },
      rollupOptions: {
        input: existing(programs),
        treeshake: { moduleSideEffects: hasSideEffects },
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
        },
      },
    },
  },
  ...(existsSync(resolve(root, 'src/preload/index.ts')) && {
    preload: {
      build: {
        outDir: join(out, 'preload'),
        emptyOutDir: false,
        target: nodeTarget,
        // A sandboxed preload script can neither be a module nor load one, so that everything is in one CommonJS file.
        externalizeDeps: false,
        rollupOptions: { input: 'src/preload/index.ts', output: { format: 'cjs', entryFileNames: 'index.cjs' } },
      },
    },
  }),
  ...(existsSync(resolve(root, 'renderer/index.html')) && {
    renderer: {
      root: resolve(root, 'renderer'),
      plugins: [removeStale(join(out, 'renderer'), ['assets'])],
      build: {
        outDir: join(out, 'renderer'),
        emptyOutDir: false,
        target: chromeTarget,
        minify: true,
        // Inlined assets would need `data:` in the content security policy.
        assetsInlineLimit: 0,
        rollupOptions: { input: resolve(root, 'renderer/index.html') },
      },
    },
  }),
})
