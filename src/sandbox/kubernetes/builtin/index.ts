/** The built-in types: what an operator and kubectl need of a cluster that runs no containers. */
import { definitionType } from '../definitions/type.ts'
import type { ResourceType } from '../resources.ts'
import { configMaps, secrets } from './data.ts'
import { coreEvents, events } from './events.ts'
import { leases } from './leases.ts'
import { namespaces, serviceAccounts } from './namespaces.ts'
import { networkPolicies, podDisruptionBudgets, services } from './networks.ts'
import { deployments, pods } from './pods.ts'
import { accessReviews, selfReviews } from './reviews.ts'
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from './rules.ts'
import { builtin } from './type.ts'

export const builtinTypes: readonly ResourceType[] = [
  configMaps,
  secrets,
  namespaces,
  serviceAccounts,
  leases,
  coreEvents,
  events,
  accessReviews,
  selfReviews,
  builtin(definitionType),
  pods,
  deployments,
  services,
  networkPolicies,
  podDisruptionBudgets,
  roles,
  roleBindings,
  clusterRoles,
  clusterRoleBindings,
]
