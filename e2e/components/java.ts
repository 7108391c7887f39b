/** Java of the machine, and jars out of Maven's registry. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { needed, run, tool, Unavailable, write } from './cache.ts'

export interface Jdk {
  readonly java: string
  readonly javac: string
  readonly jar: string
}

const at = (home: string): Jdk => ({ java: join(home, 'bin/java'), javac: join(home, 'bin/javac'), jar: join(home, 'bin/jar') })

/** A JDK of at least this version: the one on the path, that of JAVA_HOME or JDK25, or one that lies where JDKs are put. */
export async function jdk(atLeast: number): Promise<Jdk> {
  const onPath = await run('which', ['javac']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
  const homes = [
    process.env.JAVA_HOME,
    process.env.JDK25,
    ...['/usr/lib/jvm', '/opt', '/usr/java', `${process.env.HOME}/.sdkman/candidates/java`].flatMap(children),
  ]
  const candidates: Jdk[] = [
    ...(onPath === undefined ? [] : [{ java: 'java', javac: 'javac', jar: 'jar' }]),
    ...homes.flatMap((home) => (home ? [at(home)] : [])),
  ]
  for (const candidate of candidates) {
    if (candidate.javac !== 'javac' && !existsSync(candidate.javac)) continue
    // `javac 17.0.15`, to stdout since Java 9.
    const version = await run(candidate.javac, ['-version']).then(
      ({ stdout }) => Number(/\d+/.exec(stdout)?.[0]),
      () => 0,
    )
    if (version >= atLeast) return candidate
  }
  throw new Unavailable(`a JDK of version ${atLeast} or later is not on this machine (JAVA_HOME or JDK25 may name one)`)
}

const children = (directory: string): string[] => {
  try {
    return readdirSync(directory).map((name) => join(directory, name))
  } catch {
    return []
  }
}

/** Copies the artifacts (`group:name:version`, with a `!` behind: without what it depends on) and what they need into `directory/lib`. */
export async function mavenJars(directory: string, artifacts: readonly string[]): Promise<void> {
  await needed('mvn')
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.replace(/!$/, '').split(':')
    const alone = artifact.endsWith('!') ? '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>' : ''
    return `    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>${alone}</dependency>`
  })
  await write(
    join(directory, 'pom.xml'),
    `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>dev.clickstream</groupId><artifactId>e2e</artifactId><version>1</version>
  <dependencies>
${dependencies.join('\n')}
  </dependencies>
</project>
`,
  )
  await tool('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${join(directory, 'lib')}`], { cwd: directory })
}
