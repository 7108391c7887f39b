/**
 * Index templates, verified by simulation, and what became of their indices. Our mark is `_meta`, on the template and,
 * through it, on the mapping of every index made from it.
 */
import { z } from 'zod'
import { type Desired, type Finding, type JsonObject, type LedgerEntry, type Owner, patternHolds, placeOf, type ResourceId } from '../../plan/index.ts'
import { Failure } from '../../ports/index.ts'
import { marksOf, sameOwner } from '../mark.ts'
import type { Progress, Target } from '../target.ts'
import * as answers from './answers.ts'
import { type ElasticsearchPort, segment } from './port.ts'
import { exactIndices, fieldTypes, mappingsOf, observedTemplate, ownerOfMapping, patternsOf, timeFieldOf, withMarks } from './template.ts'

export interface ElasticsearchOptions {
  readonly elasticsearch: ElasticsearchPort
}

export function createElasticsearchTarget(options: ElasticsearchOptions): Target {
  const { elasticsearch } = options

  async function list(signal: AbortSignal) {
    const { body } = await elasticsearch.request({ method: 'GET', path: '/_index_template', answer: answers.templates, accept: [404], signal })
    return body.index_templates
  }

  async function findTemplate(name: string, signal: AbortSignal): Promise<JsonObject | undefined> {
    const { status, body } = await elasticsearch.request({
      method: 'GET',
      path: `/_index_template/${segment(name)}`,
      answer: z.unknown(),
      accept: [404],
      signal,
    })
    return status === 404 ? undefined : answers.templates.parse(body).index_templates.find((template) => template.name === name)?.index_template
  }

  /** Mapping of each index that exists. */
  async function existing(indices: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, JsonObject>> {
    if (indices.length === 0) return new Map()
    const { body } = await elasticsearch.request({
      method: 'GET',
      path: `/${indices.map(segment).join(',')}/_mapping`,
      query: { ignore_unavailable: true, allow_no_indices: true },
      answer: answers.mappings,
      signal,
    })
    return new Map(Object.entries(body).map(([index, { mappings }]) => [index, mappings]))
  }

  /** The template must be the one that an index of its name would be made from. */
  async function verify(desired: Desired<'IndexTemplate'>, signal: AbortSignal): Promise<void> {
    const [stronger] = await overruled(desired, undefined, signal)
    if (stronger !== undefined) throw new Failure('Stall', 'TemplateOverlap', `${stronger}: another template is stronger than ${desired.name}`)
  }

  /** Fields that indices would get otherwise than the template says; `body`: as if it were there already. */
  async function overruled(desired: Desired<'IndexTemplate'>, body: JsonObject | undefined, signal: AbortSignal): Promise<string[]> {
    const wrong: string[] = []
    for (const index of indicesOf(desired)) {
      const simulated = await elasticsearch.request({
        method: 'POST',
        path: `/_index_template/_simulate_index/${segment(index)}`,
        ...(body ? { body } : {}),
        answer: answers.simulation,
        signal,
      })
      const got = fieldTypes(simulated.body.template.mappings)
      for (const [field, type] of fieldTypes(mappingsOf(desired.spec.body)))
        if (got.get(field) !== type) wrong.push(`Index ${index} would get ${field} as ${got.get(field) ?? 'nothing'}, not as ${type}`)
    }
    return wrong
  }

  /** Before it is written: whether a template that is there already would win. */
  async function strongerThan(desired: Desired<'IndexTemplate'>, signal: AbortSignal): Promise<Finding[]> {
    const priority = Number(desired.spec.body.priority ?? 0)
    const stronger = (await list(signal)).filter(
      ({ name, index_template: other }) =>
        name !== desired.name &&
        Number(other.priority ?? 0) > priority &&
        indicesOf(desired).some((index) => patternsOf(other).some((pattern) => patternHolds(pattern, index))),
    )
    if (stronger.length === 0) return []
    const [message] = await overruled(desired, desired.spec.body, signal)
    if (message === undefined) return []
    const names = stronger.map(({ name }) => name).join(', ')
    const mend = `Template ${names} is stronger: give it a lower priority, or narrower patterns.`
    return [{ severity: 'error', reason: 'TemplateOverlap', ...placeOf(desired), message, mend }]
  }

  /** Data that a pipeline has left behind still belongs to its namespace. */
  async function refuseForeignIndices(desired: Desired<'IndexTemplate'>, owner: Owner, signal: AbortSignal): Promise<void> {
    for (const [index, mapping] of await existing(indicesOf(desired), signal)) {
      const marked = ownerOfMapping(mapping)
      if (marked && marked.namespace !== owner.namespace)
        throw new Failure(
          'Stall',
          'OwnedByAnother',
          `Index ${index} was made for pipeline ${marked.namespace}/${marked.pipeline}: take another name, or delete it`,
        )
    }
  }

  async function put(desired: Desired<'IndexTemplate'>, owner: Owner, creates: boolean, signal: AbortSignal): Promise<void> {
    const there = await findTemplate(desired.name, signal)
    const marked = there && observedTemplate(desired.name, there).owner
    // The ledger knows that it is ours where somebody has written it without our mark.
    const ours = marked ? sameOwner(marked, owner) : !creates
    if (there && !ours) {
      const whose = marked ? `belongs to pipeline ${marked.namespace}/${marked.pipeline}` : 'was made by somebody else'
      throw new Failure('Stall', 'OwnedByAnother', `Index template ${desired.name} ${whose}`)
    }
    await elasticsearch.request({
      method: 'PUT',
      path: `/_index_template/${segment(desired.name)}`,
      body: withMarks(desired.spec.body, marksOf(owner)),
      answer: answers.acknowledged,
      signal,
    })
  }

  async function simulate(desired: Desired<'IndexTemplate'>, going: readonly string[], signal: AbortSignal): Promise<Finding[]> {
    const finding = (reason: string, message: string, mend: string): Finding => ({ severity: 'error', reason, path: desired.specPath, message, mend })
    try {
      await elasticsearch.request({
        method: 'POST',
        path: `/_index_template/_simulate/${segment(desired.name)}`,
        body: desired.spec.body,
        answer: answers.simulation,
        signal,
      })
      return []
    } catch (error) {
      if (!(error instanceof Failure) || error.reason !== 'Refused') throw error
      const overlap = /matching patterns from existing templates|same priority/i.test(error.message)
      // What stands in the way is ours and removed first.
      if (overlap && going.some((name) => error.message.includes(name))) return []
      return [
        overlap
          ? finding('TemplateOverlap', error.message, 'Give one of the two templates another priority, or narrower patterns.')
          : finding('TemplateInvalid', error.message, 'Correct the template.'),
      ]
    }
  }

  return {
    backend: 'elasticsearch',
    kinds: ['IndexTemplate'],

    async probe(signal) {
      const { distribution, number } = await elasticsearch.version(signal)
      // The version is kept; whether the server still answers is another question.
      await elasticsearch.request({ method: 'GET', path: '/', answer: z.looseObject({}), signal })
      return { version: distribution === 'opensearch' ? `OpenSearch ${number}` : number }
    },

    async observe(signal) {
      return (await list(signal)).map(({ name, index_template }) => observedTemplate(name, index_template))
    },

    async check(desired, signal, going = []) {
      const nodes = desired as readonly Desired<'IndexTemplate'>[]
      const removed = going.flatMap((id) => (id.startsWith('IndexTemplate/') ? [id.slice('IndexTemplate/'.length)] : []))
      const findings: Finding[] = []
      const mappings = await existing([...new Set(nodes.flatMap(indicesOf))], signal)
      for (const node of nodes) {
        const refused = await simulate(node, removed, signal)
        findings.push(...refused, ...(refused.length === 0 ? await strongerThan(node, signal) : []))
        for (const index of indicesOf(node)) findings.push(...conflicts(node, index, mappings.get(index)))
      }
      return findings
    },

    async apply(action, owner, signal) {
      const desired = action.desired as Desired<'IndexTemplate'>
      await refuseForeignIndices(desired, owner, signal)
      await put(desired, owner, action.class === 'Create', signal)
      await verify(desired, signal)
      return { backendId: desired.name }
    },

    async remove(entry: LedgerEntry, owner, signal) {
      const body = await findTemplate(entry.name, signal)
      const marked = body && observedTemplate(entry.name, body).owner
      if (!body || !marked || !sameOwner(marked, owner)) return {}
      if (entry.onRemove === 'delete') {
        // The indices first: without the template nobody would know any more which they are.
        for (const [index, mapping] of await existing([...patternsOf(body)], signal)) {
          const indexOwner = ownerOfMapping(mapping)
          if (indexOwner && sameOwner(indexOwner, owner))
            await elasticsearch.request({ method: 'DELETE', path: `/${segment(index)}`, accept: [404], answer: z.looseObject({}), signal })
        }
      }
      await elasticsearch.request({ method: 'DELETE', path: `/_index_template/${segment(entry.name)}`, accept: [404], answer: z.looseObject({}), signal })
      return {}
    },

    async progress(ids, signal) {
      const wanted = (await list(signal)).filter(({ name }) => ids.includes(`IndexTemplate/${name}`))
      const asked = wanted.flatMap(({ name, index_template }) =>
        exactIndices(index_template).map((index) => ({ id: `IndexTemplate/${name}`, index, timeField: timeFieldOf(index_template) })),
      )
      if (asked.length === 0) return []
      const lines = asked.flatMap(({ index, timeField }) => [
        { index, ignore_unavailable: true },
        { size: 0, track_total_hits: true, ...(timeField ? { aggs: { newest: { max: { field: timeField } } } } : {}) },
      ])
      const { body } = await elasticsearch.request({ method: 'POST', path: '/_msearch', body: lines, answer: answers.newest, signal })
      const progress = new Map<ResourceId, Progress>()
      for (const [at, { id }] of asked.entries()) {
        const total = body.responses[at]?.hits?.total
        const documents = total === undefined ? undefined : typeof total === 'number' ? total : total.value
        const newest = body.responses[at]?.aggregations?.newest?.value
        const before = progress.get(id)
        // A template may hold for several indices.
        progress.set(id, {
          id,
          ...sumUp('produced', before?.produced, documents, (a, b) => a + b),
          ...sumUp('lastOutputAt', before?.lastOutputAt, newest ?? undefined, Math.max),
        })
      }
      return [...progress.values()]
    },
  }
}

/** Those that its patterns name, and those of the pipeline that a pattern with a star holds for. */
const indicesOf = ({ spec }: Desired<'IndexTemplate'>): string[] => [...new Set([...exactIndices(spec.body), ...(spec.indices ?? [])])]

function conflicts(node: Desired<'IndexTemplate'>, index: string, mapping: JsonObject | undefined): Finding[] {
  if (!mapping) return []
  const has = fieldTypes(mapping)
  return [...fieldTypes(mappingsOf(node.spec.body))].flatMap(([field, type]): Finding[] => {
    const found = has.get(field)
    if (found === undefined || found === type) return []
    return [
      {
        severity: 'error',
        reason: 'MappingConflict',
        path: node.specPath,
        message: `Index ${index} exists and has ${field} as ${found}, and template ${node.name} wants ${type}`,
        mend: `Reindex ${index} into an index made from the template and put it in its place, or delete ${index}.`,
      },
    ]
  })
}

function sumUp(key: 'produced' | 'lastOutputAt', a: number | undefined, b: number | undefined, both: (a: number, b: number) => number): Partial<Progress> {
  const value = a === undefined ? b : b === undefined ? a : both(a, b)
  return value === undefined ? {} : { [key]: value }
}
