/**
 * What a rule can cost at most, estimated like cel-go does it: one unit for a step, more for what goes through strings
 * and lists of the sizes that the schema allows.
 */
import type { ASTNode } from '@marcbachmann/cel-js'
import type { SizedType } from './cel-sizes.ts'

/** Going through a string costs a tenth of its length. */
const TRAVERSAL = 0.1
const REGEX = 0.25
const LIST_LITERAL = 10
const MAP_LITERAL = 30

interface Estimate {
  readonly cost: number
  /** Known size of a computed value. */
  readonly size?: number | undefined
  /** Where the value comes from; what is computed has none. */
  readonly path?: readonly string[] | undefined
  readonly scalar?: boolean
  readonly text?: boolean
}

type Scope = ReadonlyMap<string, Estimate>

/** Infinity when nothing bounds it. */
export function estimateCost(ast: ASTNode, root: SizedType): number {
  return new Coster(root).cost(ast, new Map()).cost
}

const times = (count: number, cost: number) => (count === 0 || cost === 0 ? 0 : count * cost)
const traverse = (size: number, factor = TRAVERSAL) => Math.ceil(times(size, factor))

class Coster {
  readonly #root: SizedType

  constructor(root: SizedType) {
    this.#root = root
  }

  cost(node: ASTNode, scope: Scope): Estimate {
    switch (node.op) {
      case 'value':
        return typeof node.args === 'string' ? { cost: 0, size: [...node.args].length, text: true } : { cost: 0, size: 1, scalar: true }
      case 'id':
        return scope.get(node.args) ?? this.#at([node.args], 1)
      case '.':
      case '.?': {
        const operand = this.cost(node.args[0], scope)
        return this.#at([...(operand.path ?? []), node.args[1]], operand.cost + 1)
      }
      case '[]':
      case '[?]': {
        const [operand, index] = [this.cost(node.args[0], scope), this.cost(node.args[1], scope)]
        const cost = operand.cost + index.cost + 1
        return operand.path ? this.#at([...operand.path, '@items'], cost) : { cost }
      }
      case 'list':
        return { cost: LIST_LITERAL + this.#sum(node.args, scope), size: node.args.length }
      case 'map':
        return { cost: MAP_LITERAL + this.#sum(node.args.flat(), scope), size: node.args.length }
      case '?:': {
        const [condition, yes, no] = node.args.map((part) => this.cost(part, scope)) as [Estimate, Estimate, Estimate]
        return { cost: condition.cost + Math.max(yes.cost, no.cost), size: Math.max(this.#size(yes), this.#size(no)), scalar: yes.scalar === true }
      }
      case '&&':
      case '||':
        return { cost: this.#sum(node.args, scope), scalar: true }
      case '!_':
      case '-_':
        return { cost: this.cost(node.args, scope).cost + 1, scalar: true }
      case 'call':
        return this.#call(node.args[0], undefined, node.args[1], scope)
      case 'rcall':
        return this.#call(node.args[0], node.args[1], node.args[2], scope)
      default:
        return this.#binary(node.op, node.args as readonly [ASTNode, ASTNode], scope)
    }
  }

  #sum(nodes: readonly ASTNode[], scope: Scope): number {
    return nodes.reduce((sum, node) => sum + this.cost(node, scope).cost, 0)
  }

  /** A value at a path. The first step is self, or, as in cel-go, whatever stands in its place. */
  #at(path: readonly string[], cost: number): Estimate {
    const type = this.#type(path)
    return { cost, path, scalar: type?.scalar ?? false, text: type?.text ?? false }
  }

  #type(path: readonly string[]): SizedType | undefined {
    let type: SizedType | undefined = this.#root
    for (const step of path.slice(1)) type = step === '@items' ? type?.element : step === '@keys' ? type?.key : type?.fields?.get(step)
    return type
  }

  #size(value: Estimate): number {
    if (value.size !== undefined) return value.size
    const type = value.path && this.#type(value.path)
    return type ? type.max : value.scalar ? 1 : Number.POSITIVE_INFINITY
  }

  #binary(op: string, args: readonly [ASTNode, ASTNode], scope: Scope): Estimate {
    const [left, right] = [this.cost(args[0], scope), this.cost(args[1], scope)]
    const cost = left.cost + right.cost
    const [l, r] = [this.#size(left), this.#size(right)]
    switch (op) {
      case '==':
      case '!=':
        return { cost: cost + traverse(Math.min(l, r)), scalar: true }
      case 'in': {
        const keyed = right.path && this.#type(right.path)?.key
        return { cost: cost + (keyed ? 1 : r), scalar: true }
      }
      case '<':
      case '<=':
      case '>':
      case '>=':
        return { cost: cost + (left.text || right.text ? traverse(Math.min(l, r)) : 1), scalar: true }
      case '+':
        if (left.text || right.text) return { cost: cost + traverse(l + r), size: l + r, text: true }
        return { cost: cost + 1, scalar: left.scalar === true, ...(left.scalar ? {} : { size: l + r }) }
      default:
        return { cost: cost + 1, scalar: true }
    }
  }

  #call(name: string, receiver: ASTNode | undefined, nodes: readonly ASTNode[], scope: Scope): Estimate {
    if (name === 'has' && nodes[0]?.op === '.') return { cost: this.cost((nodes[0].args as [ASTNode, string])[0], scope).cost, scalar: true }
    if (receiver && nodes[0]?.op === 'id' && nodes.length >= 2 && name in LOOPS) return this.#loop(name, receiver, nodes, scope)
    if (name === 'bind' && nodes[0]?.op === 'id') {
      const bound = this.cost(nodes[1]!, scope)
      const inner = this.cost(nodes[2]!, new Map([...scope, [nodes[0].args, { ...bound, cost: 1 }]]))
      return { ...inner, cost: bound.cost + inner.cost + LIST_LITERAL + 1 }
    }
    const target = receiver && this.cost(receiver, scope)
    const args = nodes.map((node) => this.cost(node, scope))
    const base = (target?.cost ?? 0) + args.reduce((sum, arg) => sum + arg.cost, 0)
    const own = this.#own(name, target, args)
    return { ...own, cost: base + own.cost }
  }

  /** What a function adds to the cost of its arguments. */
  #own(name: string, target: Estimate | undefined, args: readonly Estimate[]): Estimate {
    const size = target ? this.#size(target) : args[0] ? this.#size(args[0]) : 0
    const first = args[0] ? this.#size(args[0]) : 0
    switch (name) {
      case 'startsWith':
      case 'endsWith':
        return { cost: traverse(first), scalar: true }
      case 'matches':
        return { cost: times(traverse(size + 1), traverse(target ? first : this.#size(args[1]!), REGEX)), scalar: true }
      case 'contains':
        return { cost: times(traverse(size), traverse(first)), scalar: true }
      case 'find':
      case 'findAll':
        return { cost: times(traverse(size + 1), traverse(first, REGEX)), size, text: name === 'find' }
      case 'lowerAscii':
      case 'upperAscii':
      case 'substring':
      case 'trim':
        return { cost: traverse(size), size, text: true }
      case 'replace':
        return { cost: traverse(size, 2 * TRAVERSAL), size: size + times(size + 1, args[1] ? this.#size(args[1]) : 0), text: true }
      case 'split':
        return { cost: traverse(size, 2 * TRAVERSAL), size }
      case 'join':
        return {
          cost: traverse(times(size, this.#element(target).size) + times(size, first)),
          size: times(size, this.#element(target).size) + times(size, first),
          text: true,
        }
      case 'isSorted':
      case 'sum':
      case 'min':
      case 'max':
      case 'indexOf':
      case 'lastIndexOf': {
        if (target?.text) return { cost: traverse(size), scalar: true }
        const element = this.#element(target)
        return { cost: times(size, 1 + (element.text ? traverse(element.size) : 0)), scalar: true }
      }
      case 'isIP':
      case 'isCIDR':
        return { cost: traverse(first), scalar: true }
      case 'format':
        return { cost: traverse(size), text: true }
      case 'string':
      case 'bytes':
        return { cost: 1, text: true }
      case 'dyn':
        return { ...args[0]!, cost: 1 }
      default:
        return { cost: 1, scalar: !['orValue', 'value'].includes(name) }
    }
  }

  #element(list: Estimate | undefined): { readonly size: number; readonly text: boolean } {
    const type = list?.path && this.#type(list.path)?.element
    return { size: type?.max ?? Number.POSITIVE_INFINITY, text: type?.text ?? false }
  }

  #loop(name: string, receiver: ASTNode, nodes: readonly ASTNode[], scope: Scope): Estimate {
    const range = this.cost(receiver, scope)
    const type = range.path && this.#type(range.path)
    const variable = this.#at([...(range.path ?? []), type?.key ? '@keys' : '@items'], 1)
    const inner = new Map([...scope, [(nodes[0] as { args: string }).args, variable]])
    const [first = 0, second = 0] = nodes.slice(1).map((node) => this.cost(node, inner).cost)
    const { start, step, end } = LOOPS[name]!(first, second)
    const count = this.#size(range)
    const list = name === 'map' || name === 'filter'
    return { cost: range.cost + start + times(count, step) + end, ...(list ? { size: count } : { scalar: true }) }
  }
}

/** The macros as the loops that they stand for: what is made before, in each round, and after. */
const LOOPS: Readonly<Record<string, (body: number, second: number) => { start: number; step: number; end: number }>> = {
  all: (body) => ({ start: 0, step: 2 + 1 + body, end: 1 }),
  exists: (body) => ({ start: 0, step: 3 + 1 + body, end: 1 }),
  exists_one: (body) => ({ start: 0, step: body + 2, end: 2 }),
  existsOne: (body) => ({ start: 0, step: body + 2, end: 2 }),
  map: (body, second) => ({ start: LIST_LITERAL, step: body + second + LIST_LITERAL + 2, end: 1 }),
  filter: (body) => ({ start: LIST_LITERAL, step: body + LIST_LITERAL + 3, end: 1 }),
}
