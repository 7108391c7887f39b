/** A definition that has a bit of everything. */
import type { KubeObject } from '../../../src/ports/index.ts'

export const widgetCrd: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.dev' },
  spec: {
    group: 'example.dev',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'], categories: ['toys'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
        additionalPrinterColumns: [
          { name: 'Size', type: 'string', jsonPath: '.spec.size' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas', priority: 1 },
        ],
        selectableFields: [{ jsonPath: '.spec.size' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A thing that is made.',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                'x-kubernetes-validations': [
                  { rule: "!has(self.parts) || self.size != 'small' || size(self.parts) <= 2", message: 'a small widget has at most 2 parts' },
                  {
                    rule: 'self.replicas >= 0',
                    messageExpression: "self.replicas < -5 ? 'far below zero' : 'below zero'",
                    fieldPath: '.replicas',
                  },
                ],
                properties: {
                  size: {
                    type: 'string',
                    maxLength: 10,
                    enum: ['small', 'large'],
                    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'size never changes', reason: 'FieldValueForbidden' }],
                  },
                  title: { type: 'string', maxLength: 10, minLength: 2, pattern: '^[a-z ]+$' },
                  replicas: { type: 'integer', default: 1, maximum: 10 },
                  port: { 'x-kubernetes-int-or-string': true },
                  tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', maxItems: 3 },
                  labels: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 2 },
                  parts: {
                    type: 'array',
                    maxItems: 5,
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: {
                        name: { type: 'string', maxLength: 20 },
                        count: { type: 'integer', default: 1 },
                        color: { type: 'string', nullable: true },
                      },
                    },
                  },
                  extra: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                },
              },
              status: {
                type: 'object',
                default: { observedGeneration: -1 },
                properties: {
                  observedGeneration: { type: 'integer' },
                  replicas: { type: 'integer' },
                  conditions: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['type'],
                    items: {
                      type: 'object',
                      required: ['type', 'status'],
                      properties: { type: { type: 'string' }, status: { type: 'string' }, reason: { type: 'string' }, message: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
}

export function widget(name: string, spec: Record<string, unknown> = { size: 'small' }, metadata: Record<string, unknown> = {}): KubeObject {
  return { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name, ...metadata }, spec }
}
