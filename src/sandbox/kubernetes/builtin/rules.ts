/** Roles and their bindings. They are kept and shown; nobody is refused by them here. */
import type { KubeObject } from '../../../ports/index.ts'
import { ageColumn, column, nameColumn } from '../columns.ts'
import { type FieldError, invalidValue, notSupported, required } from '../field-error.ts'
import { equal, isObject, type JsonObject } from '../json.ts'
import type { ResourceType } from '../resources.ts'
import { builtin, mapOf } from './type.ts'
import { typedSchema } from './typed-schemas.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** Names may hold what the path of a URL can: `system:admin`. */
const pathSegment = (name: string): string[] =>
  name === '.' || name === '..' ? [`may not be '${name}'`] : ['/', '%'].flatMap((bad) => (name.includes(bad) ? [`may not contain '${bad}'`] : []))

const createdAt = column('Created At', (object) => object.metadata.creationTimestamp ?? '')
const boundRole = column('Role', (object) => `${mapOf(object, 'roleRef').kind}/${mapOf(object, 'roleRef').name}`)

const listed = (object: KubeObject, field: string): JsonObject[] => (Array.isArray(object[field]) ? (object[field] as unknown[]).filter(isObject) : [])

function role(kind: 'Role' | 'ClusterRole', plural: string, namespaced: boolean): ResourceType {
  return builtin({
    group: GROUP,
    version: 'v1',
    plural,
    kind,
    namespaced,
    schema: typedSchema(`rbac.v1.${kind}`, 'What may be done.'),
    columns: [nameColumn, createdAt],
    checkName: pathSegment,
    defaults(object) {
      if (object.rules === undefined) object.rules = null
    },
    check: (object) =>
      listed(object, 'rules').flatMap((rule, i) => (Array.isArray(rule.verbs) && rule.verbs.length > 0 ? [] : [required(`rules[${i}].verbs`)])),
  })
}

function binding(kind: 'RoleBinding' | 'ClusterRoleBinding', plural: string, namespaced: boolean): ResourceType {
  return builtin({
    group: GROUP,
    version: 'v1',
    plural,
    kind,
    namespaced,
    schema: typedSchema(`rbac.v1.${kind}`, 'Who may do it.'),
    columns: [nameColumn, boundRole, ageColumn],
    checkName: pathSegment,
    defaults(object) {
      const ref = object.roleRef
      if (isObject(ref)) ref.apiGroup ??= GROUP
      for (const subject of listed(object, 'subjects')) if (subject.kind !== 'ServiceAccount') subject.apiGroup ??= GROUP
    },
    check: checkBinding,
  })
}

function checkBinding(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  const ref = mapOf(object, 'roleRef')
  const kinds = object.kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole']
  const errors: FieldError[] = []
  if (!kinds.includes(String(ref.kind))) errors.push(notSupported('roleRef.kind', ref.kind ?? '', kinds))
  if (!ref.name) errors.push(required('roleRef.name'))
  for (const [i, subject] of listed(object, 'subjects').entries()) if (!subject.name) errors.push(required(`subjects[${i}].name`))
  if (old && !equal(object.roleRef, old.roleRef))
    errors.push(invalidValue('roleRef', { APIGroup: ref.apiGroup, Kind: ref.kind, Name: ref.name }, 'field is immutable'))
  return errors
}

export const roles = role('Role', 'roles', true)
export const clusterRoles = role('ClusterRole', 'clusterroles', false)
export const roleBindings = binding('RoleBinding', 'rolebindings', true)
export const clusterRoleBindings = binding('ClusterRoleBinding', 'clusterrolebindings', false)
