/** The parts of the chart that are made: the definitions, the rules and the operator's own dashboard. */

import { stringify } from 'yaml'
import type { generateCrds } from '../src/api/index.ts'
import { nameOf, type Permission, type Reasons, type Scope } from './permissions.ts'

const NAME = 'clickstream-operator'
const MADE = '{{- /* Made by `npm run generate`; do not edit. */ -}}'

type Crd = ReturnType<typeof generateCrds>[number]

/** A definition as a template, so that an upgrade of the chart also upgrades it. */
export function crdTemplate(crd: Crd): string {
  const spec = stringify({ spec: crd.spec }, { lineWidth: 0, aliasDuplicateObjects: false })
  return `${MADE}
{{- if .Values.crds.install }}
apiVersion: ${crd.apiVersion}
kind: ${crd.kind}
metadata:
  name: ${crd.metadata.name}
  labels:
    {{- include "${NAME}.labels" . | nindent 4 }}
  {{- if .Values.crds.keep }}
  annotations:
    helm.sh/resource-policy: keep
  {{- end }}
${spec.replaceAll('{{', '{{ "{{" }}')}{{- end }}
`
}

/** The rules of each scope, each with its reasons, as named templates. */
export function rulesTemplate(permissions: readonly Permission[], reasons: Reasons): string {
  const scopes: readonly Scope[] = ['pipelines', 'secrets', 'strimzi', 'election']
  const blocks = scopes.map((scope) => {
    const rules = permissions.filter((one) => one.scope === scope).map((one) => ruleText(one, reasons))
    return `{{- define "${NAME}.rules.${scope}" -}}\n${rules.join('\n')}\n{{- end }}`
  })
  return `${MADE}\n${blocks.join('\n\n')}\n`
}

function ruleText(permission: Permission, reasons: Reasons): string {
  const why = permission.verbs.map((verb) => `# ${verb}: ${reasons[permission.scope]?.[nameOf(permission)]?.[verb]}`)
  return [...why, `- apiGroups: ["${permission.group}"]`, `  resources: ["${permission.resource}"]`, `  verbs: [${permission.verbs.join(', ')}]`].join('\n')
}
