// Who may know whom. The table is the house rule; project references make most of it a build error, and this file holds the
// references, the imports and the table together, so that none of them can drift from the other two.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const PROJECT = fileURLToPath(new URL('..', import.meta.url))

interface Room {
  readonly folder: string
  /** Names of the rooms it may import, and for which it has a project reference. */
  readonly may: readonly string[]
  /** Why it may import no more than that. */
  readonly because: string
}

const ROOMS: Readonly<Record<string, Room>> = {
  protocol: room('protocol', [], 'Outsiders depend on it alone; what it imported, they would have to take as well.'),
  core: room(
    'core',
    ['protocol'],
    'The broker is proven with time and I/O as parameters; a room with I/O of its own would end that.',
  ),
  oauth: room(
    'oauth',
    ['core', 'protocol'],
    'A flow obtains a grant and hands it over. Where it is kept or served is not its business.',
  ),
  providers: room(
    'providers',
    ['oauth', 'practice', 'core', 'protocol'],
    'A provider is data for the flows; it never reaches a vault or a socket. Of practice it reads the constants only.',
  ),
  vault: room('vault', ['core', 'protocol'], 'What can read the sealed files must not be able to send them anywhere.'),
  server: room(
    'server',
    ['core', 'protocol'],
    'It answers strangers, so it sees the broker and never the vault or a refresh token.',
  ),
  practice: room(
    'practice',
    ['protocol'],
    'It plays the other side; sharing code with the client under test would prove nothing.',
  ),
  client: room('client', ['protocol'], 'It is what any tool could be: without the socket it has nothing.'),
  integrations: room(
    'integrations',
    ['client', 'protocol'],
    'It reads the files of foreign tools, so it must be able to reach nothing that holds a login.',
  ),
  host: room(
    'host',
    ['providers', 'oauth', 'vault', 'server', 'practice', 'integrations', 'core', 'protocol'],
    'It wires the broker together for both programs, so it knows neither the CLI nor Electron.',
  ),
  daemon: room('daemon', ['host', 'protocol'], 'It only starts a host; whatever it did besides, the app would lack.'),
  cli: room(
    'cli',
    ['client', 'daemon', 'integrations', 'ipc', 'protocol'],
    'A command must not get at a token except through the socket. Of the app it shares how everything stands, in words.',
  ),
  ipc: room('ipc', ['protocol'], 'Both sides of the window load it; it may hold no more than either of them may see.'),
  preload: room('preload', ['ipc', 'protocol'], 'It runs beside the page; only the channel map may pass.'),
  main: room(
    'main',
    ['host', 'integrations', 'ipc', 'core', 'protocol'],
    'A thin shell over one message port: it never touches vault, flows or socket.',
  ),
  renderer: {
    folder: 'renderer',
    may: ['ipc', 'protocol'],
    because: 'The page sees metadata only; no import may bring it nearer to a token.',
  },
}

/** Modules that belong to some rooms only; `node:net` stands for `net` as well. */
const OWNED_MODULES: readonly {
  readonly name: string
  readonly modules: RegExp
  readonly rooms: readonly string[]
  readonly because: string
}[] = [
  {
    name: 'electron',
    modules: /^electron(\/|$)/,
    rooms: ['main', 'preload'],
    because: 'Everything else runs on plain Node, in the daemon and in tests.',
  },
  { name: 'electron-store', modules: /^electron-store$/, rooms: ['main'], because: 'It cannot be loaded outside of Electron.' },
  {
    name: 'keytar',
    modules: /^keytar$/,
    rooms: ['vault'],
    because: 'Its rules (one queue, time-outs, calls that crash) hold only if one room names it.',
  },
  {
    name: 'the network',
    modules: /^(node:)?(net|http|https|http2|tls|dgram)$/,
    rooms: ['oauth', 'server', 'client', 'practice'],
    because: 'The loopback receiver, the token socket, its client and the practice server; nothing else opens a connection.',
  },
  {
    name: 'preact',
    modules: /^(preact|@preact)(\/|$)/,
    rooms: ['renderer'],
    because: 'The page is the only thing drawn with it.',
  },
  { name: 'commander', modules: /^commander$/, rooms: ['cli'], because: 'Arguments are parsed in one place.' },
  {
    name: 'oidc-provider',
    modules: /^oidc-provider$/,
    rooms: ['practice'],
    because: 'An authorization server has no place among its clients.',
  },
]

function room(name: string, may: readonly string[], because: string): Room {
  return { folder: `src/${name}`, may, because }
}

interface Import {
  readonly room: string
  readonly file: string
  readonly specifier: string
  /** `type` is erased by the compiler; `{ type X }` is not, and loads the module. */
  readonly kind: 'static' | 'dynamic' | 'type'
}

const roomNames = Object.keys(ROOMS)
const files = roomNames.flatMap((name) => sourceFiles(ROOMS[name]!.folder))
const imports = roomNames.flatMap((name) => sourceFiles(ROOMS[name]!.folder).flatMap((file) => importsOf(name, file)))

function sourceFiles(folder: string): string[] {
  if (!existsSync(path.join(PROJECT, folder))) return []
  return readdirSync(path.join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => path.posix.join(folder, name))
}

function importsOf(name: string, file: string): Import[] {
  const text = readFileSync(path.join(PROJECT, file), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
  const found = (pattern: RegExp, kind: Import['kind']) =>
    [...text.matchAll(pattern)].map((match): Import => ({ room: name, file, specifier: match[1]!, kind }))
  return [
    ...found(/^\s*(?:import|export)\s+type\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm, 'type'),
    ...found(/^\s*(?:import|export)\s+(?!type\b)[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm, 'static'),
    ...found(/^\s*import\s*['"]([^'"]+)['"]/gm, 'static'),
    ...found(/\b(?:import|require)\s*\(\s*['"]([^'"]+)['"]/g, 'dynamic'),
  ]
}

/** The file that a relative import means, from the project's root. */
function resolved(entry: Import): string | undefined {
  if (!entry.specifier.startsWith('.')) return undefined
  return path.posix.join(path.posix.dirname(entry.file), entry.specifier)
}

function roomOf(file: string): string | undefined {
  return roomNames.find((name) => file.startsWith(`${ROOMS[name]!.folder}/`))
}

/** Everything that is loaded with a file: its static imports, and theirs. */
function closure(file: string, seen = new Set<string>()): Import[] {
  if (seen.has(file)) return []
  seen.add(file)
  const own = imports.filter((entry) => entry.file === file && entry.kind === 'static')
  return [...own, ...own.flatMap((entry) => (resolved(entry) === undefined ? [] : closure(resolved(entry)!, seen)))]
}

const line = (entry: Import) => `${entry.file} imports ${entry.specifier}`

test('the reading of imports finds every form that is known to be there', () => {
  const seen = imports.map(({ file, specifier, kind }) => `${file} ${kind} ${specifier}`)
  expect(seen).toContain('src/vault/keychain.ts dynamic keytar')
  expect(seen).toContain('src/cli/token-command.ts static ../client/one-shot.ts')
  expect(seen).toContain('src/host/handle.ts type ../protocol/index.ts')
})

describe('the table of rooms', () => {
  test('names every folder that holds code', () => {
    const folders = readdirSync(path.join(PROJECT, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && sourceFiles(`src/${entry.name}`).length > 0)
      .map((entry) => entry.name)
    expect(folders.filter((name) => !roomNames.includes(name))).toEqual([])
  })

  test('has no circle', () => {
    const below = (name: string, seen: readonly string[]): string[] =>
      ROOMS[name]!.may.flatMap((next) => (seen.includes(next) ? [[...seen, next].join(' → ')] : below(next, [...seen, next])))
    expect(roomNames.flatMap((name) => below(name, [name]))).toEqual([])
  })

  test.each(roomNames)('%s imports no room that it may not know', (name) => {
    const banned = imports.filter((entry) => {
      const target = resolved(entry)
      if (entry.room !== name || target === undefined) return false
      const other = roomOf(target)
      return other === undefined ? !existsSync(path.join(PROJECT, target)) : other !== name && !ROOMS[name]!.may.includes(other)
    })
    expect(banned.map(line), ROOMS[name]!.because).toEqual([])
  })

  test.each(roomNames)('the project references of %s are what the table says', (name) => {
    const { folder, may } = ROOMS[name]!
    const config = JSON.parse(readFileSync(path.join(PROJECT, folder, 'tsconfig.json'), 'utf8'))
    const references = config.references.map((entry: { path: string }) => path.posix.join(folder, entry.path))
    expect(references.toSorted()).toEqual(may.map((other) => ROOMS[other]!.folder).toSorted())
  })

  test('the root project builds every room', () => {
    const config = JSON.parse(readFileSync(path.join(PROJECT, 'tsconfig.json'), 'utf8'))
    const references = config.references.map((entry: { path: string }) => entry.path)
    expect(references).toEqual(expect.arrayContaining(Object.values(ROOMS).map(({ folder }) => folder)))
  })
})

describe('modules that belong to some rooms', () => {
  test.each(OWNED_MODULES)('$name', ({ modules, rooms, because }) => {
    const strangers = imports.filter((entry) => modules.test(entry.specifier) && !rooms.includes(entry.room))
    expect(strangers.map(line), because).toEqual([])
  })

  test('the providers know the addresses of the practice server, and not the server', () => {
    const known = imports.filter((entry) => entry.room === 'providers' && roomOf(resolved(entry) ?? '') === 'practice')
    expect(new Set(known.map(resolved))).toEqual(new Set(['src/practice/constants.ts']))
  })

  test('the cli loads the daemon on demand only', () => {
    const direct = imports.filter(
      (entry) => entry.room === 'cli' && entry.kind === 'static' && roomOf(resolved(entry) ?? '') === 'daemon',
    )
    expect(direct.map(line), 'every other command would pay for the broker').toEqual([])
  })
})

test('a broker that hands out tokens has loaded few packages', () => {
  const packages = ['src/host/host.ts', 'src/vault/keychain.ts']
    .flatMap((file) => closure(file))
    .map(({ specifier }) => specifier)
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
  // The web framework, the HTTP client, the keychain and the practice server come with their first use.
  expect([...new Set(packages)].toSorted(), 'each of them is memory of a program that runs all day').toEqual([
    'oauth4webapi',
    'pino',
    'write-file-atomic',
    'zod',
  ])
})

describe('the path of `tokentray token`', () => {
  const ENTRY = 'src/cli/token-command.ts'

  test('imports nothing but built-in modules', () => {
    const outside = [...closure('src/cli/tokentray.ts'), ...closure(ENTRY)].filter((entry) => resolved(entry) === undefined)
    expect(
      outside.filter((entry) => !entry.specifier.startsWith('node:')).map(line),
      'it runs before every request of a tool',
    ).toEqual([])
  })

  test('is one file and loads nothing else when it runs, as built', async () => {
    const program = path.join(PROJECT, 'out/node/tokentray.js')
    expect(existsSync(program), '`npm run build` makes it').toBe(true)
    // What the command loads as CommonJS is in the cache of `require`; what it imports are the other commands and the completion.
    const watch = path.join(await mkdtemp(path.join(tmpdir(), 'tt-loaded-')), 'watch.cjs')
    await writeFile(
      watch,
      "process.on('exit', () => process._rawDebug(Object.keys(require.cache).map((file) => 'loaded ' + file).join('\\n')))",
    )
    const env = { ...process.env, TOKENTRAY_SOCKET: path.join(tmpdir(), 'no-broker-listens-here.sock') }
    const stderr = await new Promise<string>((resolve) =>
      execFile(process.execPath, ['--require', watch, program, 'token', 'practice'], { env }, (_error, _out, text) =>
        resolve(text),
      ),
    )
    await rm(path.dirname(watch), { recursive: true })
    const loaded = [...stderr.matchAll(/^loaded (.*)$/gm)].map(([, file]) => file)
    expect(loaded.sort()).toEqual([program, watch].sort())
    const imported = [...readFileSync(program, 'utf8').matchAll(/\bimport\(([^)]*)\)/g)].map(([, specifier]) => specifier)
    expect(imported.filter((specifier) => !specifier?.startsWith('"node:')).sort()).toEqual([
      '"../programs/cli.js"',
      '"../programs/complete-words.js"',
    ])
  })
})

test('the client library imports nothing but built-in modules', () => {
  const outside = closure('src/client/library.ts').filter((entry) => resolved(entry) === undefined)
  expect(
    outside.filter((entry) => !entry.specifier.startsWith('node:')).map(line),
    'other programs load it, and it is published without dependencies',
  ).toEqual([])
})

describe('a backwards import', () => {
  let copy: string
  beforeAll(async () => {
    copy = await mkdtemp(path.join(tmpdir(), 'tt-rooms-'))
    await cp(path.join(PROJECT, 'tsconfig.base.json'), path.join(copy, 'tsconfig.base.json'))
    await symlink(path.join(PROJECT, 'node_modules'), path.join(copy, 'node_modules'))
    for (const [name, { folder, may }] of Object.entries(ROOMS)) {
      await mkdir(path.join(copy, folder), { recursive: true })
      await cp(path.join(PROJECT, folder, 'tsconfig.json'), path.join(copy, folder, 'tsconfig.json'))
      const allowed = may.map((other) => `export { ${other} } from '${specifier(name, other)}'`)
      await writeFile(path.join(copy, folder, 'index.ts'), [`export const ${name} = 1`, ...allowed, ''].join('\n'))
    }
    const references = Object.values(ROOMS).map(({ folder }) => ({ path: folder }))
    await writeFile(path.join(copy, 'tsconfig.json'), JSON.stringify({ files: [], references }))
  })
  afterAll(() => rm(copy, { recursive: true, force: true }))

  test('fails the build in every room, and an allowed one does not', async () => {
    expect(await build(copy)).toBe('')
    // References reach through: a room sees also what its rooms refer to, and only the test of the imports above forbids that.
    const unreachable = roomNames.map(
      (name) => [name, roomNames.find((other) => other !== name && !reach(name).has(other))] as const,
    )
    const planted = unreachable.flatMap(([name, other]) => (other ? [[name, other] as const] : []))
    expect(planted.length).toBeGreaterThan(10)
    for (const [name, other] of planted) {
      await writeFile(
        path.join(copy, ROOMS[name]!.folder, 'backwards.ts'),
        `export { ${other} } from '${specifier(name, other)}'\n`,
      )
    }
    const errors = await build(copy)
    expect(planted.map(([name]) => ROOMS[name]!.folder).filter((folder) => !errors.includes(`${folder}/backwards.ts`))).toEqual(
      [],
    )
  }, 60_000)

  function specifier(from: string, to: string): string {
    return `${path.posix.relative(ROOMS[from]!.folder, ROOMS[to]!.folder)}/index.ts`
  }

  function reach(name: string): Set<string> {
    return new Set(ROOMS[name]!.may.flatMap((next) => [next, ...reach(next)]))
  }

  function build(folder: string): Promise<string> {
    const tsc = path.join(PROJECT, 'node_modules/typescript/bin/tsc')
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [tsc, '-b', '--pretty', 'false'],
        { cwd: folder, maxBuffer: 1 << 24 },
        (_error, stdout, stderr) => {
          resolve(stdout + stderr)
        },
      )
    })
  }
})

describe('house style', () => {
  test('no source file has more than 300 lines', () => {
    const long = files.filter((file) => readFileSync(path.join(PROJECT, file), 'utf8').trimEnd().split('\n').length > 300)
    expect(long).toEqual([])
  })

  test('no file or folder is named for nothing in particular', () => {
    const vague = /(^|[/-])(utils?|helpers?|common|manager)([.-]|\/|$)/
    expect(files.filter((file) => vague.test(file))).toEqual([])
  })

  test('the changelog has a place for what is not released yet', async () => {
    expect(await readFile(path.join(PROJECT, 'CHANGELOG.md'), 'utf8')).toMatch(/^## \[Unreleased\]$/m)
  })
})
