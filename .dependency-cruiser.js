/** Which room may import which: the arrows of docs/architecture.md, held by `npm run lint`. */

/** Room -> the rooms it may import. Within a room everything is allowed; from outside only what its index offers. */
const rooms = {
  ports: [],
  api: [],
  sql: [],
  plan: ['api', 'sql'],
  targets: ['plan', 'api', 'sql', 'ports'],
  controller: ['targets', 'plan', 'api', 'sql', 'ports'],
  engine: ['sql'],
  sandbox: ['engine', 'sql', 'ports'],
  console: ['controller', 'targets', 'plan', 'api', 'sql', 'engine', 'ports'],
  cli: ['console', 'sandbox', 'controller', 'targets', 'plan', 'api', 'sql', 'engine', 'ports'],
}
const anyOf = (names) => `^src/(${names.join('|')})/`

const arrows = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports-only-${allowed.join('-') || 'itself'}`,
  severity: 'error',
  from: { path: anyOf([room]) },
  to: { path: '^src/', pathNot: anyOf([room, ...allowed]) },
}))

const doors = Object.keys(rooms)
  .filter((room) => room !== 'sandbox')
  .map((room) => ({
    name: `${room}-has-one-door`,
    comment: 'Other rooms import the index of a room, never its files.',
    severity: 'error',
    from: { path: '^src/', pathNot: anyOf([room]) },
    to: { path: `^src/${room}/`, pathNot: `^src/${room}/index\\.ts$` },
  }))

export default {
  forbidden: [
    ...arrows,
    ...doors,
    { name: 'no-cycles', severity: 'error', from: { path: '^src/' }, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'only-demo-and-sandbox-need-the-stand-ins',
      comment: 'The image has no stand-ins: every other command must run without them.',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: '^src/cli/(demo/|commands/sandbox\\.ts$)' },
      to: { path: '^src/(sandbox|cli/demo)/', pathNot: '^src/cli/demo/command\\.ts$' },
    },
    {
      name: 'pure-rooms-do-no-io',
      severity: 'error',
      from: { path: anyOf(['api', 'sql', 'plan', 'engine']) },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'one-http-client-in-targets',
      severity: 'error',
      from: { path: anyOf(['targets', 'controller', 'plan', 'api', 'sql', 'engine']) },
      to: { path: 'node_modules/(axios|undici|got|node-fetch)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
}
