/** Objects out of YAML files, as kubectl would read them. */
import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { UserError } from '../console/index.ts'
import type { KubeObject } from '../ports/index.ts'

const root = new URL('../../', import.meta.url)
export const fileOfPackage = (path: string) => fileURLToPath(new URL(path, root))

const kustomization = z.strictObject({
  apiVersion: z.string(),
  kind: z.literal('Kustomization'),
  resources: z.array(z.string()).default([]),
  configMapGenerator: z.array(z.strictObject({ name: z.string(), files: z.array(z.string()) })).default([]),
  generatorOptions: z.strictObject({ disableNameSuffixHash: z.literal(true) }),
})

/** Every object of a YAML file of one or many documents; of a directory, what its kustomization.yaml names. */
export async function readManifest(path: string): Promise<KubeObject[]> {
  return (await stat(path)).isDirectory() ? readDirectory(path) : readFileOf(path)
}

/** Resources and ConfigMaps of files, which is all that the examples need; anything else in it is refused. */
async function readDirectory(directory: string): Promise<KubeObject[]> {
  const path = join(directory, 'kustomization.yaml')
  const parsed = kustomization.safeParse(parse(await readFile(path, 'utf8')))
  if (!parsed.success)
    throw new UserError(
      `${path}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}. For all that kustomize can do: kubectl apply -k.`,
    )
  const maps = parsed.data.configMapGenerator.map(async ({ name, files }): Promise<KubeObject> => {
    const data = await Promise.all(files.map(async (file) => [basename(file), await readFile(join(directory, file), 'utf8')] as const))
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: Object.fromEntries(data) }
  })
  const resources = parsed.data.resources.map((file) => readFileOf(join(directory, file)))
  return [...(await Promise.all(maps)), ...(await Promise.all(resources)).flat()]
}

async function readFileOf(path: string): Promise<KubeObject[]> {
  const documents = parseAllDocuments(await readFile(path, 'utf8'))
  for (const document of documents) {
    const [error] = document.errors
    if (error) throw new UserError(`${path}: ${error.message}`)
  }
  return documents.map((document) => document.toJS() as KubeObject).filter((object) => object !== null)
}
